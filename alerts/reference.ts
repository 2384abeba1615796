import { systemIds, systems, type SystemId } from "../systems";
import { alertRows, everything } from "./catalogue";
import { commandText } from "./commands";
import { levelOf } from "./severities";
import { hasThreshold, minutesOf } from "./thresholds";
import { severities, type AlertRow, type Severity } from "./types";
import { readLimit, units } from "./units";

/** docs/alerts.md: every alert of the catalogue, and what to do about the stack's own. Written by `npm run docs`, compared by a test. */
export function renderAlertsReference(): string {
  const rows = alertRows(everything);
  const ofStack = rows.filter(({ system }) => system === "stack");
  return [
    intro,
    ...systemIds.map((id) => `## ${systems[id].title}\n\nFrom \`${systems[id].runbook}\`. Keys below \`alerts.thresholds.${id}\`.\n\n${table(rows.filter(({ system }) => system === id))}`),
    ...ownSections.map(([heading, about]) => stackSection(heading, about, ofStack.filter((row) => sectionOf(row) === heading))),
  ].join("\n\n") + "\n";
}

const intro = `# Alerts

Every alert there is, when all five systems run and everything is watched. This page is written from the catalogue
(\`npm run docs\`), and a test keeps it so. How alerts reach people, and how to change a
threshold: [monitoring.md](monitoring.md).

A cell says from where on, for how long, and in brackets the runbook's own word. \`page\` wakes somebody, \`ticket\` is for
working hours, \`digest\` is a line in the daily report. "Needs" is the traffic below which the alert says nothing, so that
one failed request at night wakes nobody. Alerts on what a stack doesn't run or watch are not there. In a stack file
thresholds are plain numbers: response times in milliseconds, shares in percent, ages in hours.`;

/** Headings that rows of the stack name as their runbook. */
const ownSections = [
  ["Host", "The Docker host. Once, at the strictest threshold of the systems that run on it."],
  ["Edge", "What visitors reach first, for all systems."],
  ["Monitoring", "Who watches the watching. The dead man's switch is the one alert that is always on."],
] as const;
type OwnSection = (typeof ownSections)[number][0];

function sectionOf({ class: kind, runbook }: AlertRow): OwnSection {
  const named = ownSections.find(([heading]) => heading === runbook.section)?.[0];
  return named ?? (kind === "resources" ? "Host" : kind === "certificate" ? "Edge" : "Monitoring");
}

/** The stack's own have no other runbook than this. */
function stackSection(heading: OwnSection, about: string, rows: readonly AlertRow[]): string {
  const steps = rows.map((row) => `- **${row.id}**: ${wordsOf(row, row.description)}\n  \`${commandText(row.command, { stack: "prod", system: "stack" })}\``);
  return `## ${heading}\n\n${about} Keys below \`alerts.thresholds.stack\`.\n\n${table(rows)}\n\n${steps.join("\n")}`;
}

function table(rows: readonly AlertRow[]): string {
  const worstFirst = [...severities].reverse();
  const lines = rows.map((row) => [`\`${row.id}\``, wordsOf(row, row.summary), ...worstFirst.map((severity) => thresholdCell(row, severity)), needsOf(row), `${row.runbook.file}, ${row.runbook.section}`]);
  return [["alert", "says", ...worstFirst, "needs", "from"], ["---", "---", ...worstFirst.map(() => "---"), "---", "---"], ...lines].map((line) => `| ${line.map(escaped).join(" | ")} |`).join("\n");
}

/** "> 500 ms, 5 min (P2)" */
export function thresholdCell(row: AlertRow, severity: Severity): string {
  const { direction, thresholds, unit } = readLimit(row.limit);
  const threshold = thresholds[severity];
  if (threshold === undefined) return "-";
  const limit = hasThreshold(row) || row.measure.kind === "burnRate" ? [`${direction === "above" ? ">" : "<"} ${units[unit].text(threshold)}`] : [];
  const minutes = minutesOf(row, severity);
  const wait = minutes === 0 ? "at once" : `${minutes} min`;
  const word = row.levels?.[severity] ?? levelOf(row.system, severity);
  return `${[...limit, wait].join(", ")}${word === severity ? "" : ` (${word})`}`;
}

/** "50 requests, 5 failed"; "-" for nothing. */
export function needsOf({ minimum, onlyInExpectedLoad }: AlertRow): string {
  const parts = [
    ...(minimum ? [`${minimum.requests} requests`] : []),
    ...(minimum?.failures === undefined ? [] : [`${minimum.failures} failed`]),
    ...(onlyInExpectedLoad ? ["hours of expected load"] : []),
  ];
  return parts.join(", ") || "-";
}

/** A row's words without what is known only when it fires; commands as code, with what the reader fills in. */
export function wordsOf(row: AlertRow, text: string): string {
  const known: Readonly<Record<string, string>> = { title: titleOf(row.system), value: "…", threshold: "the threshold", ...(row.system === "stack" ? {} : { system: row.system }) };
  const short = text.replace(/^\{title\}: ./, (start) => start.slice(-1).toUpperCase());
  const typed = short.replace(/npx stackbook( (?:--)?[a-z0-9=-]+| \{[a-z_]+\})+/g, (command) => `\`${command.replace(/\{([a-z_]+)\}/g, (_, name: string) => known[name] ?? `<${name}>`)}\``);
  return typed.replace(/\{([a-z_]+)\}/g, (_, name: string) => known[name] ?? `a ${name.replaceAll("_", " ")}`);
}

const titleOf = (system: SystemId | "stack"): string => (system === "stack" ? "the stack" : systems[system].title);

const escaped = (text: string): string => text.replaceAll("|", "\\|");
