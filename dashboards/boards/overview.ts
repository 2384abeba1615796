import type { Board, Panel, Row } from "../model";
import { perSecond, quantile, share, sumBy } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { alertsPanel, ofSystems, releaseMarks, stackFolder, stackLinks } from "./common";
import { hostRow } from "./hostRow";

/** Where everybody starts: one figure of each kind for each system, and the way down. */
export function overview(input: DashboardsInput): Board {
  return {
    uid: uids.overview, title: "Overview", file: "overview.json", folder: stackFolder,
    says: "All systems of this stack at a glance. A click on a system's figures leads to its own dashboards.",
    tags: ["overview"],
    rows: [
      { title: "Systems", panels: input.systems.map(systemPanel) },
      { title: "Alerts", panels: [alertsPanel(input), alertsOverTime] },
      traffic(input), hostRow(input), monitoring(input),
    ],
    annotations: releaseMarks(), links: stackLinks(input),
  };
}

function systemPanel(system: SystemFacts): Panel {
  const of = { system: system.id };
  const requests = sumBy([], perSecond("edge_requests_total", of));
  return {
    title: system.title, kind: "stat", unit: "count", width: 24, height: 3,
    says: `${system.title} now: addresses that answer (of 1), requests, errors, response time, alerts that are on.`,
    queries: [
      { expr: `avg(probe_success{system="${system.id}"})`, legend: "answers", unit: "ratio" },
      { expr: requests, legend: "requests", unit: "requestsPerSecond" },
      { expr: share(sumBy([], perSecond("edge_requests_total", { ...of, status_class: "5xx" })), requests), legend: "server errors", unit: "ratio" },
      { expr: quantile(0.95, [], "edge_request_duration_seconds", of), legend: "p95", unit: "seconds" },
      { expr: `count(ALERTS{system="${system.id}",alertstate="firing",severity=~"page|ticket|digest"}) or vector(0)`, legend: "alerts" },
    ],
    links: [
      { title: "System", board: uids.system(system.id) },
      { title: "Performance", board: uids.performance(system.id) },
      { title: "Business", board: uids.business(system.id) },
    ],
  };
}

const alertsOverTime: Panel = {
  title: "Alerts over time", kind: "lines", unit: "count", width: 24, height: 6, stacked: true,
  says: "How many were on, by system and severity.",
  queries: [{ expr: `count by (system, severity) (ALERTS{alertstate="firing",severity=~"page|ticket|digest"})`, legend: "{{system}} {{severity}}" }],
  nothing: "No alert was on", mayBeEmpty: "nothing is wrong",
};

function traffic(input: DashboardsInput): Row {
  const links = input.systems.map((system) => ({ title: system.title, board: uids.performance(system.id) }));
  const requests = sumBy(["system"], perSecond("edge_requests_total", ofSystems(input)));
  return {
    title: "Traffic",
    panels: [
      { title: "Requests a second", kind: "lines", unit: "requestsPerSecond", stacked: true, says: "Answered by the edge, by system.", queries: [{ expr: requests, legend: "{{system}}" }], links },
      {
        title: "Server errors", kind: "lines", unit: "ratio", says: "Part of the requests that failed for a reason of ours.",
        queries: [{ expr: share(sumBy(["system"], perSecond("edge_requests_total", { ...ofSystems(input), status_class: "5xx" })), requests), legend: "{{system}}" }], links,
      },
      {
        title: "Response time, p95", kind: "lines", unit: "seconds", says: "95 of 100 requests were answered within this time.",
        queries: [{ expr: quantile(0.95, ["system"], "edge_request_duration_seconds", ofSystems(input)), legend: "{{system}}" }], links,
      },
    ],
  };
}

/** Who watches the watchers: alerts of their own say so too. */
function monitoring(input: DashboardsInput): Row {
  return {
    title: "Monitoring itself",
    panels: [
      { title: "Targets that can't be read", kind: "stat", unit: "count", width: 4, says: "Of all that Prometheus should read.", lines: [{ value: 1, severity: "ticket" }], queries: [{ expr: "count(up == 0) or vector(0)", legend: "targets" }] },
      { title: "Targets", kind: "stat", unit: "count", width: 4, says: "All that Prometheus reads.", queries: [{ expr: "count(up)", legend: "targets" }] },
      { title: "Series", kind: "stat", unit: "count", width: 4, says: "In Prometheus's memory.", queries: [{ expr: "prometheus_tsdb_head_series", legend: "series" }] },
      { title: "Disk of Prometheus", kind: "stat", unit: "bytes", width: 4, says: "Blocks and write-ahead log; bounded by stackbook:monitoring.metrics.", queries: [{ expr: "prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes", legend: "disk" }] },
      { title: "Messages not delivered", kind: "stat", unit: "count", width: 4, says: "That a channel did not take in the last hour; they are tried again.", lines: [{ value: 1, severity: "ticket" }], queries: [{ expr: "sum(increase(alertmanager_notifications_failed_total[1h])) or vector(0)", legend: "messages" }] },
      { title: "Alerts silenced or inhibited", kind: "stat", unit: "count", width: 4, says: "On, but told to nobody.", queries: [{ expr: `sum(alertmanager_alerts{state="suppressed"})`, legend: "alerts" }] },
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
      } as const] : [
        { title: "Samples a second", kind: "lines", unit: "perSecond", says: "Taken in by Prometheus.", queries: [{ expr: sumBy([], perSecond("prometheus_tsdb_head_samples_appended_total", {})), legend: "samples" }] } as const,
      ]),
    ],
  };
}
