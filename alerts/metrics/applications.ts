import { systemIds, systems, type SystemId } from "../../systems";
import { metricsOf, type Metric, type MetricRow } from "./types";

/** What every application exports beside its own families; SMS's runbook names the histogram, the rest is the client libraries' standard. */
const common = metricsOf({ job: "app", labels: ["system", "service", "slot"] }, [
  { name: "http_request_duration_seconds", type: "histogram", unit: "seconds", labels: ["method", "route", "status"], says: "Time from request to answer inside the application, by route" },
  { name: "app_info", type: "gauge", unit: "bool", labels: ["version"], says: "1, with the version that runs" },
  { name: "process_start_time_seconds", type: "gauge", unit: "timestamp", says: "When the process started" },
  { name: "process_resident_memory_bytes", type: "gauge", unit: "bytes", says: "Memory of the process" },
]);

/** Client library of Node programs; SMS's backend is Python. */
const node = metricsOf({ job: "app", labels: ["system", "service", "slot"], only: { systems: systemIds.filter((id) => systems[id].services.backend.framework !== "Python") } }, [
  { name: "nodejs_eventloop_lag_p99_seconds", type: "gauge", unit: "seconds", says: "How late Node comes to its work, 99th percentile" },
  { name: "nodejs_heap_size_used_bytes", type: "gauge", unit: "bytes", says: "Memory of JavaScript objects" },
]);

const seldom = "appears with the first such event";

/** The families that systems/ lists, with what their names don't say. A test holds the two together. */
const families: Readonly<Record<SystemId, readonly MetricRow[]>> = {
  mps: [
    { name: "mps_active_sessions", type: "gauge", unit: "count", says: "Sessions that have not expired, over all replicas" },
    { name: "mps_logins_total", type: "counter", unit: "count", says: "Successful logins" },
    { name: "mps_password_changes_total", type: "counter", unit: "count", says: "Passwords changed by their users" },
    { name: "mps_failed_auth_total", type: "counter", unit: "count", says: "Failed authentication" },
    { name: "mps_audit_entries_total", type: "counter", unit: "count", says: "Entries written to the audit log" },
  ],
  fetms: [
    { name: "fetms_failed_logins_total", type: "counter", unit: "count", says: "Failed logins" },
    { name: "fetms_deprecated_api_calls_total", type: "counter", unit: "count", says: "Calls of routes that will go" },
    { name: "fetms_mongodb_errors_total", type: "counter", unit: "count", says: "Failed requests to MongoDB" },
  ],
  memo: [
    { name: "memo_active_users", type: "gauge", unit: "count", says: "Users seen in the last 15 minutes, over all replicas" },
    { name: "memo_cache_hits_total", type: "counter", unit: "count", says: "Lists answered from Redis" },
    { name: "memo_cache_misses_total", type: "counter", unit: "count", says: "Lists that had to be asked of the database" },
  ],
  motel: [
    { name: "motel_uptime_seconds", type: "gauge", unit: "seconds", says: "Age of the application's process" },
    { name: "motel_memory_heap_used_bytes", type: "gauge", unit: "bytes", says: "Memory of JavaScript objects" },
    { name: "motel_websocket_connections", type: "gauge", unit: "count", says: "WebSocket connections open" },
    { name: "motel_websocket_users", type: "gauge", unit: "count", says: "Users connected by WebSocket" },
    { name: "motel_websocket_disconnects_total", type: "counter", unit: "count", says: "WebSocket connections that ended" },
    { name: "motel_suites_total", type: "gauge", unit: "count", says: "Suites on file" },
    { name: "motel_tasks_total", type: "gauge", unit: "count", says: "Tasks on file" },
    { name: "motel_tasks_pending", type: "gauge", unit: "count", says: "Tasks that nobody has begun" },
    { name: "motel_tasks_in_progress", type: "gauge", unit: "count", says: "Tasks begun" },
  ],
  sms: [
    { name: "sms_active_users", type: "gauge", unit: "count", says: "Users seen in the last 15 minutes, over all replicas" },
    { name: "sms_enrollments_total", type: "counter", unit: "count", says: "Enrolments made", mayBeAbsent: seldom },
    { name: "sms_grade_submissions_total", type: "counter", unit: "count", says: "Grades submitted", mayBeAbsent: seldom },
  ],
};

/** One system's own figures, in the order in which its runbook gives them. */
export function businessMetrics(id: SystemId): readonly Metric[] {
  return metricsOf({ job: "app", labels: ["system", "service", "slot"], only: { systems: [id] } }, families[id]);
}

export const applicationMetrics = [...common, ...node, ...systemIds.flatMap(businessMetrics)];
