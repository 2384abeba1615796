import { yamlText } from "./yaml";

interface Column {
  readonly usage: "LABEL" | "GAUGE" | "COUNTER";
  readonly description: string;
}

interface Query {
  readonly query: string;
  readonly metrics: readonly Readonly<Record<string, Column>>[];
}

const gauge = (name: string, description: string): Record<string, Column> => ({ [name]: { usage: "GAUGE", description } });
const counter = (name: string, description: string): Record<string, Column> => ({ [name]: { usage: "COUNTER", description } });
const label = (name: string, description: string): Record<string, Column> => ({ [name]: { usage: "LABEL", description } });

/**
 * Our own questions to PostgreSQL, in the exporter's form: a metric's name is the key, `_` and the column. The exporter's
 * own metrics change their names from version to version. Asked in the database `postgres`, where the statistics
 * of all databases are.
 */
export function renderPostgresQueries(database: string): string {
  const name = `'${database.replaceAll("'", "''")}'`;
  const clients = `datname = ${name} AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  const query = (text: string, ...metrics: Record<string, Column>[]): Query => ({ query: text, metrics });
  const queries: Readonly<Record<string, Query>> = {
    stackbook: query(
      // All three always, so that a panel never has a gap where there is nothing to count.
      `SELECT s.state, count(a.pid)::float AS postgres_connections FROM unnest(ARRAY['active', 'idle', 'idle in transaction']) AS s(state)
       LEFT JOIN pg_stat_activity a ON a.state = s.state AND ${clients} GROUP BY 1`,
      label("state", "State of the connections"),
      gauge("postgres_connections", "Connections to the application's database"),
    ),
    stackbook_postgres: query(
      `SELECT current_setting('max_connections')::float - current_setting('superuser_reserved_connections')::float AS max_connections,
        (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock')::float AS lock_waits,
        (SELECT count(*) FROM pg_stat_replication)::float AS replicas,
        (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0)::float FROM pg_stat_activity WHERE state = 'active' AND ${clients}) AS longest_query_seconds,
        (SELECT coalesce(sum(calls), 0)::float FROM pg_stat_statements WHERE dbid = d.datid) AS statements_calls_total,
        pg_database_size(datid)::float AS database_size_bytes,
        deadlocks::float AS deadlocks_total, xact_commit::float AS commits_total, xact_rollback::float AS rollbacks_total,
        CASE WHEN blks_hit + blks_read = 0 THEN 1 ELSE blks_hit::float / (blks_hit + blks_read) END AS cache_hit_ratio
       FROM pg_stat_database d WHERE datname = ${name}`,
      gauge("max_connections", "Connections that clients may have"),
      gauge("lock_waits", "Sessions that wait for a lock"),
      gauge("replicas", "Replicas that stream from this server"),
      gauge("longest_query_seconds", "Age of the oldest query that runs"),
      counter("statements_calls_total", "Statements run"),
      gauge("database_size_bytes", "Size of the application's database"),
      counter("deadlocks_total", "Transactions ended to break a deadlock"),
      counter("commits_total", "Transactions committed"),
      counter("rollbacks_total", "Transactions rolled back"),
      gauge("cache_hit_ratio", "Blocks found in memory, of all that were read"),
    ),
    stackbook_postgres_long: query(
      `SELECT '5s' AS threshold, count(*)::float AS queries FROM pg_stat_activity WHERE state = 'active' AND ${clients} AND query_start < clock_timestamp() - interval '5 s'`,
      label("threshold", "How long"),
      gauge("queries", "Queries that have run longer than the threshold"),
    ),
    // No row without replicas, so no series.
    stackbook_postgres_replication: query(
      `SELECT extract(epoch FROM max(coalesce(replay_lag, interval '0')))::float AS lag_seconds FROM pg_stat_replication HAVING count(*) > 0`,
      gauge("lag_seconds", "How far the slowest replica is behind"),
    ),
    stackbook_postgres_slow: query(
      `SELECT queryid::text AS queryid, max(mean_exec_time) / 1000 AS statements_mean_seconds FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
       WHERE d.datname = ${name} AND queryid IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 20`,
      label("queryid", "PostgreSQL's number of the statement"),
      gauge("statements_mean_seconds", "Mean time of one of the 20 slowest statements"),
    ),
  };
  return yamlText("Written by the stack's update.", queries);
}
