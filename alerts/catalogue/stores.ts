import { systems, type SystemId } from "../../systems";
import type { AlertRow, RunbookSection, WatchedSystem } from "../types";
import { databaseSection } from "./everySystem";
import { rowsOf, section, type SystemRow } from "./rows";

/** Databases and Redis. */
export function stores(system: WatchedSystem): readonly AlertRow[] {
  const { id } = system;
  const { engine } = systems[id].database;
  return rowsOf(id, [
    ...database(id),
    ...(engine === "postgres" ? postgres(id) : []),
    ...(system.redis ? redis(id) : []),
  ]);
}

function database(id: SystemId): SystemRow[] {
  const runbook = databaseSection(id);
  const { engine } = systems[id].database;
  const connections: AlertRow["measure"] =
    engine === "postgres"
      ? { kind: "share", part: { metric: "stackbook_postgres_connections" }, whole: [{ metric: "stackbook_postgres_max_connections" }] }
      : {
          kind: "share",
          part: { metric: "mongodb_ss_connections", labels: { conn_type: "current" } },
          whole: [{ metric: "mongodb_ss_connections", labels: { conn_type: "current" } }, { metric: "mongodb_ss_connections", labels: { conn_type: "available" } }],
        };
  return [
    {
      id: "database-down", class: "database", topic: "database-down", ...(id === "sms" ? { levels: { page: "P0" } } : {}),
      measure: { kind: "gauge", metric: engine === "postgres" ? "pg_up" : "mongodb_up", across: "min" }, limit: { belowCount: { page: 1 } }, forMinutes: 1,
      summary: "{title}: the database lets nobody in",
      description: "The application can't work without it. The command shows whether it runs, and its last lines: a full disk, want of memory, a start that hangs. Restart it with care (npx stackbook restart {system} database): it must end in peace first.",
      command: "databaseLogs", runbook, requirement: "M1",
    },
    {
      // 80 %: memo.md, Database Metrics; the others watch connections without a number.
      id: "database-connections", class: "database", topic: "database-connections",
      measure: connections, limit: { abovePercent: { ticket: 80 } }, forMinutes: 5,
      summary: "{title}: {value} of the database's connections are taken, {threshold} is the limit",
      description: "At 100 % the application gets none. Connections that are never given back, or more load than the pool was made for?",
      command: "databaseConnections", runbook, requirement: "M1",
    },
  ];
}

/** MemoApp's, and as good for the others that run PostgreSQL: memo.md, Database Metrics. */
function postgres(id: SystemId): SystemRow[] {
  const runbook = section("memo.md")(id === "memo" ? "Database Metrics" : "Slow Database Queries");
  return [
    {
      id: "replication-lag", class: "database", topic: "database-replication-lag",
      measure: { kind: "gauge", metric: "stackbook_postgres_replication_lag_seconds", across: "max" }, limit: { aboveSeconds: { ticket: 1 } }, forMinutes: 5,
      summary: "{title}: a replica of the database is {value} behind, {threshold} is the limit",
      description: "Who reads from it sees old data; after a failure that much would be lost. The command lists the replicas.",
      command: "databaseReplicas", runbook, requirement: "M1",
    },
    {
      id: "lock-waits", class: "database", topic: "database-lock-waits",
      measure: { kind: "gauge", metric: "stackbook_postgres_lock_waits", across: "max" }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 2, // assumed: shorter waits are everyday
      summary: "{title}: {value} database sessions have been waiting for a lock for minutes",
      description: "The command shows who waits for whom. To end one: SELECT pg_terminate_backend(pid).",
      command: "databaseLocks", runbook, requirement: "M1",
    },
    {
      id: "deadlocks", class: "database", topic: "database-deadlocks",
      measure: { kind: "increase", metric: "stackbook_postgres_deadlocks_total", windowMinutes: 15 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0,
      summary: "{title}: the database ended {value} transactions to break a deadlock",
      description: "Two transactions waited for each other; one was given up, its user saw an error. The database's log names both statements.",
      command: "databaseLogs", runbook, requirement: "M1",
    },
  ];
}

function redis(id: SystemId): SystemRow[] {
  const uses = systems[id].redis?.uses ?? [];
  // Without sessions nobody stays logged in, without the queue nothing is done; a cache is missed less.
  const vital = uses.some((use) => use !== "cache" && use !== "temporary data");
  const runbook: RunbookSection =
    id === "motel" ? section("motel.md")("Redis Connection Issues")
    : id === "memo" ? section("memo.md")("Alert Response Procedures")
    : id === "mps" ? section("mps.md")("Authentication Failures")
    : section(systems[id].runbook)("Scaling Considerations");
  return [
    {
      id: "cache-down", class: "cache", topic: "cache-down",
      measure: { kind: "gauge", metric: "redis_up", across: "min" }, limit: { belowCount: vital ? { page: 1 } : { ticket: 1 } }, forMinutes: 1,
      summary: "{title}: Redis lets nobody in",
      description: `It keeps ${uses.join(", ")}. The command shows whether it runs, and its last lines.`,
      command: "cacheLogs", runbook, requirement: "M1",
    },
    {
      // It throws nothing out (maxmemory-policy noeviction): full means that writes fail.
      id: "cache-memory", class: "cache", topic: "cache-memory",
      measure: { kind: "share", part: { metric: "redis_memory_used_bytes" }, whole: [{ metric: "redis_memory_max_bytes" }] }, limit: { abovePercent: { ticket: 90 } }, forMinutes: 5, // assumed
      summary: "{title}: Redis has filled {value} of its memory, {threshold} is the limit",
      description: "When it is full, nothing more can be stored: logins and jobs fail. Look what grows; for good, more memory.",
      command: "cacheInfo", runbook, requirement: "M1",
    },
    ...(uses.includes("cache") ? [{
      id: "cache-hits", class: "cache", topic: "cache-hit",
      measure: { kind: "share", part: { metric: "redis_keyspace_hits_total" }, whole: [{ metric: "redis_keyspace_hits_total" }, { metric: "redis_keyspace_misses_total" }], windowMinutes: 60 },
      limit: { belowPercent: { digest: 50 } }, forMinutes: 30, minimum: { requests: 100 }, // assumed, as the application's own
      summary: "{title}: Redis had only {value} of the keys that were asked for",
      description: "The database does what the cache should. Keys that live too short, or a cache that was emptied?",
      command: "cacheInfo", runbook, requirement: "M1",
    } satisfies SystemRow] : []),
  ];
}
