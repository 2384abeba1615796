import type { Annotation, Link, Panel } from "../model";
import { where, window, type Labels } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";

/** Every update and every new version, as marks on every panel. */
export function releaseMarks(system?: SystemFacts): readonly Annotation[] {
  const of: Labels = system ? { system: system.id } : {};
  return [
    {
      name: "Versions", color: "blue", valueIsTime: true, title: "{{system}} {{version}}", text: "This version was rolled out",
      expr: `stackbook_release_timestamp_seconds${where(of)} * on (system) group_left (version) stackbook_release_info${where(of)} * 1000`,
    },
    {
      name: "Updates", color: "orange", title: "Update of {{system}}", text: "An update of the stack changed this system: pulumi stack history says what",
      expr: `changes(stackbook_updates_total${where(of)}[${window}]) > 0`, mayBeEmpty: "no update in the span shown",
    },
  ];
}

/** The way down: overview, system, performance, business, logs. */
export function systemLinks(input: DashboardsInput, system: SystemFacts): readonly Link[] {
  return [
    { title: "Overview", board: uids.overview },
    { title: "System", board: uids.system(system.id) },
    { title: "Performance", board: uids.performance(system.id) },
    { title: "Business", board: uids.business(system.id) },
    ...(input.logs ? [logsLink(system, "Logs")] : []),
    { title: "Releases", board: uids.releases },
    ...(input.publicUrls.alertmanager ? [{ title: "Silence an alert", url: input.publicUrls.alertmanager }] : []),
  ];
}

export function logsLink(system: SystemFacts, title: string): Link {
  return { title, board: uids.logs, variables: { system: system.id } };
}

/** Alerts that are on, the newest figures of Prometheus's own series about them. */
export function alertsPanel(input: DashboardsInput, system?: SystemFacts): Panel {
  const labels = { alertstate: "firing", severity: "~page|ticket|digest", ...(system ? { system: system.id } : {}) };
  return {
    title: "Alerts that are on", kind: "table", unit: "count", width: 24, height: 7,
    says: "What is wrong now, with the runbook's own word for how bad (level). The notification has the command to run.",
    queries: [{ expr: `sum by (severity, level, system, service, alertname) (ALERTS${where(labels)})`, legend: "series" }],
    nothing: "No alert is on", mayBeEmpty: "nothing is wrong",
    ...(input.publicUrls.alertmanager ? { links: [{ title: "Open Alertmanager", url: input.publicUrls.alertmanager }] } : {}),
  };
}

/** The systems of the stack; the edge also counts its doors to Grafana, the status page and others. */
export const ofSystems = (input: DashboardsInput): Labels => ({ system: `~${input.systems.map(({ id }) => id).join("|")}` });

/** Dashboards of the stack as a whole. */
export const stackFolder = { path: "stack", title: "Stack" };

export function stackLinks(input: DashboardsInput): readonly Link[] {
  return [
    { title: "Overview", board: uids.overview },
    { title: "Releases", board: uids.releases },
    ...(input.backups ? [{ title: "Backups", board: uids.backups }] : []),
    ...(input.logs ? [{ title: "Logs", board: uids.logs }] : []),
    ...input.systems.map((system) => ({ title: system.title, board: uids.system(system.id) })),
    ...(input.publicUrls.status ? [{ title: "Status page", url: input.publicUrls.status }] : []),
  ];
}
