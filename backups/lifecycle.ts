import type { BackupInterval, SystemId } from "../systems";
import { manifestFile } from "./layout";
import { tiers, type Tier } from "./manifest";
import { objectKey, objectKind, objectTag } from "./objects";
import { partsLongerDays, type RetentionTable } from "./retention";

/** What a bucket does of itself, without the words of any cloud: retention.ts as rules by prefix and tag. */
export interface LifecycleRule {
  /** `mps-daily-parts`. */
  readonly id: string;
  /** `mps/daily/`. */
  readonly prefix: string;
  /** Only objects that carry it. */
  readonly tag?: { readonly name: string; readonly value: string };
  /** Removed so many days after it was put, at the next midnight UTC. */
  readonly expireDays: number;
  readonly move?: Move;
}

/** Cheaper storage that still answers at once: a restore may not wait for hours (SMS: 15 minutes). */
export type ColdStorage = "infrequent" | "archive";

export interface Move {
  readonly to: ColdStorage;
  readonly afterDays: number;
}

/** Of the whole bucket. */
export const cleanUp = {
  /** An upload that was cut off; none takes a day. */
  abortUploadsAfterDays: 2,
  /** What was removed, by rule or by an intruder with more rights than the writer's, can be brought back for a week. */
  oldVersionsDays: 7,
} as const;

/** Smaller objects cost more there than they save: each is billed as 128 KiB. */
export const leastMovedBytes = 128 * 1024;

/** What S3 bills at least, and how soon it lets rules move there (AWS, "Transitioning objects", "S3 pricing"). */
const storages: Readonly<Record<ColdStorage, { readonly leastDays: number; readonly notBeforeDays: number }>> = {
  infrequent: { leastDays: 30, notBeforeDays: 30 },
  archive: { leastDays: 90, notBeforeDays: 1 },
};

/** Days in which a set is likely to be read again (verified, drilled, gone back to), which costs extra in colder storage. Absent: all of them. */
const readWithin: Readonly<Partial<Record<Tier, number>>> = { weekly: 1, monthly: 1, deploy: 30 };

/** The cheapest storage in which a part stays at least as long as is billed; undefined: moving doesn't pay. */
export function moveOf(tier: Tier, keptDays: number): Move | undefined {
  const read = readWithin[tier];
  if (read === undefined) return undefined;
  const cheapestFirst = ["archive", "infrequent"] as const;
  return cheapestFirst
    .map((to) => ({ to, afterDays: Math.max(read, storages[to].notBeforeDays) }))
    .find(({ to, afterDays }) => keptDays - afterDays >= storages[to].leastDays);
}

/**
 * Two rules for each tier of a system: its manifests end first, by tag; whatever lies under the prefix (parts, marks, and
 * what lost its tag) ends `partsLongerDays` later. Where both fit an object, S3 takes the shorter. A tier that is not kept has
 * them too, with the one day that S3 allows at least: nothing is made there, and what is left from before has an end.
 */
export function lifecycleRules(system: SystemId, table: RetentionTable, prefix = ""): readonly LifecycleRule[] {
  return tiers.flatMap((tier): LifecycleRule[] => {
    const days = Math.max(1, table[tier].days);
    const at = `${objectKey(prefix, system, tier)}/`;
    const move = moveOf(tier, days);
    return [
      { id: `${system}-${tier}-manifests`, prefix: at, tag: { name: objectTag, value: objectKind(manifestFile) }, expireDays: days },
      { id: `${system}-${tier}-parts`, prefix: at, expireDays: days + partsLongerDays, ...(move === undefined ? {} : { move }) },
    ];
  });
}

/** Requirement B9: at one a day a ticket after 26 h, a page after 36 h; the same shares of SMS's 12 h are 13 h and 18 h, which leaves six of its RPO's 24 to act. */
export function ageLimits(everyHours: BackupInterval): { readonly ticketHours: number; readonly pageHours: number } {
  return { ticketHours: everyHours + Math.max(1, Math.round(everyHours / 12)), pageHours: everyHours * 1.5 };
}
