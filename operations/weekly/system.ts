import { objectives } from "../../alerts/slos";
import { metricNames } from "../../backups/protocol";
import type { SystemFacts } from "../../config/facts";
import { systems } from "../../systems";
import { queryRange, type Series } from "../prometheus";
import { ofServices, sumOf, valueOf } from "../routine/checks/finding";
import type { Looking } from "../routine/looking";
import { growthOf } from "./machine";
import type { BackupWeek, Day, Growth, Promised, SystemWeek } from "./types";

export type Read = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export async function systemWeek(looking: Looking, facts: SystemFacts, period: Period, read: Read): Promise<SystemWeek> {
  const { id, version } = facts;
  const { title } = systems[id];
  const [requests, days, database, backups] = await Promise.all([
    read(`requests of ${id}`, () => requestsOf(looking, facts)), read(`days of ${id}`, () => daysOf(looking, facts, period)),
    read(`the database of ${id}`, () => databaseOf(looking, facts)), facts.backup === undefined ? undefined : read(`backups of ${id}`, () => backupsOf(looking, facts, period)),
  ]);
  return {
    system: id, title, version, ...(requests ?? { promises: [] }), days: days ?? [],
    ...(database === undefined ? {} : { database }), ...(backups === undefined ? {} : { backups }),
  };
}

type Requests = Omit<SystemWeek, "system" | "title" | "version" | "days" | "database" | "backups">;

async function requestsOf(looking: Looking, { id }: SystemFacts): Promise<Requests> {
  const { window } = looking;
  const of = ofServices(id);
  const all = (offset: string): string => `sum(increase(edge_requests_total{${of}}[${window}]${offset}))`;
  const failed = (offset: string): string => `sum(increase(edge_requests_total{${of},status_class="5xx"}[${window}]${offset}))`;
  const quantile = (q: number, offset = ""): string => `histogram_quantile(${q}, sum by (le) (increase(edge_request_duration_seconds_bucket{${of}}[${window}]${offset})))`;
  const within = objectives.find(({ kind, system }) => system === id && kind === "latency")?.withinSeconds;
  const before = ` offset ${window}`;
  const found = await looking.metrics({
    all: all(""), allBefore: all(before), failed: failed(""), failedBefore: failed(before),
    p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), p95Before: quantile(0.95, before),
    available: `min(avg_over_time(system:probe_success:min{system="${id}"}[${window}]))`,
    within: within === undefined ? "vector(-1)" : `sum(increase(edge_request_duration_seconds_bucket{${of},le=~"${within}(\\\\.0)?"}[${window}])) / (sum(increase(edge_request_duration_seconds_count{${of}}[${window}])) > 0)`,
  });
  const [requests, earlier] = [sumOf(found.all), valueOf(found.allBefore)];
  const optional = {
    requestsBefore: earlier === undefined ? undefined : Math.round(earlier), errors: requests < 1 ? undefined : sumOf(found.failed) / requests,
    errorsBefore: earlier === undefined || earlier < 1 ? undefined : sumOf(found.failedBefore) / earlier,
    p50: valueOf(found.p50), p95: valueOf(found.p95), p95Before: valueOf(found.p95Before), p99: valueOf(found.p99), availability: valueOf(found.available),
  };
  const values = { availability: optional.availability, latency: within === undefined ? undefined : valueOf(found.within), errors: optional.errors === undefined ? undefined : 1 - optional.errors };
  const promises = objectives.filter(({ system }) => system === id).map(({ kind, promise, target }): Promised => {
    const value = values[kind];
    return { promise, target, ...(value === undefined ? {} : { value, kept: value >= target }) };
  });
  return { requests: Math.round(requests), failed: Math.round(sumOf(found.failed)), promises, ...known(optional) };
}

/** Without what is not known. */
function known<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

const daySeconds = 86_400;

async function daysOf(looking: Looking, { id }: SystemFacts, { from, to }: Period): Promise<Day[]> {
  const of = ofServices(id);
  const range = { from: new Date(from.getTime() + daySeconds * 1000), to, stepSeconds: daySeconds };
  const ask = async (expression: string): Promise<ReadonlyMap<number, number>> => pointsOf(await queryRange(looking.stack, looking.engine, expression, range));
  const [requests, failed, p95] = await Promise.all([
    ask(`sum(increase(edge_requests_total{${of}}[1d]))`), ask(`sum(increase(edge_requests_total{${of},status_class="5xx"}[1d]))`),
    ask(`histogram_quantile(0.95, sum by (le) (increase(edge_request_duration_seconds_bucket{${of}}[1d])))`),
  ]);
  const name = new Intl.DateTimeFormat("en-CA", { timeZone: looking.facts.timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return [...requests].sort(([a], [b]) => a - b).map(([time, count]) => {
    const slowest = p95.get(time);
    return { day: name.format(new Date(time)), requests: Math.round(count), ...(count < 1 ? {} : { errors: (failed.get(time) ?? 0) / count }), ...(slowest === undefined ? {} : { p95: slowest }) };
  });
}

function pointsOf(series: readonly Series[]): ReadonlyMap<number, number> {
  return new Map((series[0]?.points ?? []).filter(({ value }) => Number.isFinite(value)).map(({ at, value }) => [at.getTime(), value]));
}

async function databaseOf(looking: Looking, { id }: SystemFacts): Promise<Growth | undefined> {
  const { engine, name, sizeGiB } = systems[id].database;
  const bytes = engine === "postgres" ? `max(stackbook_postgres_database_size_bytes{system="${id}"})` : `max(mongodb_dbstats_dataSize{system="${id}",database="${name}"})`;
  const { growth, size } = await looking.metrics({ size: bytes, growth: `deriv((${bytes})[${looking.window}:${looking.step}]) * ${daySeconds}` });
  const now = valueOf(size);
  return now === undefined ? undefined : growthOf(`database of ${id}`, now, sizeGiB * 1024 ** 3, valueOf(growth));
}

async function backupsOf(looking: Looking, { id }: SystemFacts, { from }: Period): Promise<BackupWeek> {
  const list = await looking.backups(id);
  const sets = [...new Map(list.map((entry) => [entry.backup, entry])).values()];
  const made: Record<string, number> = {};
  for (const { tier } of sets.filter(({ startedAt }) => Date.parse(startedAt) >= from.getTime())) made[tier] = (made[tier] ?? 0) + 1;
  const newest = list.find(({ problem, tier }) => problem === undefined && tier !== "safety");
  const last = (read: (entry: (typeof list)[number]) => string | null): string | undefined => list.flatMap((entry) => read(entry) ?? []).sort().at(-1);
  const of = (metric: string): string => `max(${metric}{system="${id}"})`;
  const figures = looking.rules === undefined ? undefined : await looking.metrics({ failed: of(metricNames.lastDrillFailed), rto: of(metricNames.drillDuration), rpo: of(metricNames.drillAge) });
  const failed = valueOf(figures?.failed ?? []);
  return {
    made, problems: list.flatMap(({ backup, problem, store }) => (problem === undefined ? [] : [`${backup} in ${store}: ${problem}`])),
    ...known({
      newestAgeSeconds: newest?.ageSeconds, newestBytes: newest?.bytes, verifiedAt: last(({ verifiedAt }) => verifiedAt), drilledAt: last(({ drilledAt }) => drilledAt),
      lastDrillFailed: failed === undefined ? undefined : failed === 1, rtoSeconds: valueOf(figures?.rto ?? []), rpoSeconds: valueOf(figures?.rpo ?? []),
    }),
  };
}
