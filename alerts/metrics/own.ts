import { metricsOf } from "./types";

const noneYet = "appears with the first one";
const noAgent = "no backup agent runs yet";

/** The status agent: what runs, what was deployed, and the incidents people opened. */
const status = metricsOf({ job: "status" }, [
  { name: "stackbook_release_info", type: "gauge", unit: "bool", labels: ["system", "version"], says: "1, with the version that the last update gave a system" },
  { name: "stackbook_release_timestamp_seconds", type: "gauge", unit: "timestamp", labels: ["system"], says: "When a system's version last changed" },
  { name: "stackbook_updates_total", type: "counter", unit: "count", labels: ["system"], says: "Updates that changed a system" },
  { name: "stackbook_incidents_open", type: "gauge", unit: "count", labels: ["system"], says: "Incidents that are open" },
  { name: "stackbook_notices_failed_total", type: "counter", unit: "count", says: "Notices (deploys, incidents, digests) that Alertmanager did not take" },
  { name: "stackbook_digest_last_success_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When the last daily digest was handed over" },
]);

/** The backup agent's; requirement B9. */
const backup = metricsOf({ job: "backup", labels: ["system"] }, [
  { name: "stackbook_backup_last_success_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When the newest good backup was made", mayBeAbsent: noAgent },
  { name: "stackbook_backup_last_attempt_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When a backup was last tried", mayBeAbsent: noAgent },
  { name: "stackbook_backup_failures_total", type: "counter", unit: "count", says: "Backups that failed", mayBeAbsent: noAgent },
  { name: "stackbook_backup_size_bytes", type: "gauge", unit: "bytes", says: "Size of the newest good backup", mayBeAbsent: noAgent },
  { name: "stackbook_backup_duration_seconds", type: "gauge", unit: "seconds", says: "Time the newest good backup took", mayBeAbsent: noAgent },
  { name: "stackbook_backup_sets", type: "gauge", unit: "count", labels: ["tier"], says: "Backups kept, by tier (daily, weekly, monthly, deploy, safety)", mayBeAbsent: noAgent },
  { name: "stackbook_backup_last_verified_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When checksums and decryption of the newest backup were last proven", mayBeAbsent: noAgent },
  { name: "stackbook_backup_last_drill_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When a restore was last rehearsed", mayBeAbsent: noAgent },
  { name: "stackbook_backup_last_drill_success", type: "gauge", unit: "bool", says: "1 when the last rehearsal restored everything", mayBeAbsent: noAgent },
  { name: "stackbook_backup_last_drill_duration_seconds", type: "gauge", unit: "seconds", says: "How long the rehearsed restore took: the RTO as measured", mayBeAbsent: noAgent },
]);

const prometheus = metricsOf({ job: "prometheus" }, [
  { name: "prometheus_config_last_reload_successful", type: "gauge", unit: "bool", says: "1 when Prometheus took the newest configuration" },
  { name: "prometheus_rule_evaluation_failures_total", type: "counter", unit: "count", labels: ["rule_group"], says: "Rules that could not be evaluated" },
  { name: "prometheus_rule_group_last_duration_seconds", type: "gauge", unit: "seconds", labels: ["rule_group"], says: "Time the last evaluation of a group took" },
  { name: "prometheus_rule_group_iterations_missed_total", type: "counter", unit: "count", labels: ["rule_group"], says: "Evaluations left out because the one before was not done" },
  { name: "prometheus_notifications_dropped_total", type: "counter", unit: "count", says: "Alerts that never reached Alertmanager" },
  { name: "prometheus_notifications_errors_total", type: "counter", unit: "count", labels: ["alertmanager"], says: "Alerts that Alertmanager refused or did not take in time" },
  { name: "prometheus_notifications_alertmanagers_discovered", type: "gauge", unit: "count", says: "Alertmanagers known" },
  { name: "prometheus_tsdb_head_series", type: "gauge", unit: "count", says: "Series in memory" },
  { name: "prometheus_tsdb_storage_blocks_bytes", type: "gauge", unit: "bytes", says: "Disk that stored blocks take" },
  { name: "prometheus_tsdb_wal_storage_size_bytes", type: "gauge", unit: "bytes", says: "Disk that the write-ahead log takes" },
  { name: "prometheus_tsdb_compactions_failed_total", type: "counter", unit: "count", says: "Compactions that failed: a full disk, usually" },
  { name: "prometheus_tsdb_head_samples_appended_total", type: "counter", unit: "count", labels: ["type"], says: "Samples taken in" },
]);

const alertmanager = metricsOf({ job: "alertmanager" }, [
  { name: "alertmanager_alerts", type: "gauge", unit: "count", labels: ["state"], says: "Alerts held, by state (active, suppressed)" },
  { name: "alertmanager_config_last_reload_successful", type: "gauge", unit: "bool", says: "1 when Alertmanager took the newest configuration" },
  { name: "alertmanager_notifications_total", type: "counter", unit: "count", labels: ["integration"], says: "Messages tried" },
  { name: "alertmanager_notifications_failed_total", type: "counter", unit: "count", labels: ["integration", "reason"], says: "Messages that a channel did not take" },
  { name: "alertmanager_silences", type: "gauge", unit: "count", labels: ["state"], says: "Silences, by state" },
]);

const loki = metricsOf({ job: "loki" }, [
  { name: "loki_distributor_lines_received_total", type: "counter", unit: "count", labels: ["tenant"], says: "Log lines taken in", mayBeAbsent: noneYet },
  { name: "loki_discarded_samples_total", type: "counter", unit: "count", labels: ["reason", "tenant"], says: "Log lines refused", mayBeAbsent: noneYet },
  { name: "loki_ingester_memory_streams", type: "gauge", unit: "count", labels: ["tenant"], says: "Streams (sets of labels) in memory", mayBeAbsent: noneYet },
]);

/** OpenTelemetry Collector's own. */
const collector = metricsOf({ job: "collector" }, [
  { name: "otelcol_receiver_accepted_log_records_total", type: "counter", unit: "count", labels: ["receiver"], says: "Log lines read" },
  { name: "otelcol_receiver_refused_log_records_total", type: "counter", unit: "count", labels: ["receiver"], says: "Log lines that could not be passed on", mayBeAbsent: noneYet },
  { name: "otelcol_exporter_sent_log_records_total", type: "counter", unit: "count", labels: ["exporter"], says: "Log lines that Loki took" },
  { name: "otelcol_exporter_send_failed_log_records_total", type: "counter", unit: "count", labels: ["exporter"], says: "Log lines given up", mayBeAbsent: noneYet },
  { name: "otelcol_exporter_enqueue_failed_log_records_total", type: "counter", unit: "count", labels: ["exporter"], says: "Log lines lost because the queue was full", mayBeAbsent: noneYet },
  { name: "otelcol_exporter_queue_size", type: "gauge", unit: "count", labels: ["exporter"], says: "Batches that wait for Loki", mayBeAbsent: noneYet },
]);

/** Prometheus's own about each target and each alert. */
const synthesised = metricsOf({ job: "any", labels: ["system", "service"] }, [
  { name: "up", type: "gauge", unit: "bool", says: "1 when a target was read" },
  { name: "scrape_duration_seconds", type: "gauge", unit: "seconds", says: "Time the reading took" },
  { name: "scrape_samples_scraped", type: "gauge", unit: "count", says: "Series read" },
  { name: "ALERTS", type: "gauge", unit: "bool", labels: ["alertname", "alertstate", "severity", "level", "class", "topic"], says: "1 for each alert that is pending or firing", mayBeAbsent: "nothing is wrong" },
  { name: "ALERTS_FOR_STATE", type: "gauge", unit: "timestamp", labels: ["alertname", "severity", "level", "class", "topic"], says: "Since when an alert is active", mayBeAbsent: "nothing is wrong" },
]);

export const ownMetrics = [...status, ...backup, ...prometheus, ...alertmanager, ...loki, ...collector, ...synthesised];
