import type { Gauge, Increase, Share } from "../measures";
import { because, namespaceOf, type Asked, type Judged, type Judgement } from "./judged";
import { ofInstances } from "./machine";
import { highest, orZero, Sheet, sum } from "./sheet";

/** Databases and Redis, by the figures that RDS, DocumentDB and ElastiCache keep of themselves. */

const minute = 60;

/** A server that tells nothing any more is down: silence is what is being looked for. */
export function databaseUp<Name>({ own }: Asked<Name>): Judgement<Name> {
  if (own === undefined) return because("The stack has no database of its own.");
  const sheet = new Sheet<Name>(minute);
  const heard = ofInstances(sheet, own.database, "DatabaseConnections", "SampleCount");
  // One instance of a cluster is enough.
  return [{ queries: sheet.queries(heard.length === 1 ? sum(heard) : sum(heard.map(orZero)), "figures that it gave"), periodSeconds: minute, missing: "breaching" }];
}

export function cacheUp<Name>({ own }: Asked<Name>): Judgement<Name> {
  const nodes = own?.cacheNodes ?? [];
  if (nodes.length === 0) return because("It has no Redis here.");
  const sheet = new Sheet<Name>(minute);
  const heard = nodes.map((node) => sheet.metric("AWS/ElastiCache", "CurrConnections", "SampleCount", { CacheClusterId: node }));
  return [{ queries: sheet.queries(heard.length === 1 ? sum(heard) : sum(heard.map(orZero)), "figures that it gave"), periodSeconds: minute, missing: "breaching" }];
}

export function connections<Name>({ own }: Asked<Name>): Judgement<Name> {
  if (own === undefined) return because("The stack has no database of its own.");
  const sheet = new Sheet<Name>(minute);
  const { database } = own;
  if (database.kind === "rds") {
    const [used = "0"] = ofInstances(sheet, database, "DatabaseConnections", "Maximum");
    return [{ queries: sheet.queries(`100 * ${used} / ${database.maxConnections}`, "percent of its connections"), periodSeconds: minute, missing: "notBreaching" }];
  }
  const used = ofInstances(sheet, database, "DatabaseConnectionsMax", "Maximum");
  const allowed = ofInstances(sheet, database, "DatabaseConnectionsLimit", "Minimum");
  return [{ queries: sheet.queries(highest(used.map((each, index) => `100 * ${each} / ${allowed[index] ?? "1"}`)), "percent of its connections"), periodSeconds: minute, missing: "notBreaching" }];
}

export function replicationLag<Name>({ own }: Asked<Name>): Judgement<Name> {
  const replicas = own?.database.kind === "rds" ? own.database.replicas : [];
  if (replicas.length === 0) return because("It has no replica to read from; the standby in another zone is written to in the same moment.");
  const sheet = new Sheet<Name>(minute);
  return [{ queries: sheet.queries(highest(replicas.map((replica) => sheet.metric("AWS/RDS", "ReplicaLag", "Maximum", { DBInstanceIdentifier: replica }))), "seconds"), periodSeconds: minute, missing: "notBreaching" }];
}

/** Of what the server writes about itself: it keeps no figure of them. */
export function deadlocks<Name>({ input: { stack }, own, row }: Asked<Name>, { windowMinutes }: Increase): Judgement<Name> {
  const logs = own?.database.kind === "rds" ? own.database.logs : undefined;
  if (logs === undefined) return because("The database's log isn't exported here.");
  const metricName = `${row.system}-deadlocks`;
  const sheet = new Sheet<Name>(windowMinutes * 60);
  const filters = [{ name: `${stack}-${metricName}`, logGroup: logs, pattern: ['"deadlock detected"'], namespace: namespaceOf(stack), metricName, value: "1" }];
  return [{ queries: sheet.queries(sheet.metric(namespaceOf(stack), metricName, "Sum", {}), "deadlocks"), periodSeconds: windowMinutes * 60, missing: "notBreaching", filters }];
}

/** Operations that DocumentDB's profiler wrote down; the row counts those of 30 s. */
export function slowOperations<Name>({ input: { stack }, own, row }: Asked<Name>): Judgement<Name> {
  const profiler = own?.database.kind === "documentdb" ? own.database.profiler : undefined;
  if (profiler === undefined) return because("DocumentDB's profiler isn't switched on here.");
  const metricName = `${row.system}-slow-operations`;
  const sheet = new Sheet<Name>(minute);
  const filters = [{ name: `${stack}-${metricName}`, logGroup: profiler, pattern: ["{ $.millis > 100 }"], namespace: namespaceOf(stack), metricName, value: "1" }];
  return [{ queries: sheet.queries(`${sheet.metric(namespaceOf(stack), metricName, "Sum", {})} / 2`, "slow operations in 30 s"), periodSeconds: minute, missing: "notBreaching", filters }];
}

export function cacheMemory<Name>({ own }: Asked<Name>): Judgement<Name> {
  const nodes = own?.cacheNodes ?? [];
  if (nodes.length === 0) return because("It has no Redis here.");
  const sheet = new Sheet<Name>(minute);
  const used = nodes.map((node) => sheet.metric("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "Maximum", { CacheClusterId: node }));
  return [{ queries: sheet.queries(highest(used), "percent of its memory"), periodSeconds: minute, missing: "notBreaching" }];
}

export function cacheHits<Name>({ own, row }: Asked<Name>, { windowMinutes = 60 }: Share): Judgement<Name> {
  const nodes = own?.cacheNodes ?? [];
  if (nodes.length === 0) return because("It has no Redis here.");
  const sheet = new Sheet<Name>(windowMinutes * 60);
  const counted = (metricName: string): string => sum(nodes.map((node) => orZero(sheet.metric("AWS/ElastiCache", metricName, "Sum", { CacheClusterId: node }))));
  const [hits, misses] = [counted("CacheHits"), counted("CacheMisses")];
  const asked = `(${hits} + ${misses})`;
  const judged: Judged<Name> = { queries: sheet.queries(`IF(${asked} >= ${row.minimum?.requests ?? 1}, 100 * ${hits} / ${asked}, 100)`, "percent found"), periodSeconds: windowMinutes * 60, missing: "notBreaching" };
  return [judged];
}

export const storeGauges: Readonly<Record<string, <Name>(asked: Asked<Name>, measure: Gauge) => Judgement<Name>>> = {
  pg_up: databaseUp, mongodb_up: databaseUp, redis_up: cacheUp,
  stackbook_postgres_replication_lag_seconds: replicationLag, mongodb_profile_slow_query_count: slowOperations,
};
