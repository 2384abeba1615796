import { configHash, type ReleaseOutputs, type ReleaseRecord } from "../../releases/record";
import type { Container } from "../engine";
import type { Settings } from "../stack";
import type { StackState } from "../state";
import { serviceOf, systemOf } from "../stackContainers";
import type { Drift } from "./types";

export interface DriftInput {
  readonly stack: string;
  readonly state: StackState;
  readonly containers: readonly Container[];
  readonly release: ReleaseOutputs["release"];
  /** Of the stack file as it is now. */
  readonly settings: Settings | undefined;
}

/** What runs against what the stack's record says; empty: nothing was changed behind its back. */
export function findDrift({ containers, release, settings, stack, state }: DriftInput): readonly Drift[] {
  const refresh = `pulumi up --refresh --stack ${stack}`;
  const found = new Map(containers.map((container) => [container.id, container]));
  const made = new Set(state.containers.map(({ id }) => id));
  return [
    ...state.pending.map((step): Drift => ({ kind: "pending", what: `an update was cut off while ${step}`, fix: `${refresh}; any changing command of stackbook puts it right too` })),
    ...state.containers.filter(({ id, leaving }) => !leaving && !found.has(id)).map(({ name }): Drift => ({ kind: "missing", what: `${name} is gone: the stack made it, the engine has none`, fix: refresh })),
    ...state.containers.filter(({ id, leaving }) => leaving && found.has(id)).map(({ name }): Drift => ({ kind: "leaving", what: `${name} was replaced and is still there: an update was cut off`, fix: `pulumi up --stack ${stack}` })),
    ...containers.filter(({ id, labels }) => !made.has(id) && !passing(labels)).map(({ name }): Drift => ({
      kind: "foreign", what: `${name} has the stack's labels, and the stack knows nothing of it`, fix: `look at it: docker inspect ${name}; then docker rm -f ${name}`,
    })),
    ...(release?.systems === undefined ? [] : wrongImages(release, containers, stack)),
    ...(release?.config === undefined || settings === undefined ? [] : changedSettings(release, settings, stack)),
  ];
}

/** Of an update that is under way. */
function passing(labels: Container["labels"]): boolean {
  return labels["stackbook.role"] === "task";
}

function wrongImages({ number, systems }: ReleaseRecord, containers: readonly Container[], stack: string): Drift[] {
  return containers.flatMap((container): Drift[] => {
    const recorded = Object.entries(systems).find(([id]) => id === systemOf(container))?.[1];
    const service = serviceOf(container);
    if (recorded === undefined || container.labels["stackbook.role"] !== "app" || (service !== "backend" && service !== "frontend")) return [];
    const images = container.labels["stackbook.slot"] === recorded.slot ? recorded.images : recorded.beside?.images;
    const expected = images?.[service];
    if (expected === undefined || expected === container.image.id || expected === container.image.reference) return [];
    return [{ kind: "image", what: `${container.name} runs ${short(container.image.id)} (${container.image.reference}), release ${number} has ${short(expected)}`, fix: `pulumi up --refresh --stack ${stack}` }];
  });
}

function short(image: string): string {
  return image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1");
}

/** Settings that were edited, and not deployed yet. */
function changedSettings({ config, number }: ReleaseRecord, settings: Settings, stack: string): Drift[] {
  const now = Object.fromEntries(Object.entries(settings).flatMap(([key, { secret, value }]) => (secret === true || value === undefined ? [] : [[key, value]])));
  if (configHash(now) === configHash(config)) return [];
  const same = (key: string): boolean => configHash({ [key]: now[key] ?? null }) === configHash({ [key]: config[key] ?? null });
  const keys = [...new Set([...Object.keys(now), ...Object.keys(config)])].filter((key) => !same(key)).flatMap((key) => differences(key, decode(config[key]), decode(now[key])));
  return [{ kind: "settings", what: `Pulumi.${stack.split("/").at(-1) ?? stack}.yaml is not what release ${number} was made with: ${listed(keys)}`, fix: `pulumi preview --stack ${stack} shows what it would change` }];
}

function decode(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `systems.motel.version 1.0.0 -> 1.1.0`, down to what differs. */
function differences(path: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isMap(before) && isMap(after)) return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => differences(`${path}.${key}`, before[key], after[key]));
  return [`${path.replace(/^stackbook:/, "")} ${shown(before)} -> ${shown(after)}`];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function listed(items: readonly string[]): string {
  return items.length <= 3 ? items.join(", ") : `${items.slice(0, 3).join(", ")} and ${items.length - 3} more`;
}
