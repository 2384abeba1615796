import type { Panel, Row } from "../model";
import { perSecond, sumBy } from "../promql";
import type { DashboardsInput } from "../types";

/** Who watches the watchers: alerts of their own say so too. */
export function monitoringRow(input: DashboardsInput): Row {
  const stat = (panel: Omit<Panel, "kind" | "width" | "height">): Panel => ({ ...panel, kind: "stat", width: 4 });
  return {
    title: "Monitoring itself",
    panels: [
      stat({ title: "Targets that can't be read", unit: "count", says: "Of all that Prometheus should read.", lines: [{ value: 1, severity: "ticket" }], queries: [{ expr: "count(up == 0) or vector(0)", legend: "targets" }] }),
      stat({
        title: "Evaluations left out", unit: "count", lines: input.lines("stack", "rules-late", "count"),
        says: "Of one group of rules within 15 minutes: the one before was not done. Alerts come late then.",
        queries: [{ expr: "max(increase(prometheus_rule_group_iterations_missed_total[15m]))", legend: "evaluations" }],
      }),
      stat({
        title: "Messages not delivered", unit: "count", lines: [{ value: 1, severity: "ticket" }],
        says: "That a channel did not take in the last hour; they are tried again.",
        queries: [{ expr: "sum(increase(alertmanager_notifications_failed_total[1h])) or vector(0)", legend: "messages" }],
      }),
      stat({
        title: "Notices not taken", unit: "count", lines: input.lines("stack", "notices-failing", "count"),
        says: "Attempts within 10 minutes to tell Alertmanager of a deploy, an incident or the daily report that failed.",
        queries: [{ expr: "sum(increase(stackbook_notices_failed_total[10m]))", legend: "attempts" }],
      }),
      stat({
        title: "Since the last daily report", unit: "seconds", lines: input.lines("stack", "digest-missing", "seconds"),
        says: "It comes once a day.", mayBeEmpty: "the first report is yet to come", nothing: "None yet",
        queries: [{ expr: "time() - max(stackbook_digest_last_success_timestamp_seconds)", legend: "ago" }],
      }),
      stat({ title: "Alerts silenced or inhibited", unit: "count", says: "On, but told to nobody.", queries: [{ expr: `sum(alertmanager_alerts{state="suppressed"})`, legend: "alerts" }] }),
      stat({
        title: "Edge's requests that were counted", unit: "ratio", lines: input.lines("stack", "edge-log-unread", "ratio"),
        says: "By the reader of its log, of those the edge itself has counted. Far below 100 %: response times and errors are not seen.",
        queries: [{ expr: `${sumBy([], perSecond("edge_log_lines_total", {}))} / (${sumBy([], perSecond("haproxy_frontend_http_requests_total", {}))} > 0)`, legend: "counted" }],
      }),
      stat({
        title: "Host runs since", unit: "seconds", lines: input.lines("stack", "host-rebooted", "seconds"),
        says: "Shortly after a restart of the host: containers come back by themselves.",
        queries: [{ expr: "time() - max(node_boot_time_seconds)", legend: "ago" }],
      }),
      stat({ title: "Series", unit: "count", says: "In Prometheus's memory.", queries: [{ expr: "prometheus_tsdb_head_series", legend: "series" }] }),
      stat({
        title: "Disk of Prometheus", unit: "bytes", says: "Blocks and write-ahead log; bounded by stackbook:monitoring.metrics.",
        queries: [{ expr: "prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes", legend: "disk" }],
      }),
      ...(input.logs ? [stat({
        title: "Log lines refused", unit: "count", lines: input.lines("stack", "logs-refused", "count"),
        says: "By Loki, within 15 minutes: too old, too long, too many.", mayBeEmpty: "none was refused", nothing: "None",
        queries: [{ expr: "sum(increase(loki_discarded_samples_total[15m]))", legend: "lines" }],
      })] : []),
      stat({ title: "Samples", unit: "perSecond", says: "Taken in by Prometheus.", queries: [{ expr: sumBy([], perSecond("prometheus_tsdb_head_samples_appended_total", {})), legend: "samples" }] }),
      {
        title: "Targets by job", kind: "table", unit: "count", width: 8, says: "Read, of those there are.",
        queries: [{ expr: "sum by (job) (up)", legend: "read" }, { expr: "count by (job) (up)", legend: "of" }],
      },
      { title: "Time to read a target", kind: "lines", unit: "seconds", says: "The slowest of each job.", queries: [{ expr: "max by (job) (scrape_duration_seconds)", legend: "{{job}}" }] },
      ...(input.logs ? [{
        title: "Log lines", kind: "lines", unit: "perSecond", says: "Read by the collector, taken by Loki, and lost.",
        queries: [
          { expr: sumBy([], perSecond("otelcol_receiver_accepted_log_records_total", {})), legend: "read" },
          { expr: sumBy([], perSecond("otelcol_exporter_sent_log_records_total", {})), legend: "taken" },
          { expr: sumBy([], perSecond("otelcol_exporter_send_failed_log_records_total", {})), legend: "lost", mayBeEmpty: "none was lost" },
        ],
      } as const] : []),
    ],
  };
}
