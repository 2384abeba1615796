import { metricsOf } from "./types";

const sendsNothingYet = "appears with the first such request";

/** What mtail makes of the edge's log: one line per request, with the system and service that answered. */
const fromLog = metricsOf({ job: "edge-log", labels: ["system", "service"] }, [
  { name: "edge_requests_total", type: "counter", unit: "count", labels: ["slot", "method", "status_class"], says: "Requests answered, by slot of the version (none: the edge itself), method and class of status (2xx)" },
  { name: "edge_request_duration_seconds", type: "histogram", unit: "seconds", labels: ["slot", "method", "status_class"], says: "Time from the first byte of a request to the last of its answer" },
  { name: "edge_responses_total", type: "counter", unit: "count", labels: ["status"], says: "Answers by exact status" },
  { name: "edge_request_bytes_total", type: "counter", unit: "bytes", says: "Bytes received from visitors" },
  { name: "edge_response_bytes_total", type: "counter", unit: "bytes", says: "Bytes sent to visitors" },
  { name: "edge_failed_logins_total", type: "counter", unit: "count", says: "401 and 403 on POST of a login path", mayBeAbsent: sendsNothingYet },
  // RFC 9745
  { name: "edge_deprecated_requests_total", type: "counter", unit: "count", says: "Answers that carried the Deprecation header", mayBeAbsent: sendsNothingYet },
]);

const ofLog = metricsOf({ job: "edge-log" }, [
  { name: "edge_log_lines_total", type: "counter", unit: "count", says: "Lines of the edge's log that mtail has read" },
]);

/** HAProxy's own exporter. `proxy` is the name of a frontend or backend in haproxy.cfg. */
const fromExporter = metricsOf({ job: "edge", labels: ["proxy"] }, [
  { name: "haproxy_frontend_current_sessions", type: "gauge", unit: "count", says: "Connections open to a frontend" },
  { name: "haproxy_frontend_bytes_in_total", type: "counter", unit: "bytes", says: "Bytes received" },
  { name: "haproxy_frontend_bytes_out_total", type: "counter", unit: "bytes", says: "Bytes sent" },
  { name: "haproxy_frontend_http_requests_total", type: "counter", unit: "count", says: "Requests received" },
  { name: "haproxy_frontend_http_responses_total", type: "counter", unit: "count", labels: ["code"], says: "Answers by class of status" },
  { name: "haproxy_backend_active_servers", type: "gauge", unit: "count", says: "Replicas that take requests" },
  { name: "haproxy_backend_status", type: "gauge", unit: "bool", labels: ["state"], says: "1 for the state a backend is in (UP, DOWN)" },
  { name: "haproxy_backend_current_queue", type: "gauge", unit: "count", says: "Requests that wait for a free replica" },
  { name: "haproxy_backend_current_sessions", type: "gauge", unit: "count", says: "Requests being answered" },
  { name: "haproxy_backend_http_requests_total", type: "counter", unit: "count", says: "Requests passed on" },
  { name: "haproxy_backend_http_responses_total", type: "counter", unit: "count", labels: ["code"], says: "Answers by class of status" },
  { name: "haproxy_backend_connection_errors_total", type: "counter", unit: "count", says: "Connections to replicas that failed" },
  { name: "haproxy_backend_response_errors_total", type: "counter", unit: "count", says: "Answers that broke off or made no sense" },
  { name: "haproxy_server_status", type: "gauge", unit: "bool", labels: ["server", "state"], says: "1 for the state a replica is in" },
  { name: "haproxy_server_current_sessions", type: "gauge", unit: "count", labels: ["server"], says: "Requests being answered by a replica" },
]);

const ofProcess = metricsOf({ job: "edge" }, [
  { name: "haproxy_process_current_connections", type: "gauge", unit: "count", says: "Connections open to the edge" },
  { name: "haproxy_process_max_connections", type: "gauge", unit: "count", says: "Connections the edge accepts at most" },
  { name: "haproxy_process_requests_total", type: "counter", unit: "count", says: "Requests the edge has seen" },
  { name: "haproxy_process_uptime_seconds", type: "gauge", unit: "seconds", says: "Age of the edge's process" },
]);

/** Bounds of edge_request_duration_seconds, seconds: one at each threshold of the runbooks, like the applications' own. */
export const edgeBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2, 3, 5, 10] as const;

const endpoints = metricsOf({ job: "blackbox", labels: ["system", "service", "check"] }, [
  { name: "probe_success", type: "gauge", unit: "bool", says: "1 when the address answered as it should, asked through the edge" },
  { name: "probe_duration_seconds", type: "gauge", unit: "seconds", says: "Time the probe took" },
  { name: "probe_http_status_code", type: "gauge", unit: "httpStatus", says: "Status of the answer, 0 when there was none" },
  { name: "probe_ssl_earliest_cert_expiry", type: "gauge", unit: "timestamp", says: "When the first certificate of the chain ends" },
]);

export const edgeMetrics = [...fromLog, ...ofLog, ...fromExporter, ...ofProcess, ...endpoints];
