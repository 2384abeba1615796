import { systemIds, systems, type SystemId } from "../../systems";
import { severities } from "../types";
import { exampleInput } from "./example";
import { renderCloudWatch } from "./index";
import { alarmCosts } from "./prices";
import type { MetricAlarm, Unjudged } from "./types";

/** docs/cloudwatch.md: what of the catalogue CloudWatch judges, by what, and what it doesn't and why. Written by `npm run docs`. */
export function renderCloudWatchReference(): string {
  const all = renderCloudWatch(exampleInput);
  const { alarms, unjudged } = all;
  const costs = alarmCosts(all);
  const owners: readonly (SystemId | "stack")[] = [...systemIds, "stack"];
  return [
    intro,
    ...owners.map((owner) => {
      const own = alarms.filter(({ system }) => system === owner);
      const names = [...new Set(own.map(({ alert }) => alert))];
      const title = owner === "stack" ? "The stack" : systems[owner].title;
      return `## ${title}\n\n${table(["alert", "looks at", "tells"], names.map((name) => judgedCells(own.filter(({ alert }) => alert === name))))}\n\nNot judged:\n\n${table(["alerts", "why"], reasonCells(unjudged.filter(({ system }) => system === owner)))}`;
    }),
    `## What it costs\n\n${costsIntro}\n\n${table(["what", "number", "US dollars a month"], [...costs.map(({ count, usd, what }) => [what, String(count), usd.toFixed(2)]), ["together", "", costs.reduce((sum, { usd }) => sum + usd, 0).toFixed(2)]])}`,
    notRun,
  ].join("\n\n") + "\n";
}

const costsIntro = `All five systems, one version of each, whether anything happens or not; with list prices of us-east-1 as of 2025 (\`alerts/cloudwatch/prices.ts\`): check
them before relying on it. Figures from logs cost only in hours in which a line was counted, so this is the most they cost. Messages, log lines and
Container Insights come on top, by use.`;

const notRun = `## What was not run here

No alarm was made on AWS. Alarms, topics, their key and policies, subscriptions, filters, rules of events, roles and the dashboard were sent to
moto and read back (\`npm run test:full\`); composite alarms, which moto doesn't keep, were held to AWS's own description of the request. A test works
the expressions out with figures. That CloudWatch works them out alike, above all \`FILL\` where nothing was counted at all, the percentile rank
\`PR\`, times of muting and what Chatbot shows in a room, was not seen.`;

const intro = `# Alerts on AWS

On AWS the alerts of [alerts.md](alerts.md) are CloudWatch alarms, rendered from the same catalogue: same thresholds, same waits, same
guards by traffic. This page is written from it (\`npm run docs\`), for all five systems; a test wants every alert of the catalogue to be
here, judged or with its reason. A threshold of the stack file (\`alerts.thresholds\`) holds on AWS too.

Figures of traffic come from the edge's access log, as on Docker: metric filters count what mtail counts there. Three things are different. What Prometheus looks at as a sliding window, CloudWatch looks at window by window, so an alarm comes up to one
window later. An alarm's message has no value in it; its graph has. And \`digest\` alarms tell nobody: they show on the dashboard, as
CloudWatch writes no daily report.

A system that is down doesn't also tell that it is slow or fails, and a page keeps back its own ticket: composite alarms (\`-told\`) tell in
place of what they stand for. MPS's P2 that is not solved in time is an alarm of its own (\`-escalated\`), which waits longer.`;

function reasonCells(unjudged: readonly Unjudged[]): string[][] {
  const reasons = [...new Set(unjudged.map(({ why }) => why))];
  return reasons.map((reason) => [unjudged.filter(({ why }) => why === reason).map(({ alert }) => `\`${alert}\``).join(", "), reason]);
}

function judgedCells(alarms: readonly MetricAlarm<string>[]): string[] {
  const [first] = alarms;
  const looksAt = [...new Set((first?.queries ?? []).flatMap(({ metric }) => (metric === undefined ? [] : [`${metric.namespace.replace("AWS/", "")} ${metric.metricName} (${metric.stat})`])))];
  const tells = [...severities].reverse().filter((severity) => alarms.some((alarm) => alarm.severity === severity));
  return [`\`${first?.alert ?? ""}\``, looksAt.join(", "), tells.join(", ")];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}
