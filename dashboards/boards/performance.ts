import { objectives } from "../../alerts/slos";
import { recorded, windowName } from "../../alerts/prometheus/recording";
import { anyValue, type Board, type Row } from "../model";
import { perSecond, quantile, share, sumBy, where } from "../promql";
import type { DashboardsInput, SystemFacts } from "../types";
import { uids } from "../uids";
import { logsLink, releaseMarks, systemLinks } from "./common";
import { cacheRow, databaseRow } from "./databaseRows";
import { edgeLog } from "./logs";

/** Requirement M5: p50, p95 and p99, throughput, errors by endpoint, with the thresholds drawn. */
export function performance(input: DashboardsInput, system: SystemFacts): Board {
  return {
    uid: uids.performance(system.id), title: `${system.title}: Application Performance`, file: "performance.json",
    says: "How fast, how much, how many errors. What visitors get is measured at the edge; what the application makes of it, inside.",
    tags: [system.id], folder: { path: system.id, title: system.title },
    variables: [{ kind: "choice", name: "service", label: "Service", values: ["backend", "frontend"], all: anyValue }],
    rows: [
      ...objectivesRow(system), responseTimes(input, system), traffic(input, system), errors(input, system), inside(input, system),
      databaseRow(input, system), ...(system.redis ? [cacheRow(input, system)] : []),
    ],
    annotations: releaseMarks(system), links: systemLinks(input, system),
  };
}

/** What the runbook promises over a month, and how much of what may go wrong does. */
function objectivesRow(system: SystemFacts): readonly Row[] {
  const own = objectives.filter((objective) => objective.system === system.id);
  if (own.length === 0) return [];
  return [{
    title: "Promises",
    panels: own.map(({ id, name, promise, target }) => ({
      title: `Promised: ${promise}`, kind: "lines", unit: "ratio",
      says: `What missed the promise (${name}) within an hour, six hours and three days. The line is what may miss it over a month.`,
      lines: [{ value: Number((1 - target).toPrecision(12)), severity: "ticket" }],
      queries: [60, 360, 4320].map((minutes) => ({ expr: `${recorded.badShare}${where({ system: system.id, slo: id, window: windowName(minutes) })}`, legend: windowName(minutes) })),
    })),
  }];
}

const histogram = "edge_request_duration_seconds";
const chosen = (system: SystemFacts) => ({ system: system.id, service: "~$service" });

function responseTimes(input: DashboardsInput, system: SystemFacts): Row {
  const of = chosen(system);
  // What the alerts compare with the same lines, where alerts look at it.
  const at = (q: number, name: string, expr: string) => ({
    title: `Response time, ${name}`, kind: "lines", unit: "seconds", width: 6, lines: input.lines(system.id, `response-time-${name}`, "seconds"),
    says: `${q * 100} of 100 requests were answered within this time, from the first byte of the request to the last of the answer.`,
    queries: [{ expr, legend: "{{service}}" }],
  } as const);
  return {
    title: "Response time",
    panels: [
      at(0.5, "p50", quantile(0.5, ["service"], histogram, of)),
      at(0.95, "p95", `${recorded.p95}${where(of)}`),
      at(0.99, "p99", `${recorded.p99}${where(of)}`),
      {
        title: "Response time, mean", kind: "lines", unit: "seconds", width: 6, lines: input.lines(system.id, "response-time-mean", "seconds"),
        says: "Mean of all requests: moved by a few very slow ones.",
        queries: [{ expr: `${recorded.mean}${where(of)}`, legend: "{{service}}" }],
      },
      {
        title: "p95 by method", kind: "lines", unit: "seconds", width: 12, lines: input.lines(system.id, "response-time-by-method", "seconds"),
        says: "Reading is expected to be quicker than writing.",
        queries: [{ expr: quantile(0.95, ["method"], histogram, of), legend: "{{method}}" }],
      },
      {
        title: "Answered within", kind: "lines", unit: "ratio", width: 12, max: 1,
        says: "Part of the requests that were answered within 0.5, 1 and 2 seconds.",
        queries: [0.5, 1, 2].map((seconds) => ({
          expr: `${sumBy([], perSecond(`${histogram}_bucket`, { ...of, le: `~${seconds}(\\\\.0)?` }))} / ${sumBy([], perSecond(`${histogram}_count`, of))}`,
          legend: `${seconds} s`,
        })),
      },
    ],
  };
}

function traffic(input: DashboardsInput, system: SystemFacts): Row {
  const of = chosen(system);
  const lastHour = (offset: string): string => `${recorded.hourRequests}${where({ system: system.id })}${offset}`;
  return {
    title: "Throughput",
    panels: [
      {
        title: "Requests a second", kind: "lines", unit: "requestsPerSecond", width: 6, lines: input.lines(system.id, "throughput", "requestsPerSecond"),
        says: "Requests answered, all services. A line that must not be fallen below counts in the hours of expected load only.",
        queries: [{ expr: `${recorded.systemRequestRate}${where({ system: system.id })}`, legend: "requests" }],
      },
      {
        title: "By service and method", kind: "lines", unit: "requestsPerSecond", width: 6, stacked: true,
        says: "What is asked of which service.",
        queries: [{ expr: sumBy(["service", "method"], perSecond("edge_requests_total", of)), legend: "{{service}} {{method}}" }],
      },
      {
        title: "Now, and a week ago", kind: "lines", unit: "count", width: 6,
        says: "Requests in the last hour at each moment, and in the same hour a week before.",
        queries: [
          { expr: lastHour(""), legend: "now" },
          { expr: lastHour(" offset 1w"), legend: "a week ago", mayBeEmpty: "there is no last week yet" },
        ],
      },
      {
        title: "Of last week's", kind: "lines", unit: "times", width: 6, lines: input.lines(system.id, "traffic", "times"),
        says: "The last hour, of the same hour a week ago: more than three times or less than a third is unusual.",
        queries: [{ expr: `${lastHour("")} / ${lastHour(" offset 1w")}`, legend: "of last week's" }],
        mayBeEmpty: "there is no last week yet",
      },
    ],
  };
}

function errors(input: DashboardsInput, system: SystemFacts): Row {
  const of = chosen(system);
  // A service without an error yet has no share of them yet.
  const shareOf = (name: string): string => `${name}${where(of)} or ${recorded.requestRate}${where(of)} * 0`;
  return {
    title: "Errors",
    panels: [
      {
        title: "Server errors (5xx)", kind: "lines", unit: "ratio", lines: input.lines(system.id, "errors-5xx", "ratio"),
        says: "Part of the requests that failed for a reason of ours.",
        queries: [{ expr: shareOf(recorded.share5xx), legend: "{{service}}" }],
      },
      {
        title: "Client errors (4xx)", kind: "lines", unit: "ratio", lines: input.lines(system.id, "errors-4xx", "ratio"),
        says: "Part of the requests that were refused: unknown addresses, no login, too many at once.",
        queries: [{ expr: shareOf(recorded.share4xx), legend: "{{service}}" }],
      },
      {
        title: "Answers by status", kind: "lines", unit: "requestsPerSecond", stacked: true,
        says: "Exact status of every answer that was no success.",
        queries: [{ expr: sumBy(["status"], perSecond("edge_responses_total", { ...of, status: "~[45].." })), legend: "{{status}}" }],
        mayBeEmpty: "nobody got an error",
        ...(input.logs ? { links: [logsLink(system, "Their lines in the logs")] } : {}),
      },
      ...(input.logs ? [{
        title: "Requests that failed or were slow", kind: "logs", datasource: "loki", unit: "log", width: 24, height: 9,
        says: "From the edge's log: server errors and what took two seconds or longer. Open a line and follow its request ID to everything that was written about it.",
        queries: [{ expr: `${edgeLog(system.id)} | json | status >= 500 or totalMs >= 2000`, legend: "" }],
        mayBeEmpty: "nothing failed and nothing was slow",
        links: [logsLink(system, "All logs")],
      } as const] : []),
    ],
  };
}

/** What the application itself counts: by route, which the edge doesn't know. */
function inside(input: DashboardsInput, system: SystemFacts): Row {
  const of = { system: system.id };
  const name = "http_request_duration_seconds";
  const links = input.logs ? { links: [logsLink(system, "Their lines in the logs")] } : {};
  return {
    title: "Inside the application",
    panels: [
      {
        title: "By endpoint", kind: "table", unit: "count", width: 24, height: 9,
        says: "Each route: how often, how slow, how many server errors. The slowest and the most broken are found by a click on a column.",
        queries: [
          { expr: sumBy(["method", "route"], perSecond(`${name}_count`, of)), legend: "requests/s", unit: "requestsPerSecond" },
          { expr: quantile(0.5, ["method", "route"], name, of), legend: "p50", unit: "seconds" },
          { expr: quantile(0.95, ["method", "route"], name, of), legend: "p95", unit: "seconds" },
          { expr: quantile(0.99, ["method", "route"], name, of), legend: "p99", unit: "seconds" },
          { expr: share(sumBy(["method", "route"], perSecond(`${name}_count`, { ...of, status: "~5.." })), sumBy(["method", "route"], perSecond(`${name}_count`, of))), legend: "errors", unit: "ratio" },
        ],
        ...links,
      },
      {
        title: "p95 by endpoint", kind: "lines", unit: "seconds",
        says: "The five slowest routes.",
        queries: [{ expr: `topk(5, ${quantile(0.95, ["method", "route"], name, of)})`, legend: "{{method}} {{route}}" }], ...links,
      },
      {
        title: "Errors by endpoint", kind: "lines", unit: "requestsPerSecond", stacked: true,
        says: "Routes that answered with an error, by status.",
        queries: [{ expr: `topk(10, ${sumBy(["method", "route", "status"], perSecond(`${name}_count`, { ...of, status: "~[45].." }))} > 0)`, legend: "{{method}} {{route}} {{status}}" }],
        mayBeEmpty: "no route answered with an error", ...links,
      },
      {
        title: "Processes", kind: "lines", unit: "bytes",
        says: "Memory of each replica. A line that only climbs is a leak.",
        queries: [{ expr: `process_resident_memory_bytes${where(of)}`, legend: "{{service}} {{instance}}" }],
      },
    ],
  };
}
