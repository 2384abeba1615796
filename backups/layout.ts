import type { Tier } from "./manifest";

/** Where things lie in a store; the same on a disk and in a bucket. */

export const manifestFile = "manifest.json";

/** `2026-11-21T020000Z`: sorts by time, and is a valid name everywhere. */
export function timestampOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replaceAll(":", "")}Z`;
}

/** Undefined: it is no timestamp. */
export function momentOf(timestamp: string): Date | undefined {
  const [, day, hours, minutes, seconds] = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  if (day === undefined) return undefined;
  const moment = new Date(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/** `motel/daily/2026-11-21T020000Z`: also how people name a backup. */
export function folderOf(system: string, tier: Tier, timestamp: string): string {
  return `${system}/${tier}/${timestamp}`;
}

/** What was found out about a backup later; nothing in its folder is ever overwritten. */
export function markFile(kind: "verified" | "drilled", moment: Date): string {
  return `${kind}-${timestampOf(moment)}.json`;
}
