import type { SystemId } from "../../systems";
import { someValue, type Board } from "../model";
import type { DashboardsInput } from "../types";
import { uids } from "../uids";
import { stackFolder, stackLinks } from "./common";

/** The edge's lines about one system: the collector files them under the system they speak of. */
export const edgeLog = (system: SystemId): string => `{system="${system}", service="edge"}`;

/** Requirement M6: everything that was written about one request, whoever wrote it. */
export function logs(input: DashboardsInput): Board {
  const chosen = `{system=~"$system", service=~"$service", stream=~"$stream"} |= \`$requestId\` |~ \`(?i)$search\``;
  return {
    uid: uids.logs, title: "Logs", file: "logs.json", folder: { path: "logs", title: stackFolder.title },
    says: "Lines of all containers. The ID of a request (answer header X-Request-ID, error page, any line) finds everything that was written about it.",
    tags: ["logs"],
    variables: [
      { kind: "choice", name: "system", label: "System", values: [...input.systems.map(({ id }) => id), "stack"], all: someValue },
      { kind: "choice", name: "service", label: "Service", values: ["backend", "frontend", "database", "cache", "edge"], all: someValue },
      { kind: "choice", name: "stream", label: "Kind", values: ["application", "system", "audit", "backup"], all: someValue },
      { kind: "text", name: "requestId", label: "Request ID", says: "From the header X-Request-ID of an answer, or from a line" },
      { kind: "text", name: "search", label: "Search", says: "A regular expression, upper or lower case alike" },
    ],
    rows: [
      {
        title: "How much",
        panels: [
          {
            title: "Lines", kind: "lines", datasource: "loki", unit: "count", width: 12, height: 6, stacked: true,
            says: "Lines that match, by system and service.",
            queries: [{ expr: `sum by (system, service) (count_over_time(${chosen} [$__auto]))`, legend: "{{system}} {{service}}" }],
          },
          {
            title: "Errors", kind: "lines", datasource: "loki", unit: "count", width: 12, height: 6, stacked: true,
            says: "Lines that match and speak of an error, by system and service.",
            queries: [{ expr: `sum by (system, service) (count_over_time(${chosen} |~ \`(?i)"level":"(error|fatal)"|\\b(error|fatal|panic)\\b\` [$__auto]))`, legend: "{{system}} {{service}}" }],
            mayBeEmpty: "no line speaks of an error",
          },
        ],
      },
      {
        title: "Lines",
        panels: [
          {
            title: "Lines", kind: "logs", datasource: "loki", unit: "log", width: 24, height: 24,
            says: "Newest first. Open a line: its request ID leads to all lines of that request.",
            queries: [{ expr: chosen, legend: "" }],
          },
        ],
      },
    ],
    links: stackLinks(input),
  };
}
