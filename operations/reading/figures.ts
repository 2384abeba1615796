import { businessMetrics } from "../../alerts/metrics";
import { by, increase, rate, where } from "../../alerts/prometheus/promql";
import { recorded } from "../../alerts/prometheus/recording";
import { metricNames } from "../../backups/protocol";
import type { SystemId } from "../../systems";

export type FigureUnit = "ratio" | "seconds" | "bytes" | "count" | "requestsPerSecond" | "perSecond" | "perMinute" | "cores";

/** One figure of the runbooks, now. */
export interface Figure {
  /** Its place in the answer; within it figures come as they are here. */
  readonly group: Group;
  readonly name: string;
  readonly unit: FigureUnit;
  readonly query: string;
  /** Label that tells its values apart: one row each. */
  readonly by?: string;
  /** Family of alerts, whose thresholds stand beside it. */
  readonly topic?: string;
}

export type Group = "requests" | "containers" | "database" | "cache" | "application" | "backup" | "host";

export interface FigureFacts {
  readonly id: SystemId;
  readonly engine: "postgres" | "mongodb";
  readonly redis: boolean;
  /** Long enough for four readings. */
  readonly windowMinutes: number;
}

/** What the runbooks look at in one system. */
export function figuresOf(system: FigureFacts): readonly Figure[] {
  return [...requests(system), ...containers(system.id, system.windowMinutes), ...(system.engine === "postgres" ? postgres(system) : mongodb(system)), ...(system.redis ? cache(system) : []), ...application(system), ...backup(system.id)];
}

function requests({ id, windowMinutes: minutes }: FigureFacts): Figure[] {
  const of = where({ system: id });
  const services = { system: id, service: "~backend|frontend" };
  const figure = (name: string, unit: FigureUnit, query: string, topic?: string): Figure => ({ group: "requests", name, unit, query, by: "service", ...(topic === undefined ? {} : { topic }) });
  // No error yet is no series yet.
  const share = (name: string): string => `${name}${of} or ${recorded.requestRate}${of} * 0`;
  return [
    figure("rate", "requestsPerSecond", `${recorded.requestRate}${of}`),
    figure("4xx", "ratio", share(recorded.share4xx), "errors-4xx"),
    figure("5xx", "ratio", share(recorded.share5xx), "errors-5xx"),
    figure("mean", "seconds", `${recorded.mean}${of}`, "response-time-mean"),
    figure("p50", "seconds", `histogram_quantile(0.5, ${by("sum", ["service", "le"], rate("edge_request_duration_seconds_bucket", services, minutes))})`),
    figure("p95", "seconds", `${recorded.p95}${of}`, "response-time-p95"),
    figure("p99", "seconds", `${recorded.p99}${of}`, "response-time-p99"),
  ];
}

/** Of a system, or of the stack's own parts. */
export function containers(system: SystemId | "stack", minutes: number): Figure[] {
  const of = { system, container: "!" };
  const used = by("sum", ["container"], rate("container_cpu_usage_seconds_total", of, minutes));
  const figure = (name: string, unit: FigureUnit, query: string, topic?: string): Figure => ({ group: "containers", name, unit, query, by: "container", ...(topic === undefined ? {} : { topic }) });
  return [
    figure("cpu", "cores", used),
    figure("cpu, of its limit", "ratio", `${used} / on (container) max by (container) (container_spec_cpu_quota${where(of)} / container_spec_cpu_period${where(of)})`, "container-cpu"),
    figure("memory", "bytes", `container_memory_working_set_bytes${where(of)}`),
    figure("memory, of its limit", "ratio", `container_memory_working_set_bytes${where(of)} / (container_spec_memory_limit_bytes${where(of)} > 0)`, "container-memory"),
    figure("restarts, 1 d", "count", `max by (container) (changes(container_start_time_seconds${where(of)}[1d])) and on (container) container_start_time_seconds${where(of)}`, "restarts"),
  ];
}

function postgres({ id, windowMinutes: minutes }: FigureFacts): Figure[] {
  const of = { system: id };
  const is = where(of);
  const figure = (name: string, unit: FigureUnit, query: string, topic?: string): Figure => ({ group: "database", name, unit, query, ...(topic === undefined ? {} : { topic }) });
  return [
    figure("connections", "count", `sum(stackbook_postgres_connections${is})`),
    figure("connections, of those allowed", "ratio", `sum(stackbook_postgres_connections${is}) / max(stackbook_postgres_max_connections${is})`, "database-connections"),
    figure("longest query", "seconds", `max(stackbook_postgres_longest_query_seconds${is})`, "database-longest-query"),
    figure("sessions that wait for a lock", "count", `max(stackbook_postgres_lock_waits${is})`, "database-lock-waits"),
    figure("deadlocks", "perMinute", `${by("sum", [], rate("stackbook_postgres_deadlocks_total", of, minutes))} * 60`),
    figure("transactions", "perSecond", by("sum", [], rate("stackbook_postgres_commits_total", of, minutes))),
    figure("slowest statement, mean", "seconds", `max(stackbook_postgres_slow_statements_mean_seconds${is})`, "database-slow-statements"),
    figure("blocks found in memory", "ratio", `min(stackbook_postgres_cache_hit_ratio${is})`),
    figure("size", "bytes", `max(stackbook_postgres_database_size_bytes${is})`),
    figure("replication lag", "seconds", `max(stackbook_postgres_replication_lag_seconds${is})`, "database-replication-lag"),
  ];
}

function mongodb({ id, windowMinutes: minutes }: FigureFacts): Figure[] {
  const of = { system: id };
  const is = where(of);
  const current = `sum(mongodb_ss_connections${where({ ...of, conn_type: "current" })})`;
  const figure = (name: string, unit: FigureUnit, query: string, topic?: string): Figure => ({ group: "database", name, unit, query, ...(topic === undefined ? {} : { topic }) });
  return [
    figure("connections", "count", current),
    figure("connections, of those allowed", "ratio", `${current} / (${current} + sum(mongodb_ss_connections${where({ ...of, conn_type: "available" })}))`, "database-connections"),
    figure("slow operations, 30 s", "count", `sum(mongodb_profile_slow_query_count${is})`, "database-slow-queries"),
    figure("operations", "perSecond", by("sum", [], rate("mongodb_ss_opcounters", of, minutes))),
    figure("assertions", "perMinute", `${by("sum", [], rate("mongodb_ss_asserts", of, minutes))} * 60`, "database-errors"),
    figure("size", "bytes", `sum(mongodb_dbstats_dataSize${is})`),
  ];
}

function cache({ id, windowMinutes: minutes }: FigureFacts): Figure[] {
  const of = { system: id };
  const is = where(of);
  const hits = by("sum", [], rate("redis_keyspace_hits_total", of, minutes));
  const figure = (name: string, unit: FigureUnit, query: string, topic?: string): Figure => ({ group: "cache", name, unit, query, ...(topic === undefined ? {} : { topic }) });
  return [
    figure("keys found", "ratio", `${hits} / ((${hits} + ${by("sum", [], rate("redis_keyspace_misses_total", of, minutes))}) > 0)`, "cache-hit"),
    figure("memory", "bytes", `max(redis_memory_used_bytes${is})`),
    figure("memory, of its limit", "ratio", `max(redis_memory_used_bytes${is}) / (max(redis_memory_max_bytes${is}) > 0)`, "cache-memory"),
    figure("clients", "count", `max(redis_connected_clients${is})`),
    figure("commands", "perSecond", by("sum", [], rate("redis_commands_processed_total", of, minutes))),
    figure("keys thrown out, 1 h", "count", by("sum", [], increase("redis_evicted_keys_total", of, 60))),
  ];
}

/** What several replicas each know of their own visitors; the other gauges come from the database, the same everywhere. */
const summed: ReadonlySet<string> = new Set(["motel_websocket_connections", "motel_websocket_users"]);

/** The system's own figures, as its runbook names them. */
function application({ id, windowMinutes: minutes }: FigureFacts): Figure[] {
  return businessMetrics(id).map(({ name, type, unit }): Figure => {
    const words = name.replace(`${id}_`, "").replace(/_(total|seconds|bytes)$/, "").replaceAll("_", " ");
    if (type === "counter") return { group: "application", name: words, unit: "perMinute", query: `${by("sum", [], rate(name, { system: id }, minutes))} * 60`, topic: name };
    return { group: "application", name: words, unit: unit === "bytes" || unit === "seconds" ? unit : "count", query: `${summed.has(name) ? "sum" : "max"}(${name}${where({ system: id })})`, topic: name };
  });
}

function backup(system: SystemId): Figure[] {
  const is = where({ system });
  return [
    { group: "backup", name: "newest", unit: "seconds", query: `time() - max(${metricNames.lastSuccess}${is})`, topic: "backup-age" },
    { group: "backup", name: "its size", unit: "bytes", query: `max(${metricNames.bytes}${is})` },
    { group: "backup", name: "last restore rehearsed", unit: "seconds", query: `time() - max(${metricNames.lastDrill}${is})` },
    { group: "backup", name: "it took", unit: "seconds", query: `max(${metricNames.drillDuration}${is})` },
  ];
}

/** What lies in memory or is an image's layer is no disk. */
const disks = where({ fstype: "!~tmpfs|ramfs|overlay|squashfs|nsfs|proc|sysfs|cgroup.*" });

/** Of the machine under all systems. */
export function hostFigures(minutes: number): readonly Figure[] {
  return [
    { group: "host", name: "CPU", unit: "ratio", query: `1 - avg(${rate("node_cpu_seconds_total", { mode: "idle" }, minutes)})`, topic: "host-cpu" },
    { group: "host", name: "load", unit: "count", query: "max(node_load1)" },
    { group: "host", name: "processors", unit: "count", query: 'count(node_cpu_seconds_total{mode="idle"})' },
    { group: "host", name: "memory", unit: "ratio", query: "max(1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)", topic: "host-memory" },
    { group: "host", name: "disk", unit: "ratio", query: `max by (mountpoint) (1 - node_filesystem_avail_bytes${disks} / node_filesystem_size_bytes${disks})`, by: "mountpoint", topic: "host-disk" },
  ];
}
