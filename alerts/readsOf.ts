import { objectiveOf } from "./slos";
import type { Measure } from "./measures";

const requests = "edge_requests_total";
const times = ["edge_request_duration_seconds_bucket", "edge_request_duration_seconds_sum", "edge_request_duration_seconds_count"];

/** Series of the inventory that a measure reads, whatever renders it. */
export function metricsOfMeasure(measure: Measure): readonly string[] {
  switch (measure.kind) {
    case "responseTime":
      return [...times, requests];
    case "errorShare":
    case "throughput":
      return [requests];
    case "againstLastWeek":
      return measure.of === "bytes" ? ["edge_request_bytes_total", "edge_response_bytes_total", requests] : [requests];
    case "gauge":
    case "increase":
    case "perMinute":
    case "age":
    case "timeLeft":
      return [measure.metric];
    case "share":
      return [measure.part.metric, ...measure.whole.map(({ metric }) => metric)];
    case "targets":
      return ["up"];
    case "readyReplicas":
      return ["haproxy_backend_active_servers"];
    case "containerUse":
      return measure.of === "cpu"
        ? ["container_cpu_usage_seconds_total", "container_spec_cpu_quota", "container_spec_cpu_period"]
        : ["container_memory_working_set_bytes", "container_spec_memory_limit_bytes"];
    case "restarts":
      return ["container_start_time_seconds"];
    case "hostUse":
      return hostMetrics[measure.of];
    case "diskForecast":
      return hostMetrics.disk;
    case "familiesMissing":
      return [...measure.families, "up"];
    case "logSilent":
      return ["haproxy_frontend_http_requests_total", "edge_log_lines_total"];
    case "burnRate":
      return { availability: ["probe_success"], latency: [...times, requests], errors: [requests] }[objectiveOf(measure.objective).kind];
    case "stillOpen":
      return ["ALERTS"];
    case "alwaysOn":
      return [];
  }
}

const hostMetrics = {
  cpu: ["node_cpu_seconds_total"],
  memory: ["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
  disk: ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"],
  files: ["node_filesystem_files_free", "node_filesystem_files"],
} as const;
