import { metricsOf } from "./types";

const noReplicas = "there are no replicas to be behind";

/**
 * PostgreSQL, through queries of our own: so a name is the same in every version of the exporter. `pg_up` is the exporter's.
 * `service` is "database".
 */
const postgres = metricsOf({ job: "postgres", labels: ["system", "service"], only: { engine: "postgres" } }, [
  { name: "pg_up", type: "gauge", unit: "bool", says: "1 when PostgreSQL let the exporter in" },
  { name: "stackbook_postgres_connections", type: "gauge", unit: "count", labels: ["state"], says: "Connections by state (active, idle, idle in transaction)" },
  { name: "stackbook_postgres_max_connections", type: "gauge", unit: "count", says: "Connections that clients may have" },
  { name: "stackbook_postgres_deadlocks_total", type: "counter", unit: "count", says: "Transactions ended to break a deadlock" },
  { name: "stackbook_postgres_lock_waits", type: "gauge", unit: "count", says: "Sessions that wait for a lock" },
  { name: "stackbook_postgres_longest_query_seconds", type: "gauge", unit: "seconds", says: "Age of the oldest query that runs" },
  { name: "stackbook_postgres_long_queries", type: "gauge", unit: "count", labels: ["threshold"], says: "Queries that have run longer than the threshold (5s)" },
  { name: "stackbook_postgres_replicas", type: "gauge", unit: "count", says: "Replicas that stream from this server" },
  { name: "stackbook_postgres_replication_lag_seconds", type: "gauge", unit: "seconds", says: "How far the slowest replica is behind", mayBeAbsent: noReplicas },
  { name: "stackbook_postgres_slow_statements_mean_seconds", type: "gauge", unit: "seconds", labels: ["queryid"], says: "Mean time of the 20 slowest statements, from pg_stat_statements" },
  { name: "stackbook_postgres_statements_calls_total", type: "counter", unit: "count", says: "Statements run, from pg_stat_statements" },
  { name: "stackbook_postgres_database_size_bytes", type: "gauge", unit: "bytes", says: "Size of the application's database" },
  { name: "stackbook_postgres_cache_hit_ratio", type: "gauge", unit: "ratio", says: "Blocks found in memory, of all that were read" },
  { name: "stackbook_postgres_commits_total", type: "counter", unit: "count", says: "Transactions committed" },
  { name: "stackbook_postgres_rollbacks_total", type: "counter", unit: "count", says: "Transactions rolled back" },
]);

/** MongoDB: the names of percona/mongodb_exporter 0.40+ without `--compatible-mode`, with its collectors diagnosticdata, dbstats and profile. */
const mongodb = metricsOf({ job: "mongodb", labels: ["system", "service"], only: { engine: "mongodb" } }, [
  { name: "mongodb_up", type: "gauge", unit: "bool", says: "1 when MongoDB let the exporter in" },
  { name: "mongodb_ss_connections", type: "gauge", unit: "count", labels: ["conn_type"], says: "Connections by conn_type: current, available" },
  { name: "mongodb_ss_opcounters", type: "counter", unit: "count", labels: ["legacy_op_type"], says: "Operations by legacy_op_type: insert, query, update, delete, getmore, command" },
  { name: "mongodb_ss_asserts", type: "counter", unit: "count", labels: ["assert_type"], says: "Assertions raised, by assert_type: regular, warning, msg, user, rollovers" },
  // The exporter calls it a counter; it counts anew, over the time that --collector.profile-time-ts gives (30 s).
  { name: "mongodb_profile_slow_query_count", type: "gauge", unit: "count", labels: ["database"], says: "Operations the profiler wrote down in the last 30 s: slower than 100 ms" },
  { name: "mongodb_dbstats_dataSize", type: "gauge", unit: "bytes", labels: ["database"], says: "Size of a database's documents" },
  { name: "mongodb_dbstats_objects", type: "gauge", unit: "count", labels: ["database"], says: "Documents in a database" },
]);

/** Redis: oliver006/redis_exporter's names. `service` is "cache". */
const redis = metricsOf({ job: "redis", labels: ["system", "service"], only: { redis: true } }, [
  { name: "redis_up", type: "gauge", unit: "bool", says: "1 when Redis let the exporter in" },
  { name: "redis_keyspace_hits_total", type: "counter", unit: "count", says: "Keys asked for and found" },
  { name: "redis_keyspace_misses_total", type: "counter", unit: "count", says: "Keys asked for and not found" },
  { name: "redis_memory_used_bytes", type: "gauge", unit: "bytes", says: "Memory of the keys and of Redis itself" },
  { name: "redis_memory_max_bytes", type: "gauge", unit: "bytes", says: "Memory Redis may use; 0 without a limit" },
  { name: "redis_connected_clients", type: "gauge", unit: "count", says: "Clients connected" },
  { name: "redis_evicted_keys_total", type: "counter", unit: "count", says: "Keys thrown out to stay within the limit" },
  { name: "redis_commands_processed_total", type: "counter", unit: "count", says: "Commands run" },
  { name: "redis_rejected_connections_total", type: "counter", unit: "count", says: "Clients turned away: too many connections" },
]);

export const databaseMetrics = [...postgres, ...mongodb, ...redis];
