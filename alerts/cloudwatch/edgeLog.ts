import { loginSegments, longPolledPaths } from "../edgeLog";
import { logGroupName, namespaceOf, type Asked } from "./judged";
import type { LogFilter } from "./types";

/**
 * The edge's access log is where all figures of traffic come from, on AWS as on Docker: a line of JSON for each request. On Docker
 * mtail reads it (`components/monitoring/mtail.ts`), here metric filters do, by the same rules.
 */
export type TrafficMetric = "requests" | "failed-5xx" | "failed-4xx" | "milliseconds" | "milliseconds-read" | "milliseconds-write" | "failed-logins" | "deprecated-requests";

/** A WebSocket (101) lasts as long as its visitor stays, and long polling as nothing happens; -1: the request broke off. */
const timed = ["$.status != 101", "$.totalMs >= 0", ...longPolledPaths.map((path) => `$.path != "${path}*"`)];

const conditions: Readonly<Record<TrafficMetric, readonly string[]>> = {
  requests: [],
  "failed-5xx": ["$.status >= 500", "$.status < 600"],
  "failed-4xx": ["$.status >= 400", "$.status < 500"],
  milliseconds: timed,
  "milliseconds-read": [...timed, '$.method = "GET"'],
  "milliseconds-write": [...timed, '($.method = "POST" || $.method = "PUT")'],
  "failed-logins": ['$.method = "POST"', "($.status = 401 || $.status = 403)", `(${loginSegments.map((segment) => `$.path = "*/${segment}"`).join(" || ")})`],
  // RFC 9745; "-" stands for none.
  "deprecated-requests": ['$.deprecation != "-"', '$.deprecation != ""'],
};

const access = '$.kind = "access"';

const patternOf = (all: readonly string[]): string => `{ ${[access, ...all].map((each) => (each.startsWith("(") ? each : `(${each})`)).join(" && ")} }`;

export function trafficFilter<Name>({ input: { places, stack } }: Asked<Name>, metric: TrafficMetric): LogFilter<Name> {
  return {
    name: `${stack}-edge-${metric}`, logGroup: places.edge.logGroup, pattern: [patternOf(conditions[metric])],
    namespace: namespaceOf(stack), metricName: metric, value: metric.startsWith("milliseconds") ? "$.totalMs" : "1",
    dimensions: { System: "$.system", Service: "$.service" },
  };
}

/** Every request of the edge's, whoever served it. */
export function linesFilter<Name>({ input: { places, stack } }: Asked<Name>): LogFilter<Name> {
  return { name: `${stack}-edge-lines`, logGroup: places.edge.logGroup, pattern: [patternOf([])], namespace: namespaceOf(stack), metricName: "edge-lines", value: "1" };
}

/** For people: the same condition, of one system. */
export function requestsCommand(stack: string, system: string, metric: TrafficMetric): string {
  return `aws logs tail ${logGroupName(stack, "stack", "edge")} --since 15m --filter-pattern '${patternOf([...(system === "stack" ? [] : [`$.system = "${system}"`]), ...conditions[metric]])}'`;
}
