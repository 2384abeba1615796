import { checks } from "../../../routines";
import { systems } from "../../../systems";
import type { ItemResult, ItemVerdict, Report, Trend } from "../types";
import { figureText, periodText, valueText } from "../units";

const words: Readonly<Record<ItemVerdict, string>> = { good: "good", look: "look", bad: "BAD", unknown: "NOT CHECKED", open: "open" };
const order: readonly ItemVerdict[] = ["bad", "unknown", "look", "open", "good"];

const results: Readonly<Record<Report["result"], string>> = {
  good: "all is well", look: "nothing is bad; some of it is worth a look", bad: "something is bad", incomplete: "NOT COMPLETE: some of it could not be checked",
};

/** A report for people: what is bad first, then everything, system by system. */
export function renderReport(report: Report): string {
  const { items, list, stack } = report;
  const title = `# ${list.slice(0, 1).toUpperCase()}${list.slice(1)} check of ${stack}`;
  const groups = report.systems.map((system) => [system, items.filter((item) => item.system === system)] as const).filter(([, own]) => own.length > 0);
  const urgent = items.filter(({ verdict }) => verdict === "bad" || verdict === "unknown");
  const open = items.filter(({ verdict }) => verdict === "open");
  return `${[
    title,
    [
      `${moment(report.at)}, by ${report.by}; looks back ${periodText(report.hours)}, took ${Math.round(report.seconds)} s.`,
      report.metricsSince === undefined ? "There are no metrics." : Date.parse(report.at) - Date.parse(report.metricsSince) < report.hours * 3_600_000 ? `Metrics go back to ${moment(report.metricsSince)} only.` : "",
    ].filter((line) => line !== "").join(" "),
    `**Result: ${results[report.result]}.** ${counts(items)}`,
    ...trendLines(items),
    ...(urgent.length === 0 ? [] : ["## To do", urgent.map(urgentText).join("\n\n")]),
    ...groups.map(([system, own]) => `## ${system === "stack" ? "The stack" : systems[system].title}\n\n${table(own)}${details(own)}`),
    ...(open.length === 0 ? [] : [openText(open)]),
  ].join("\n\n")}\n`;
}

function counts(items: readonly ItemResult[]): string {
  return `${items.length} items: ${order.flatMap((verdict) => {
    const number = items.filter((item) => item.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${words[verdict]}`];
  }).join(", ")}.`;
}

function trendLines(items: readonly ItemResult[]): string[] {
  const since = items.flatMap(({ trend }) => trend?.since ?? []).sort().at(-1);
  if (since === undefined) return ["There is no earlier report to compare with."];
  const of = (change: Trend["change"]): string[] => items.filter(({ trend }) => trend?.change === change).map(({ key }) => key);
  const fresh = items.filter(({ trend }) => trend === undefined).map(({ key }) => key);
  const lines = [["Worse", of("worse")], ["Better", of("better")], ["New", fresh]] as const;
  const said = lines.filter(([, keys]) => keys.length > 0).map(([word, keys]) => `- ${word}: ${keys.join(", ")}`);
  return [`Since ${moment(since)}:${said.length === 0 ? " nothing changed." : `\n\n${said.join("\n")}`}`];
}

function urgentText({ details: more, key, run, says, title, verdict, runbook }: ItemResult): string {
  return [
    `- **${words[verdict]}: ${key}** (${title}): ${says}`,
    ...more.filter((line) => !says.includes(line)).slice(0, 10).map((line) => `  - ${line}`),
    ...run.map((command) => `  - run \`${command}\``),
    `  - ${runbook.file}, "${runbook.section}"`,
  ].join("\n");
}

function table(items: readonly ItemResult[]): string {
  const lines = items.map(({ answer, on, says, title, trend, verdict }) => [
    words[verdict], `${title}${on === undefined ? "" : ` (${on})`}`,
    `${says}${answer === undefined ? "" : `; ${answer.answer}, ${answer.by}${answer.note === undefined ? "" : `: ${answer.note}`}`}`,
    trend === undefined ? "new" : trend.change === "same" ? "" : trend.was === verdict ? trend.change : `${trend.change} (was ${words[trend.was]})`,
  ]);
  return [["", "item", "found", "trend"], ["---", "---", "---", "---"], ...lines].map((line) => `| ${line.map(cell).join(" | ")} |`).join("\n");
}

/** Figures with what they were, and what there is to tell beyond a line. */
function details(items: readonly ItemResult[]): string {
  const told = items.filter(({ details: more, figures, seen }) => figures.length > 0 || more.length > 0 || (seen ?? []).length > 0);
  if (told.length === 0) return "";
  const blocks = told.map(({ check, details: more, figures, seen = [], title, trend }) => [
    `- ${title}${check === undefined ? "" : ` (${checks[check]})`}`,
    ...figures.map((figure) => {
      const was = trend?.figures.find(({ name }) => name === figure.name);
      return `  - ${figureText(figure)}${was === undefined ? "" : `, was ${valueText(was.was, figure.unit)}${was.change === "other" ? "" : `: ${was.change}`}`}`;
    }),
    ...more.map((line) => `  - ${line}`),
    ...seen.map(({ check: id, says, verdict }) => `  - ${checks[id]}: ${words[verdict]}, ${says}`),
  ].join("\n"));
  return `\n\n<details><summary>Figures</summary>\n\n${blocks.join("\n")}\n\n</details>`;
}

function openText(open: readonly ItemResult[]): string {
  return [
    "## Open questions",
    open.map(({ key, question = "", seen = [] }) => [`- [ ] \`${key}\`: ${question}`, ...seen.map(({ check, says }) => `  - ${check}: ${says}`)].join("\n")).join("\n"),
    `To answer: \`--ask\`, or a file for \`--answers\`, of lines such as`,
    `\`\`\`yaml\n${open.map(({ key }) => `${key}: { answer: yes, note: "" }`).join("\n")}\n\`\`\``,
  ].join("\n\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** `2026-11-21 08:00 UTC` */
const moment = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;
