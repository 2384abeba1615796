import { businessMetrics, type Metric } from "../../alerts/metrics";
import type { Board, Panel, Row } from "../model";
import { perSecond, share, sumBy, where } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { releaseMarks, systemLinks } from "./common";

/** How the figures of several replicas make one. A gauge that no line names is read from the database: the same everywhere. */
const acrossReplicas: Readonly<Record<string, "sum" | "each">> = {
  motel_websocket_connections: "sum",
  motel_websocket_users: "sum",
  motel_uptime_seconds: "each",
  motel_memory_heap_used_bytes: "each",
};

/** Requirement M5: what the system is for, in its own numbers. */
export function business(input: DashboardsInput, system: SystemFacts): Board {
  return {
    uid: uids.business(system.id), title: `${system.title}: Business Metrics`, file: "business.json",
    says: "What people do with the system: the figures that its runbook names.",
    tags: [system.id], folder: { path: system.id, title: system.title },
    rows: [
      { title: "Its own figures", panels: [...businessMetrics(system.id).map((metric) => panelOf(input, system, metric)), ...derived(input, system)] },
      visitors(input, system),
    ],
    annotations: releaseMarks(system), links: systemLinks(input, system),
  };
}

function panelOf(input: DashboardsInput, system: SystemFacts, metric: Metric): Panel {
  const of = where({ system: system.id });
  const shared = { title: titleOf(metric, system), says: `${metric.says} (${metric.name}).`, kind: "lines", ...(metric.mayBeAbsent ? { mayBeEmpty: metric.mayBeAbsent } : {}) } as const;
  if (metric.type === "counter") {
    const counted = input.lines(system.id, metric.name, "count");
    if (counted.length > 0) return { ...shared, unit: "count", lines: counted, queries: [{ expr: `sum(increase(${metric.name}${of}[1h]))`, legend: "in an hour" }] };
    return {
      ...shared, unit: "perMinute", lines: input.lines(system.id, metric.name, "perMinute"),
      queries: [{ expr: `${sumBy([], perSecond(metric.name, { system: system.id }))} * 60`, legend: "a minute" }],
    };
  }
  const unit = metric.unit === "bytes" ? "bytes" : metric.unit === "seconds" ? "seconds" : "count";
  const lines = input.lines(system.id, metric.name, unit);
  const across = acrossReplicas[metric.name];
  if (across === "each") return { ...shared, unit, lines, queries: [{ expr: `${metric.name}${of}`, legend: "{{instance}}" }] };
  return { ...shared, unit, lines, queries: [{ expr: `${across ?? "max"}(${metric.name}${of})`, legend: "all replicas" }] };
}

/** "mps_failed_auth_total" -> "Failed auth" */
function titleOf(metric: Metric, system: SystemFacts): string {
  const words = metric.name.replace(`${system.id}_`, "").replace(/_(total|seconds|bytes)$/g, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Figures that are made of two. */
function derived(input: DashboardsInput, system: SystemFacts): readonly Panel[] {
  if (system.id !== "memo") return [];
  const hits = sumBy([], perSecond("memo_cache_hits_total", { system: system.id }));
  const misses = sumBy([], perSecond("memo_cache_misses_total", { system: system.id }));
  return [
    {
      title: "Cache hit rate", kind: "lines", unit: "ratio", max: 1, lines: input.lines(system.id, "app-cache-hit", "ratio"),
      says: "Lists answered from Redis, of all that were asked for.",
      queries: [{ expr: share(hits, `(${hits} + ${misses})`), legend: "hit rate" }],
    },
  ];
}

/** What the edge sees of people, for every system alike. */
function visitors(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  return {
    title: "Visitors",
    panels: [
      {
        title: "Requests to the application", kind: "lines", unit: "requestsPerSecond", width: 6, stacked: true,
        says: "Reading (GET) and writing, as the edge counts them.",
        queries: [{ expr: sumBy(["method"], perSecond("edge_requests_total", { ...of, service: "backend" })), legend: "{{method}}" }],
      },
      {
        title: "Failed logins at the edge", kind: "lines", unit: "perMinute", width: 6, lines: input.lines(system.id, "failed-logins", "perMinute"),
        says: "401 and 403 on a login path, a minute. Many at once are somebody who tries passwords.",
        queries: [{ expr: `${sumBy([], perSecond("edge_failed_logins_total", of))} * 60`, legend: "a minute" }],
        mayBeEmpty: "no login has failed yet",
      },
      {
        title: "Failed logins in an hour", kind: "lines", unit: "count", width: 6, lines: input.lines(system.id, "failed-logins", "count"),
        says: "The same, counted over the last hour at each moment.",
        queries: [{ expr: `sum(increase(edge_failed_logins_total${where(of)}[1h]))`, legend: "in an hour" }],
        mayBeEmpty: "no login has failed yet",
      },
      {
        title: "Calls that will stop working", kind: "lines", unit: "perMinute", width: 6, lines: input.lines(system.id, "deprecated-requests", "perMinute"),
        says: "Answers that carried the Deprecation header: somebody still uses an old route.",
        queries: [{ expr: `${sumBy([], perSecond("edge_deprecated_requests_total", of))} * 60`, legend: "a minute" }],
        mayBeEmpty: "nobody uses an old route",
      },
    ],
  };
}
