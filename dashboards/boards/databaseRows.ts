import type { Row } from "../model";
import { perSecond, share, sumBy, where } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";

/** A database's row; another engine is another entry. */
export function databaseRow(input: DashboardsInput, system: SystemFacts): Row {
  return { postgres: postgresRow, mongodb: mongodbRow }[system.engine](input, system);
}

function postgresRow(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const is = where(of);
  return {
    title: "PostgreSQL",
    panels: [
      {
        title: "Connections, of those allowed", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system.id, "database-connections", "ratio"),
        says: "At 100 % the application gets no connection any more.",
        queries: [{ expr: `sum(stackbook_postgres_connections${is}) / max(stackbook_postgres_max_connections${is})`, legend: "used" }],
      },
      {
        title: "Connections", kind: "lines", unit: "count", stacked: true,
        says: "By state. Many that are idle in a transaction hold locks and rows that others wait for.",
        queries: [{ expr: `sum by (state) (stackbook_postgres_connections${is})`, legend: "{{state}}" }],
      },
      {
        title: "Longest query", kind: "lines", unit: "seconds", lines: input.lines(system.id, "database-longest-query", "seconds"),
        says: "Age of the oldest query that runs.",
        queries: [{ expr: `max(stackbook_postgres_longest_query_seconds${is})`, legend: "oldest" }],
      },
      {
        title: "Locks", kind: "lines", unit: "count", lines: input.lines(system.id, "database-lock-waits", "count"),
        says: "Sessions that wait for another's lock, and deadlocks a minute.",
        queries: [
          { expr: `max(stackbook_postgres_lock_waits${is})`, legend: "waiting" },
          { expr: `${sumBy([], perSecond("stackbook_postgres_deadlocks_total", of))} * 60`, legend: "deadlocks a minute" },
        ],
      },
      {
        title: "Transactions", kind: "lines", unit: "perSecond",
        says: "Committed and rolled back.",
        queries: [
          { expr: sumBy([], perSecond("stackbook_postgres_commits_total", of)), legend: "committed" },
          { expr: sumBy([], perSecond("stackbook_postgres_rollbacks_total", of)), legend: "rolled back" },
        ],
      },
      {
        title: "Blocks found in memory", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system.id, "database-cache-hit", "ratio"),
        says: "Below about 99 % the database reads from disk what it should have in memory.",
        queries: [{ expr: `min(stackbook_postgres_cache_hit_ratio${is})`, legend: "hit rate" }],
      },
      {
        title: "Size", kind: "lines", unit: "bytes",
        says: "Of the application's database on disk.",
        queries: [{ expr: `max(stackbook_postgres_database_size_bytes${is})`, legend: "database" }],
      },
      {
        title: "Slowest statements", kind: "lines", unit: "seconds", lines: input.lines(system.id, "database-slow-statements", "seconds"),
        says: "Mean time of the five slowest, from pg_stat_statements; the text of a statement is found there by its queryid.",
        queries: [{ expr: `topk(5, max by (queryid) (stackbook_postgres_slow_statements_mean_seconds${is}))`, legend: "{{queryid}}" }],
      },
      {
        title: "Replication lag", kind: "lines", unit: "seconds", lines: input.lines(system.id, "database-replication-lag", "seconds"),
        says: "How far the slowest replica is behind.", nothing: "No replicas",
        queries: [{ expr: `max(stackbook_postgres_replication_lag_seconds${is})`, legend: "behind" }],
        mayBeEmpty: "there are no replicas to be behind",
      },
    ],
  };
}

function mongodbRow(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const is = where(of);
  const current = `sum(mongodb_ss_connections${where({ ...of, conn_type: "current" })})`;
  const available = `sum(mongodb_ss_connections${where({ ...of, conn_type: "available" })})`;
  return {
    title: "MongoDB",
    panels: [
      {
        title: "Connections, of those allowed", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system.id, "database-connections", "ratio"),
        says: "At 100 % the application gets no connection any more.",
        queries: [{ expr: `${current} / (${current} + ${available})`, legend: "used" }],
      },
      {
        title: "Connections", kind: "lines", unit: "count",
        says: "Clients connected, the exporter's own among them.",
        queries: [{ expr: current, legend: "connections" }],
      },
      {
        title: "Slow operations", kind: "lines", unit: "count", lines: input.lines(system.id, "database-slow-queries", "count"),
        says: "Operations slower than 100 ms that the profiler wrote down in the last 30 seconds. Where: db.system.profile.find().sort({ts: -1})",
        queries: [{ expr: `sum by (database) (mongodb_profile_slow_query_count${is})`, legend: "{{database}}" }],
      },
      {
        title: "Operations", kind: "lines", unit: "perSecond", stacked: true,
        says: "Requests to the server, by kind.",
        queries: [{ expr: sumBy(["legacy_op_type"], perSecond("mongodb_ss_opcounters", of)), legend: "{{legacy_op_type}}" }],
      },
      {
        title: "Assertions", kind: "lines", unit: "perMinute", lines: input.lines(system.id, "database-errors", "perMinute"),
        says: "What the server found wrong, by kind; `user` are requests that could not be done.",
        queries: [{ expr: `${sumBy(["assert_type"], perSecond("mongodb_ss_asserts", of))} * 60`, legend: "{{assert_type}}" }],
      },
      {
        title: "Size", kind: "lines", unit: "bytes",
        says: "Of the documents, by database.",
        queries: [{ expr: `sum by (database) (mongodb_dbstats_dataSize${is})`, legend: "{{database}}" }],
      },
    ],
  };
}

export function cacheRow(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const is = where(of);
  const hits = sumBy([], perSecond("redis_keyspace_hits_total", of));
  return {
    title: "Redis",
    panels: [
      {
        title: "Keys found", kind: "lines", unit: "ratio", max: 1, width: 8, lines: input.lines(system.id, "cache-hit", "ratio"),
        says: "Of the keys asked for. Below the line the database answers what the cache should.",
        queries: [{ expr: share(hits, `(${hits} + ${sumBy([], perSecond("redis_keyspace_misses_total", of))})`), legend: "hit rate" }],
      },
      {
        title: "Memory of Redis", kind: "lines", unit: "bytes", width: 8,
        says: "Used, and the limit at which keys are thrown out.",
        queries: [
          { expr: `max(redis_memory_used_bytes${is})`, legend: "used" },
          { expr: `max(redis_memory_max_bytes${is}) > 0`, legend: "limit", mayBeEmpty: "Redis runs without a limit of its own" },
        ],
      },
      {
        title: "Memory of Redis, of the limit", kind: "lines", unit: "ratio", max: 1, width: 8, lines: input.lines(system.id, "cache-memory", "ratio"),
        says: "At 100 % Redis throws keys out, or refuses to take more.",
        queries: [{ expr: `max(redis_memory_used_bytes${is}) / (max(redis_memory_max_bytes${is}) > 0)`, legend: "used" }],
        mayBeEmpty: "Redis runs without a limit of its own",
      },
      {
        title: "Commands", kind: "lines", unit: "perSecond", width: 12,
        says: "Commands that Redis ran.",
        queries: [{ expr: sumBy([], perSecond("redis_commands_processed_total", of)), legend: "commands" }],
      },
      {
        title: "Clients and keys thrown out", kind: "lines", unit: "count", width: 12,
        says: "Clients connected, and keys thrown out a minute to stay within the limit.",
        queries: [
          { expr: `max(redis_connected_clients${is})`, legend: "clients" },
          { expr: `${sumBy([], perSecond("redis_evicted_keys_total", of))} * 60`, legend: "thrown out a minute" },
        ],
      },
    ],
  };
}
