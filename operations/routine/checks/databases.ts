import { systems, type SystemId } from "../../../systems";
import { Problem } from "../../problem";
import type { Looking, Whose } from "../looking";
import { mongo, sql } from "../statement";
import type { Figure, Finding } from "../types";
import { periodText, valueText } from "../units";
import { judged, limitOf, noticeOf, sumOf, unknown, valueOf, worst, type Check } from "./finding";

/** What databases say of themselves: asked inside their containers, and of Prometheus. */

export const database: Check = async (looking, system) => {
  const id = idOf(system);
  const { engine } = systems[id].database;
  const begun = Date.now();
  try {
    if (engine === "postgres") await sql(looking, id, "SELECT 1");
    else if ((await mongo(looking, id, "print(db.runCommand({ ping: 1 }).ok)")).at(-1) !== "1") throw new Problem("MongoDB did not answer a ping");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { verdict: "bad", says: error.message, run: [looking.command(`logs ${id} database --since 15m`)] };
  }
  const answered = `answers a statement (${Math.max(1, Date.now() - begun)} ms, client and all)`;
  const row = looking.row(id, "database-connections");
  const taken = row === undefined ? undefined : await connectionsTaken(looking, id, engine);
  if (taken === undefined) return { verdict: "good", says: `${answered}; nobody counts its connections` };
  const limit = limitOf(row);
  const finding = judged([{ name: "connections taken", value: taken, unit: "share", worse: "up", ...(limit === undefined ? {} : { limit }) }]);
  return { ...finding, says: `${answered}; ${finding.says}` };
};

async function connectionsTaken(looking: Looking, id: SystemId, engine: "postgres" | "mongodb"): Promise<number | undefined> {
  const taken = engine === "postgres"
    ? `sum(stackbook_postgres_connections{system="${id}"}) / max(stackbook_postgres_max_connections{system="${id}"})`
    : `max(mongodb_ss_connections{system="${id}",conn_type="current"}) / (max(mongodb_ss_connections{system="${id}",conn_type="current"}) + max(mongodb_ss_connections{system="${id}",conn_type="available"}))`;
  const answer = await looking.metrics({ taken });
  return valueOf(answer.taken);
}

/** Statements, queries and locks of the period; a limit where the system's runbook has one. */
export const slowQueries: Check = async (looking, system) => {
  const id = idOf(system);
  const over = (of: string, metric: string): string => `${of}_over_time(${metric}{system="${id}"}[${looking.window}])`;
  if (systems[id].database.engine === "mongodb") return slowOperations(looking, id, over);
  const { deadlocks, longest, slow, waits } = await looking.metrics({
    slow: `max(${over("max", "stackbook_postgres_slow_statements_mean_seconds")})`,
    longest: `max(${over("max", "stackbook_postgres_longest_query_seconds")})`,
    waits: `max(${over("max", "stackbook_postgres_lock_waits")})`,
    deadlocks: `sum(increase(stackbook_postgres_deadlocks_total{system="${id}"}[${looking.window}]))`,
  });
  if (longest.length === 0) return unknown("PostgreSQL's figures were not read");
  const slowRow = looking.row(id, "slow-queries");
  const slowNotice = noticeOf(slowRow) ?? limitOf(slowRow);
  const longLimit = limitOf(looking.row(id, "long-queries"));
  const figures: Figure[] = [
    ...figure("slowest statement on average", valueOf(slow), "seconds", slowNotice),
    ...figure("longest query", valueOf(longest), "seconds", undefined),
    ...figure("sessions waiting for a lock at once", valueOf(waits), "count", undefined),
    ...figure("deadlocks", Math.round(valueOf(deadlocks) ?? 0), "count", 0),
  ];
  const long = valueOf(longest) ?? 0;
  const seen = longLimit !== undefined && long > longLimit ? [`a query ran for ${valueText(long, "seconds")}, longer than ${valueText(longLimit, "seconds")}`] : [];
  const finding = judged(figures, { details: seen });
  const verdict = worst(finding.verdict, seen.length > 0 ? "look" : "good");
  return { ...finding, verdict, ...(verdict === "good" ? {} : { run: [looking.command(`db queries ${id}`)] }) };
};

async function slowOperations(looking: Looking, id: SystemId, over: (of: string, metric: string) => string): Promise<Finding> {
  const answer = await looking.metrics({ most: `max(${over("max", "mongodb_profile_slow_query_count")})`, share: `avg(avg_over_time((mongodb_profile_slow_query_count{system="${id}"} > bool 0)[${looking.window}:1m]))` });
  const most = valueOf(answer.most);
  if (most === undefined) return unknown("MongoDB's figures were not read");
  const row = looking.row(id, "database-slow-queries");
  const limit = limitOf(row);
  const finding = judged([
    ...figure("most slow operations in half a minute", most, "count", limit),
    ...figure("of the time with a slow operation", valueOf(answer.share), "share", undefined),
  ]);
  return { ...finding, verdict: finding.verdict === "bad" ? "look" : finding.verdict, ...(finding.verdict === "good" ? {} : { run: [looking.command(`db queries ${id}`)] }) };
}

const figure = (name: string, value: number | undefined, unit: Figure["unit"], limit: number | undefined): Figure[] =>
  value === undefined ? [] : [{ name, value, unit, worse: "up", ...(limit === undefined ? {} : { limit }) }];

/** A table with rows, as PostgreSQL's statistics have it. */
interface TableState {
  readonly name: string;
  readonly live: number;
  readonly dead: number;
  /** Days since its statistics were gathered; null: never. */
  readonly analyzedDays: number | null;
}

const statement = `SELECT relname, n_live_tup, n_dead_tup, coalesce(extract(epoch FROM now() - greatest(last_analyze, last_autoanalyze)) / 86400, -1)
  FROM pg_stat_user_tables ORDER BY n_dead_tup DESC, relname`;

async function tablesOf(looking: Looking, id: SystemId): Promise<TableState[]> {
  const rows = await sql(looking, id, statement);
  return rows.map(([name = "", live, dead, days]) => ({ name, live: Number(live), dead: Number(dead), analyzedDays: Number(days) < 0 ? null : Number(days) }));
}

/** A fifth is where PostgreSQL's own vacuum begins; a table of a few pages is left alone by it. */
const deadShare = 0.2;
const smallRows = 10_000;

export const tableStatistics: Check = async (looking, system) => {
  const id = idOf(system);
  if (systems[id].database.engine !== "postgres") return { verdict: "good", says: "MongoDB needs none" };
  const tables = await tablesOf(looking, id);
  return describe(looking, id, tables);
};

function describe(looking: Looking, id: SystemId, tables: readonly TableState[]): Finding {
  const [live, dead] = [sum(tables.map((table) => table.live)), sum(tables.map((table) => table.dead))];
  const large = tables.filter((table) => table.live + table.dead > smallRows);
  const bloated = large.filter((table) => table.dead / (table.live + table.dead) > deadShare);
  const blind = large.filter(({ analyzedDays }) => analyzedDays === null);
  const details = [
    ...bloated.map((table) => `${table.name}: ${valueText(table.dead / (table.live + table.dead), "share")} of its rows are dead`),
    ...blind.map(({ name }) => `${name}: no statistics were ever gathered`),
  ];
  return {
    verdict: details.length > 0 ? "look" : "good",
    says: `${tables.length} tables, ${live} rows, ${dead} dead ones${details.length > 0 ? `; ${details[0] ?? ""}` : ""}`,
    figures: [{ name: "dead rows", value: live + dead === 0 ? 0 : dead / (live + dead), unit: "share", worse: "up" }, { name: "rows", value: live, unit: "count" }],
    details, ...(details.length > 0 ? { run: [looking.command(`check monthly ${id}`)] } : {}),
  };
}

/** sms.md, Monthly Tasks: the one thing on the lists that the machine does rather than looks at. It blocks nobody. */
export const vacuum: Check = async (looking, system) => {
  const id = idOf(system);
  if (systems[id].database.engine !== "postgres") return { verdict: "good", says: "MongoDB needs none" };
  const before = await tablesOf(looking, id);
  if (!looking.mayAct) {
    const finding = describe(looking, id, before);
    return { ...finding, verdict: worst(finding.verdict, "look"), says: `not run (--look-only): ${finding.says}`, run: [looking.command(`check monthly ${id}`)] };
  }
  const begun = Date.now();
  await sql(looking, id, "VACUUM (ANALYZE)", { long: true });
  const seconds = (Date.now() - begun) / 1000;
  looking.did(`VACUUM ANALYZE of ${id}`, [id]);
  const after = await tablesOf(looking, id);
  const [dead, left] = [sum(before.map((table) => table.dead)), sum(after.map((table) => table.dead))];
  const days = before.flatMap(({ analyzedDays }) => analyzedDays ?? []);
  return {
    verdict: "good",
    says: `done in ${valueText(seconds, "seconds")}: ${dead} dead rows before, ${left} after, in ${after.length} tables`,
    figures: [{ name: "dead rows before", value: dead, unit: "count" }, { name: "took", value: seconds, unit: "seconds", worse: "up" }],
    details: days.length === 0 ? [] : [`statistics were up to ${valueText(Math.max(...days), "days")} old`],
  };
};

/** Sizes now and by day, and when the room that the runbook gives is used up. */
export const capacity: Check = async (looking, system) => {
  const id = idOf(system);
  const { engine, sizeGiB } = systems[id].database;
  const bytes = engine === "postgres" ? `max(stackbook_postgres_database_size_bytes{system="${id}"})` : `max(mongodb_dbstats_dataSize{system="${id}",database="${systems[id].database.name}"})`;
  const { growth, now, requests, before } = await looking.metrics({
    now: bytes, growth: `deriv((${bytes})[${looking.window}:${looking.step}]) * 86400`,
    requests: `sum(increase(edge_requests_total{system="${id}"}[${looking.window}]))`, before: `sum(increase(edge_requests_total{system="${id}"}[${looking.window}] offset ${looking.window}))`,
  });
  const size = valueOf(now);
  if (size === undefined) return unknown("the size of its database is not known");
  const room = sizeGiB * 1024 ** 3;
  const perDay = valueOf(growth);
  const days = perDay !== undefined && perDay > 0 ? (room - size) / perDay : undefined;
  const [asked, askedBefore] = [sumOf(requests), sumOf(before)];
  const figures: Figure[] = [
    { name: "database", value: size, unit: "bytes", worse: "up", limit: room },
    ...(perDay === undefined ? [] : [{ name: "growth", value: perDay, unit: "bytesPerDay", worse: "up" } as const]),
    ...(days === undefined ? [] : [{ name: "full in", value: days, unit: "days", worse: "down", limit: fullSoonDays } as const]),
    ...(askedBefore > 0 ? [{ name: "requests against the period before", value: asked / askedBefore, unit: "times" } as const] : []),
  ];
  const finding = judged(figures);
  const soon = days !== undefined && days < fullSomedayDays && finding.verdict === "good";
  return {
    ...finding, verdict: worst(finding.verdict, soon ? "look" : "good"),
    says: finding.verdict === "bad" ? finding.says : `${valueText(size, "bytes")} of ${sizeGiB} GiB, ${perDay === undefined ? "its growth is not known yet" : `${valueText(perDay, "bytesPerDay")}${days === undefined ? " (it does not grow)" : `: full in ${valueText(days, "days")}`} (by ${periodText(looking.hours)})`}`,
  };
};

/** Assumed: a month to order a disk, a quarter to plan one. */
export const fullSoonDays = 30;
export const fullSomedayDays = 90;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function idOf(system: Whose): SystemId {
  if (system === "stack") throw new Error("the stack has no database of its own: this check belongs to a system's list");
  return system;
}
