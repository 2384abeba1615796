import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { SystemEntry } from "./config";

/** What ran of a system, and since when. */
export const release = z.object({
  version: z.string(),
  images: z.record(z.string(), z.string()),
  configHash: z.string(),
  since: z.string(),
  /** The system was taken out of the stack, or stopped. */
  stopped: z.boolean().optional(),
  /** How many came before it, those that are no longer kept included. */
  before: z.number().int().nonnegative().optional(),
});
export type Release = z.infer<typeof release>;

/** Oldest first. */
export type Releases = Readonly<Record<string, readonly Release[]>>;

export interface Change {
  readonly kind: "deploy" | "rollback";
  readonly system: string;
  readonly what: "first" | "version" | "content" | "settings" | "stopped" | "started";
  readonly from: Release | undefined;
  readonly to: Release;
}

/** Per system; a rollback further than this is told as a deploy. */
const keptReleases = 200;

/** What an update changed, found by comparing what the configuration says now with what ran before. */
export function compareReleases(before: Releases, systems: readonly SystemEntry[], now: Date): { readonly releases: Record<string, Release[]>; readonly changes: readonly Change[] } {
  const since = now.toISOString();
  const changes: Change[] = [];
  for (const { id, version, images, configHash } of systems) {
    const change = changeTo({ version, images, configHash, since }, before[id] ?? [], id);
    if (change !== undefined) changes.push(change);
  }
  for (const [id, history] of Object.entries(before)) {
    const last = history.at(-1);
    if (last === undefined || last.stopped || systems.some((system) => system.id === id)) continue;
    changes.push({ kind: "deploy", system: id, what: "stopped", from: last, to: { ...last, since, stopped: true } });
  }
  const releases = Object.fromEntries(Object.entries(before).map(([id, history]) => [id, [...history]]));
  for (const { system, to } of changes) {
    const history = releases[system] ?? [];
    releases[system] = [...history, { ...to, before: countReleases(history) }].slice(-keptReleases);
  }
  return { releases, changes };
}

/** All there ever were of a system: what is kept is only the end of them. */
export function countReleases(history: readonly Release[]): number {
  const last = history.at(-1);
  return last === undefined ? 0 : (last.before ?? history.length - 1) + 1;
}

function changeTo(to: Release, history: readonly Release[], system: string): Change | undefined {
  const last = history.at(-1);
  if (last === undefined) return { kind: "deploy", system, what: "first", from: undefined, to };
  if (isSame(last, to)) return last.stopped ? { kind: "deploy", system, what: "started", from: last, to } : undefined;
  const kind = isOlder(to, last, history) ? "rollback" : "deploy";
  const what = last.version !== to.version ? "version" : isDeepStrictEqual(last.images, to.images) ? "settings" : "content";
  return { kind, system, what, from: last, to };
}

/**
 * Back means: to something that ran before what runs now did for the first time. After 1 → 2 → 1, going to 2
 * again is no rollback.
 */
function isOlder(to: Release, current: Release, history: readonly Release[]): boolean {
  const same = to.version === current.version ? isSame : (a: Release, b: Release): boolean => a.version === b.version;
  const first = history.findIndex((entry) => same(entry, to));
  return first !== -1 && first < history.findIndex((entry) => same(entry, current));
}

function isSame(a: Release, b: Release): boolean {
  return a.version === b.version && a.configHash === b.configHash && isDeepStrictEqual(a.images, b.images);
}
