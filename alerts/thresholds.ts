import { systemIds, type SystemId } from "../systems";
import { alertRows, everything } from "./catalogue";
import type { MeasureKind } from "./measures";
import { metricOfSeries } from "./metrics";
import type { ThresholdOverrides } from "./routing/types";
import { severities, type AlertRow, type Severity, type ThresholdProblem } from "./types";
import { inBaseUnit, readLimit, units, writeLimit } from "./units";

/** The row with the stack file's thresholds in place of the runbook's. */
export function withOverrides(row: AlertRow, overrides: ThresholdOverrides): AlertRow {
  const own = overrides[row.system]?.[row.id];
  if (own === undefined) return row;
  const limit = readLimit(row.limit);
  const added = severities.filter((severity) => own[severity] !== undefined && limit.thresholds[severity] === undefined);
  // A severity that the runbook doesn't have waits as long as the one that waits longest.
  const minutes = typeof row.forMinutes === "number" || added.length === 0 ? row.forMinutes : { ...Object.fromEntries(added.map((severity) => [severity, longest(row)])), ...row.forMinutes };
  return { ...row, limit: writeLimit({ ...limit, thresholds: { ...limit.thresholds, ...own } }), forMinutes: minutes };
}

function longest({ forMinutes }: AlertRow): number {
  return typeof forMinutes === "number" ? forMinutes : Math.max(...Object.values(forMinutes));
}

export function minutesOf({ forMinutes }: AlertRow, severity: Severity): number {
  return typeof forMinutes === "number" ? forMinutes : (forMinutes[severity] ?? 0);
}

/** On or off, or following from a promise: nothing to set. */
const fixed: readonly MeasureKind[] = ["targets", "readyReplicas", "familiesMissing", "burnRate", "stillOpen", "alwaysOn"];

export function hasThreshold({ measure }: AlertRow): boolean {
  return !fixed.includes(measure.kind) && !(measure.kind === "gauge" && metricOfSeries(measure.metric)?.unit === "bool");
}

/** Made when first asked for: a stack without thresholds of its own doesn't pay for it. */
let catalogue: readonly AlertRow[] | undefined;

/** All that is wrong with a stack file's thresholds, at once. */
export function thresholdProblems(overrides: ThresholdOverrides): ThresholdProblem[] {
  const rows = (catalogue ??= alertRows(everything));
  return Object.entries(overrides).flatMap(([system, alerts]) => {
    if (!isSystem(system)) return [{ at: [system], given: "not a system", allowed: `${[...systemIds, "stack"].join(", ")}`, fix: `use ${[...systemIds, "stack"].join(", ")}` }];
    return Object.entries(alerts).flatMap(([id, thresholds]) => {
      const row = rows.find((each) => each.system === system && each.id === id);
      const known = rows.filter((each) => each.system === system && hasThreshold(each)).map((each) => each.id);
      if (row === undefined) return [{ at: [system, id], given: "not an alert", allowed: known.join(", "), fix: unknownFix(id, system, known, rows) }];
      if (!hasThreshold(row)) return [{ at: [system, id], given: "without a threshold", allowed: known.join(", "), fix: `remove it: ${id} is on or off, there is nothing to set` }];
      return rowProblems(row, thresholds);
    });
  });
}

function isSystem(name: string): name is SystemId | "stack" {
  return name === "stack" || systemIds.some((id) => id === name);
}

function unknownFix(id: string, system: string, known: readonly string[], rows: readonly AlertRow[]): string {
  const elsewhere = [...new Set(rows.filter((row) => row.id === id && hasThreshold(row)).map((row) => row.system))];
  return elsewhere.length > 0
    ? `${id} is an alert of ${elsewhere.join(", ")}; ${system} has ${known.join(", ")}`
    : `use one of ${known.join(", ")}`;
}

function rowProblems(row: AlertRow, given: Readonly<Partial<Record<string, number>>>): ThresholdProblem[] {
  const { direction, unit, thresholds } = readLimit(row.limit);
  const { least, most, text } = units[unit];
  const problems: ThresholdProblem[] = [];
  const own = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  for (const { name, value } of own) {
    const at = [row.system, row.id, name];
    const range = `${text(least)} to ${text(most)}`;
    if (!isSeverity(name)) problems.push({ at, given: "not a severity", allowed: severities.join(", "), fix: `use ${severities.join(", ")}` });
    else if (!Number.isFinite(value) || value < least || value > most) problems.push({ at, given: String(value), allowed: range, fix: `use ${least}-${most} (${row.id} is ${range})` });
    // `> 100 %` and `< 0` never come true: an alert that can't fire is worse than none.
    else if (direction === "above" ? unit === "Percent" && value === most : value === 0) problems.push({ at, given: String(value), allowed: `a value that can be passed, ${range}`, fix: "use another: nothing is ever beyond it, so the alert would never fire" });
  }
  if (problems.length > 0) return problems;
  const all: Partial<Record<Severity, number>> = { ...thresholds, ...given };
  const present = severities.filter((severity) => all[severity] !== undefined);
  for (const [index, milder] of present.entries()) {
    const worse = present[index + 1];
    if (worse === undefined) continue;
    const [mild, bad] = [all[milder] ?? 0, all[worse] ?? 0];
    if (direction === "above" ? mild < bad : mild > bad) continue;
    const at = given[milder] === undefined ? worse : milder;
    const other = at === milder ? worse : milder;
    const should = (at === milder) === (direction === "above") ? "below" : "above";
    const origin = given[other] === undefined ? "the runbook's" : "yours";
    problems.push({
      at: [row.system, row.id, at], given: String(all[at]), allowed: `a value ${should} ${other}, ${text(all[other] ?? 0)}`,
      fix: `use a value ${should} ${other} (${origin}, ${text(all[other] ?? 0)}): the worse an alert, the further its threshold`,
    });
  }
  return problems;
}

function isSeverity(name: string): name is Severity {
  return severities.some((severity) => severity === name);
}

/** A threshold as a line on a panel, in the unit that metrics have: seconds, shares of 1. */
export interface ThresholdLine {
  readonly value: number;
  readonly severity: Severity;
  readonly below?: true;
}

/** Units of panels -> those of thresholds that can be drawn in them. */
const drawn: Readonly<Record<string, readonly string[]>> = {
  ratio: ["Percent"], seconds: ["Milliseconds", "Seconds", "Hours", "Days"], requestsPerSecond: ["PerSecond"], perSecond: ["PerSecond"], perMinute: ["PerMinute"], count: ["Count"], times: ["Times"],
};

/** Lines of one topic's thresholds, for a panel in the given unit. `backup-age` of the stack has those of all its systems. */
export function thresholdLines(rows: readonly AlertRow[], system: SystemId | "stack", topic: string, unit: string): ThresholdLine[] {
  const own = rows.filter((row) => row.topic === topic && row.system === system);
  const meant = own.length > 0 || system !== "stack" ? own : rows.filter((row) => row.topic === topic);
  const lines = meant.filter(hasThreshold).flatMap((row): ThresholdLine[] => {
    const { direction, unit: given, thresholds } = readLimit(row.limit);
    if (!(drawn[unit] ?? []).includes(given) || row.measure.kind === "diskForecast") return [];
    return severities.flatMap((severity) => {
      const value = thresholds[severity];
      return value === undefined ? [] : [{ value: inBaseUnit(value, given), severity, ...(direction === "below" ? { below: true as const } : {}) }];
    });
  });
  return [...new Map(lines.map((line) => [`${line.severity} ${line.value}`, line])).values()];
}
