import { ports, type RetentionDays } from "./facts";
import { yamlText } from "./yaml";

/** Where Loki's container has its volume. */
export const lokiFolder = "/loki";

/** The labels that streams are told apart by: few, as each combination is a stream. All else is searched for. */
export const lokiLabels = ["stack", "system", "service", "stream"] as const;

/** Loki as one process on one disk; each stream is kept for its own time (M6). */
export function renderLoki(retentionDays: RetentionDays): string {
  const hours = (days: number): string => `${days * 24}h`;
  const longest = Math.max(...Object.values(retentionDays));
  return yamlText("Written by the stack's update; changes are lost with the next one.", {
    auth_enabled: false,
    server: { http_listen_port: ports.loki, grpc_listen_port: 9095, log_level: "warn", log_format: "json" },
    // Nobody counts how it is used but its owner.
    analytics: { reporting_enabled: false },
    common: {
      path_prefix: lokiFolder,
      replication_factor: 1,
      ring: { instance_addr: "127.0.0.1", kvstore: { store: "inmemory" } },
      storage: { filesystem: { chunks_directory: `${lokiFolder}/chunks`, rules_directory: `${lokiFolder}/rules` } },
    },
    // The date is before any stack's first line.
    schema_config: { configs: [{ from: "2024-01-01", store: "tsdb", object_store: "filesystem", schema: "v13", index: { prefix: "index_", period: "24h" } }] },
    compactor: {
      working_directory: `${lokiFolder}/compactor`,
      retention_enabled: true,
      delete_request_store: "filesystem",
      compaction_interval: "10m",
      // Two hours in which a wrong retention can still be taken back.
      retention_delete_delay: "2h",
    },
    limits_config: {
      // For a stream that none of the rules below names.
      retention_period: hours(longest),
      retention_stream: (Object.keys(retentionDays) as (keyof RetentionDays)[]).map((stream, i) => ({
        selector: `{stream="${stream}"}`,
        priority: i + 1,
        period: hours(retentionDays[stream]),
      })),
      // What lies in the engine's files when the collector first comes may be older than a week, Loki's own limit.
      reject_old_samples_max_age: hours(30),
      max_query_lookback: hours(longest),
      max_query_series: 2000,
      ingestion_rate_mb: 16,
      ingestion_burst_size_mb: 32,
      volume_enabled: true,
      discover_service_name: [],
      otlp_config: { resource_attributes: { ignore_defaults: true, attributes_config: [{ action: "index_label", attributes: [...lokiLabels] }] } },
    },
    ingester: { chunk_idle_period: "30m", wal: { dir: `${lokiFolder}/wal`, flush_on_shutdown: true } },
    query_range: { parallelise_shardable_queries: false },
    frontend: { encoding: "protobuf" },
  });
}
