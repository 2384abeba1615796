import { metricNames } from "../../backups/protocol";
import { metricsOf } from "./types";

const noneYet = "appears with the first one";

/** The status agent: what runs, what was deployed, and the incidents people opened. */
const status = metricsOf({ job: "status" }, [
  { name: "stackbook_release_info", type: "gauge", unit: "bool", labels: ["system", "version"], says: "1, with the version that the last update gave a system" },
  { name: "stackbook_release_timestamp_seconds", type: "gauge", unit: "timestamp", labels: ["system"], says: "When a system's version last changed" },
  { name: "stackbook_updates_total", type: "counter", unit: "count", labels: ["system"], says: "Updates that changed a system" },
  { name: "stackbook_incidents_open", type: "gauge", unit: "count", labels: ["system"], says: "Incidents that are open" },
  { name: "stackbook_notices_failed_total", type: "counter", unit: "count", says: "Notices (deploys, incidents, digests) that Alertmanager did not take" },
  { name: "stackbook_digest_last_success_timestamp_seconds", type: "gauge", unit: "timestamp", says: "When the last daily digest was handed over" },
]);

/** What has no figure until it has happened once, and what only stores with an end have. */
const firstBackup = "appears with the first backup";
const firstDrill = "appears with the first drill, and only where drills are";
const ofDirectories = "only of directories: a bucket has no end";

/** The agents' of each system: one makes backups, the other drills; requirement B9. */
const backup = metricsOf({ job: "backup", labels: ["system"] }, [
  { name: metricNames.lastSuccess, type: "gauge", unit: "timestamp", says: "When the newest backup that a store holds was begun", mayBeAbsent: firstBackup },
  { name: metricNames.lastRun, type: "gauge", unit: "timestamp", says: "When a backup was last begun", mayBeAbsent: firstBackup },
  { name: metricNames.lastRunFailed, type: "gauge", unit: "bool", says: "1 when the last backup failed, or is not in every store", mayBeAbsent: firstBackup },
  { name: metricNames.bytes, type: "gauge", unit: "bytes", says: "Size of the newest backup", mayBeAbsent: firstBackup },
  { name: metricNames.previousBytes, type: "gauge", unit: "bytes", says: "Size of the one before", mayBeAbsent: "appears with the second backup" },
  { name: metricNames.duration, type: "gauge", unit: "seconds", says: "Time the newest backup took", mayBeAbsent: firstBackup },
  { name: metricNames.count, type: "gauge", unit: "count", labels: ["store", "tier"], says: "Backups in a store, by tier (daily, weekly, monthly, deploy, safety)" },
  { name: metricNames.lastVerified, type: "gauge", unit: "timestamp", says: "When a backup was last read again, decrypted and found whole", mayBeAbsent: "appears with the first one; never where the host has no key to open backups" },
  { name: metricNames.lastDrill, type: "gauge", unit: "timestamp", says: "When a restore was last rehearsed", mayBeAbsent: firstDrill },
  { name: metricNames.lastDrillFailed, type: "gauge", unit: "bool", says: "1 when the last rehearsal did not bring everything back", mayBeAbsent: firstDrill },
  { name: metricNames.drillDuration, type: "gauge", unit: "seconds", says: "How long the rehearsed restore took: the RTO as measured", mayBeAbsent: firstDrill },
  { name: metricNames.drillAge, type: "gauge", unit: "seconds", says: "How old the newest backup was then: the RPO as measured", mayBeAbsent: firstDrill },
  { name: metricNames.storeFree, type: "gauge", unit: "bytes", labels: ["store"], says: "What is left in a store", mayBeAbsent: ofDirectories },
  { name: metricNames.storeSize, type: "gauge", unit: "bytes", labels: ["store"], says: "What a store holds when it is full", mayBeAbsent: ofDirectories },
  { name: metricNames.storeReachable, type: "gauge", unit: "bool", labels: ["store"], says: "1 when a store answers" },
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
  { name: "prometheus_tsdb_lowest_timestamp_seconds", type: "gauge", unit: "timestamp", says: "The oldest sample there is", mayBeAbsent: "a server that has just started holds none" },
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
