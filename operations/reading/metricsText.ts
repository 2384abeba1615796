import { age, size } from "../backups/texts";
import type { Screen } from "../commands/types";
import { columns, painter, type Paint } from "../terminal";
import type { FigureUnit, Group } from "./figures";
import type { Measured, Metrics } from "./metrics";
import { duration, percent } from "./statusText";

const titles: Readonly<Record<Group, string>> = { requests: "REQUESTS", containers: "CONTAINERS", database: "DATABASE", cache: "CACHE", application: "APPLICATION", backup: "BACKUP", host: "HOST" };
/** Their figures stand side by side, one row for each service or container. */
const tables: readonly Group[] = ["requests", "containers"];
const groups = Object.keys(titles) as Group[];

export function metricsText({ systems }: Metrics, screen: Screen): string {
  const paint = painter(screen);
  return Object.entries(systems).map(([id, figures]) => {
    const blocks = groups.flatMap((group) => {
      const own = figures.filter((figure) => figure.group === group);
      if (own.length === 0) return [];
      return [(tables.includes(group) ? sideBySide(group, own, paint) : listed(group, own, paint)).join("\n")];
    });
    return [paint("bold", id), ...(blocks.length === 0 ? ["  nothing is measured yet"] : blocks)].join("\n");
  }).join("\n\n");
}

function sideBySide(group: Group, figures: readonly Measured[], paint: Paint): string[] {
  const names = [...new Set(figures.map(({ name }) => name))];
  const subjects = [...new Set(figures.map(({ subject = "" }) => subject))].sort();
  const rows = subjects.map((subject) => [
    `  ${subject}`,
    // Who has no limit is not measured against it.
    ...names.map((name) => figures.filter((figure) => figure.name === name && (figure.subject ?? "") === subject).map((figure) => valueText(figure, paint))[0] ?? "-"),
  ]);
  return columns([[`  ${titles[group]}`, ...names.map(heading)].map((cell) => paint("bold", cell)), ...rows], names.map((_, at) => at + 1));
}

/** `CPU`, and of its limit: `%` */
function heading(name: string): string {
  return name.endsWith(", of its limit") ? "OF LIMIT" : name.toUpperCase();
}

function listed(group: Group, figures: readonly Measured[], paint: Paint): string[] {
  const rows = figures.map((figure) => [`  ${figure.name}${figure.subject === undefined ? "" : ` ${figure.subject}`}`, valueText(figure, paint), paint("dim", limitsText(figure))]);
  return [paint("bold", `  ${titles[group]}`), ...columns(rows, [1])];
}

function valueText(figure: Measured, paint: Paint): string {
  const text = inUnit(figure.value, figure.unit);
  const passed = figure.limits.filter(({ below, value }) => (below === true ? figure.value < value : figure.value > value)).map(({ severity }) => severity);
  if (passed.includes("page")) return paint("red", `${text} !!`);
  return passed.includes("ticket") ? paint("yellow", `${text} !`) : text;
}

/** `ticket above 80 %, page above 95 %` */
function limitsText({ limits, unit }: Measured): string {
  return limits.map(({ below, severity, value }) => `${severity} ${below === true ? "below" : "above"} ${inUnit(value, unit)}`).join(", ");
}

export function inUnit(value: number, unit: FigureUnit): string {
  switch (unit) {
    case "ratio":
      return percent(value);
    case "seconds":
      return value >= 120 ? age(value) : duration(value);
    case "bytes":
      return size(Math.round(value));
    case "cores":
      return value.toFixed(2);
    case "count":
      return String(Math.round(value * 10) / 10);
    case "requestsPerSecond":
    case "perSecond":
      return `${value.toFixed(1)}/s`;
    case "perMinute":
      return `${value.toFixed(1)}/min`;
  }
}
