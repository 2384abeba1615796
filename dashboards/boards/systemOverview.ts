import { recorded } from "../../alerts/prometheus/recording";
import type { Board, Panel, Row } from "../model";
import { perSecond, sumBy, where } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { alertsPanel, releaseMarks, systemLinks } from "./common";
import { containersRow } from "./containersRow";
import { hostRow } from "./hostRow";

/** Requirement M5: containers, CPU, memory, disk, network. */
export function systemOverview(input: DashboardsInput, system: SystemFacts): Board {
  return {
    uid: uids.system(system.id), title: `${system.title}: System Overview`, file: "system.json",
    says: `Is ${system.title} there, and does it have what it needs? Containers, CPU, memory, disk, network.`,
    tags: [system.id], folder: { path: system.id, title: system.title },
    rows: [{ title: "Now", panels: [...now(input, system), alertsPanel(input, system)] }, containersRow(input, system.id), network(input, system), hostRow(input)],
    annotations: releaseMarks(system), links: systemLinks(input, system),
  };
}

function now(input: DashboardsInput, system: SystemFacts): readonly Panel[] {
  const of = where({ system: system.id });
  return [
    {
      title: "Answers", kind: "stat", unit: "bool", width: 4, words: { 0: "down", 1: "up" },
      says: "Whether every address that is watched answered as it should, asked through the edge.",
      queries: [{ expr: `min(probe_success${of})`, legend: "answers" }],
    },
    {
      title: "Alerts", kind: "stat", unit: "count", width: 4,
      says: "Alerts that are on.",
      lines: [{ value: 1, severity: "ticket" }],
      queries: [{ expr: `count(ALERTS${where({ system: system.id, alertstate: "firing", severity: "~page|ticket|digest" })}) or vector(0)`, legend: "alerts" }],
    },
    {
      title: "Version", kind: "stat", unit: "count", width: 4, showsName: true,
      says: "The version that the last update rolled out.",
      queries: [{ expr: `stackbook_release_info${of}`, legend: "{{version}}" }],
    },
    {
      title: "Since", kind: "stat", unit: "age", width: 4,
      says: "When that version came.",
      queries: [{ expr: `max(stackbook_release_timestamp_seconds${of}) * 1000`, legend: "since" }],
    },
    {
      title: "Replicas that take requests", kind: "stat", unit: "count", width: 4,
      says: "As the edge sees them, by service.", lines: input.lines(system.id, "replicas", "count"),
      // No backend's name holds "_" but between its parts: system, service, and how it is balanced.
      queries: [{ expr: `haproxy_backend_active_servers${where({ proxy: `~${system.id}_.+` })}`, legend: "{{proxy}}" }],
    },
    {
      title: "Certificate ends in", kind: "stat", unit: "seconds", width: 4,
      says: "The first end in the chain that visitors get.", lines: input.lines("stack", "certificate-ends", "seconds"),
      queries: [{ expr: `min(probe_ssl_earliest_cert_expiry${of}) - time()`, legend: "left" }],
    },
  ];
}

function network(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const bytes = `${recorded.hourBytes}${where(of)}`;
  return {
    title: "Network",
    panels: [
      {
        title: "Bytes from and to visitors", kind: "lines", unit: "bytesPerSecond",
        says: "As counted by the edge, by service.",
        queries: [
          { expr: sumBy(["service"], perSecond("edge_request_bytes_total", of)), legend: "{{service}} in" },
          { expr: sumBy(["service"], perSecond("edge_response_bytes_total", of)), legend: "{{service}} out" },
        ],
      },
      {
        title: "Bytes, of last week's", kind: "lines", unit: "times", lines: input.lines(system.id, "network-io", "times"),
        says: "The last hour, of the same hour a week ago: more than three times or less than a third is unusual.",
        queries: [{ expr: `${bytes} / ${bytes} offset 1w`, legend: "of last week's" }],
        mayBeEmpty: "there is no last week yet",
      },
      {
        title: "Requests in work at the edge", kind: "lines", unit: "count",
        says: "Answers being made, and requests that wait for a free replica.",
        queries: [
          { expr: `sum(haproxy_backend_current_sessions${where({ proxy: `~${system.id}_.+` })})`, legend: "in work" },
          { expr: `sum(haproxy_backend_current_queue${where({ proxy: `~${system.id}_.+` })})`, legend: "waiting" },
        ],
      },
    ],
  };
}
