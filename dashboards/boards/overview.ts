import type { Board, Panel, Row } from "../model";
import { perSecond, quantile, share, sumBy } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { alertsPanel, ofSystems, releaseMarks, stackFolder, stackLinks } from "./common";
import { containersRow } from "./containersRow";
import { hostRow } from "./hostRow";
import { monitoringRow } from "./monitoringRow";

/** Where everybody starts: one figure of each kind for each system, and the way down. */
export function overview(input: DashboardsInput): Board {
  return {
    uid: uids.overview, title: "Overview", file: "overview.json", folder: stackFolder,
    says: "All systems of this stack at a glance. A click on a system's figures leads to its own dashboards.",
    tags: ["overview"],
    rows: [
      { title: "Systems", panels: input.systems.map(systemPanel) },
      { title: "Alerts", panels: [alertsPanel(input), alertsOverTime] },
      traffic(input), hostRow(input), monitoringRow(input), containersRow(input, "stack"),
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
      { title: "Requests a second", kind: "lines", unit: "requestsPerSecond", width: 6, stacked: true, says: "Answered by the edge, by system.", queries: [{ expr: requests, legend: "{{system}}" }], links },
      {
        title: "Connections at the edge", kind: "lines", unit: "ratio", max: 1, width: 6, lines: input.lines("stack", "edge-full", "ratio"),
        says: "Open ones, of those the edge takes. At 100 % visitors wait.",
        queries: [{ expr: "haproxy_process_current_connections / haproxy_process_max_connections", legend: "used" }],
      },
      {
        title: "Server errors", kind: "lines", unit: "ratio", width: 6, says: "Part of the requests that failed for a reason of ours.",
        queries: [{ expr: share(sumBy(["system"], perSecond("edge_requests_total", { ...ofSystems(input), status_class: "5xx" })), requests), legend: "{{system}}" }], links,
      },
      {
        title: "Response time, p95", kind: "lines", unit: "seconds", width: 6, says: "95 of 100 requests were answered within this time.",
        queries: [{ expr: quantile(0.95, ["system"], "edge_request_duration_seconds", ofSystems(input)), legend: "{{system}}" }], links,
      },
    ],
  };
}
