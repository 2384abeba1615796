import { systems } from "../../../systems";
import { plain, valueText } from "../units";
import { nameOf } from "./compare";
import type { Baseline, Comparison } from "./types";

/** sms.md's table, of every system. */
export function renderBaseline(baseline: Baseline): string {
  const { at, by, host, hours, operations, stack } = baseline;
  const hostLines = Object.entries(host).map(([name, value]: [string, number]) => `- ${name} ${valueText(value, "share")}`);
  return `${[
    `# Performance baseline of ${stack}`,
    `${at.slice(0, 16).replace("T", " ")} UTC, by ${by}; measured over ${hours} h. Versions: ${Object.entries(baseline.versions).map(([id, version]) => `${id} ${version}`).join(", ")}.`,
    table(["system", "p95", "p99", "throughput", "errors", "requests"], baseline.systems.map(({ errors, p95, p99, perSecond, requests, system }) => [systems[system].title, seconds(p95), seconds(p99), valueText(perSecond, "perSecond"), errors === undefined ? "-" : valueText(errors, "share"), plain(requests)])),
    ...(hostLines.length === 0 ? [] : [`The host on average:\n\n${hostLines.join("\n")}`]),
    "## Operations",
    table(["system", "operation", "p50", "p95", "p99", "throughput", "requests"], operations.map((operation) => [operation.system, `\`${nameOf(operation)}\``, seconds(operation.p50), seconds(operation.p95), seconds(operation.p99), valueText(operation.perSecond, "perSecond"), plain(operation.requests)])),
  ].join("\n\n")}\n`;
}

/** What is no longer as it was; empty: all is. */
export function changesText(comparisons: readonly Comparison[]): string[] {
  return comparisons.filter(({ verdict }) => verdict === "worse" || verdict === "better").map(({ figure, is, system, tolerated, verdict, was, what }) => {
    const unit = figure === "perSecond" ? "perSecond" : figure === "errors" ? "share" : "seconds";
    return `${verdict}: ${figure === "perSecond" ? "throughput" : figure} of ${system} ${what}: ${valueText(is, unit)}, the baseline is ${valueText(was, unit)} (tolerated ${plain(tolerated)} times)`;
  });
}

const seconds = (value: number | undefined): string => (value === undefined ? "-" : valueText(value, "seconds"));

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}
