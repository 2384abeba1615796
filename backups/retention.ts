import { systemIds, systems, type KeptSpec, type SystemId } from "../systems";
import { manifestFile, momentOf } from "./layout";
import { tiers, type Tier } from "./manifest";
import type { Retention } from "./settings";

/**
 * How long which backup is kept. One rule for every store, counted as S3's lifecycle rules count: from the moment a set
 * was complete, in days, rounded up to the next midnight UTC. A bucket follows it by its lifecycle (platforms/aws), a
 * directory by what is here, and a test walks three years with both.
 */

export type RetentionTable = Readonly<Record<Tier, Retention>>;

/** A tier that a system doesn't keep: no such sets are made. */
export const notKept: Retention = { days: 0 };

export const isKept = (table: RetentionTable, tier: Tier): boolean => table[tier].days > 0;

const dayMilliseconds = 86_400_000;

const days = (count: number): Retention => ({ days: count });
const weeks = (count: number): Retention => ({ days: 7 * count });

/** The longest that `count` months in a row can be, so that there are never fewer than `count` monthly sets. */
export function months(count: number): Retention {
  const lengths = Array.from({ length: 48 }, (_, first) => daysBetween(first, first + count));
  return { days: Math.max(...lengths) };
}

/** Months counted from January 2023: the four years that follow have a leap day. */
function daysBetween(from: number, to: number): number {
  return (Date.UTC(2023, to, 1) - Date.UTC(2023, from, 1)) / dayMilliseconds;
}

/**
 * Of every system. `deploy` belongs to one of the last 50 updates; a bucket can't read a stack's history, so it counts
 * days: 50 updates at one each working day are ten weeks, and 90 days leave room. Who deploys less often raises it; a
 * directory keeps the newest 50 for as long as it takes.
 */
const always = { deploy: days(90), safety: days(7) };

/** What is kept of a system whose runbook, or stack file, says so many days, weeks and months. */
export function tableOf(kept: KeptSpec, deploy: Retention = always.deploy): RetentionTable {
  const { dailyDays, monthlyMonths = 0, weeklyWeeks = 0 } = kept;
  return { daily: days(dailyDays), weekly: weeks(weeklyWeeks), monthly: monthlyMonths === 0 ? notKept : months(monthlyMonths), ...always, deploy };
}

/** The runbooks' own, from systems/. */
export const retention = Object.fromEntries(systemIds.map((id) => [id, tableOf(systems[id].backup.kept)])) as Readonly<Record<SystemId, RetentionTable>>;

/** A backup that exists, as far as its age matters. */
export interface KeptSet {
  readonly tier: Tier;
  /** Name of its folder. */
  readonly timestamp: string;
  /** ISO 8601: the manifest's `finishedAt`. In a bucket, its object's time. */
  readonly finishedAt: string;
  readonly verified: boolean;
}

/** The midnight UTC at which a set goes: S3 adds the days and rounds up to the next midnight. */
export function expiryOf({ finishedAt }: Pick<KeptSet, "finishedAt">, { days: kept }: Retention): Date {
  const finished = Date.parse(finishedAt);
  if (Number.isNaN(finished)) throw new Error(`a backup's finishedAt is "${finishedAt}"; it must be a moment as in ISO 8601, such as 2026-11-21T02:03:10.000Z: look at its manifest`);
  return new Date((Math.floor(finished / dayMilliseconds) + kept + 1) * dayMilliseconds);
}

/** Each update takes one deploy set at most, so the newest 50 have every one that the last 50 updates name. */
export const updatesKept = 50;

/**
 * The sets of one system in one store that are to be removed there, oldest first. Never among them, whatever their age:
 * the newest 50 of `deploy`; and the newest verified set of any tier (if none is, the newest), because a rule by age
 * would remove everything once backups stop.
 */
export function expiredSets<S extends KeptSet>(sets: readonly S[], table: RetentionTable, now: Date): readonly S[] {
  const newestFirst = sets.map((set) => ({ set, moment: begun(set) })).sort((one, other) => other.moment - one.moment).map(({ set }) => set);
  const kept = new Set<S>(newestFirst.filter(({ tier }) => tier === "deploy").slice(0, updatesKept));
  const last = newestFirst.find(({ verified }) => verified) ?? newestFirst[0];
  if (last !== undefined) kept.add(last);
  return newestFirst.filter((set) => !kept.has(set) && expiryOf(set, table[set.tier]) <= now).reverse();
}

function begun({ timestamp }: KeptSet): number {
  const moment = momentOf(timestamp);
  if (moment === undefined) throw new Error(`a backup's folder is named "${timestamp}"; names are like 2026-11-21T020000Z: it is no backup, don't give it to retention`);
  return moment.getTime();
}

/** The files of a set in the order in which they are removed: without its manifest it is no backup, so that goes first. */
export function removalOrder(files: readonly string[]): readonly string[] {
  return [...files.filter((file) => file === manifestFile), ...files.filter((file) => file !== manifestFile)];
}

/**
 * Days that a bucket keeps parts beyond their manifest's. Parts are older than their manifest by the time a backup takes,
 * and S3 says of its removals only that they may come late: with three midnights in between, the manifest is always first.
 */
export const partsLongerDays = 3;

/** Tiers that have an own prefix and rule. */
export const keptTiers = (table: RetentionTable): readonly Tier[] => tiers.filter((tier) => isKept(table, tier));
