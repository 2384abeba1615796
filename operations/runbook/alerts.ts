import { alertRows, withOverrides, type AlertRow } from "../../alerts";
import { commandText } from "../../alerts/commands";
import { needsOf, thresholdCell, wordsOf } from "../../alerts/reference";
import { hasThreshold } from "../../alerts/thresholds";
import { severitiesOf } from "../../alerts/units";
import type { SystemId } from "../../systems";
import type { RunbookInput } from "./types";
import { bullets, code, shell, table } from "./words";

/** A system's alerts with the stack's own thresholds; none where nothing is watched. */
export function rowsOf({ rules }: RunbookInput, system: SystemId | "stack"): readonly AlertRow[] {
  return rules === undefined ? [] : alertRows(rules).filter((row) => row.system === system).map((row) => withOverrides(row, rules.thresholds));
}

/** Every alert of a page with what to do, each under a heading of its own: `#error-rate` leads there. */
export function alertSections(input: RunbookInput, system: SystemId | "stack"): string {
  const rows = rowsOf(input, system);
  if (input.rules === undefined) return "Nothing is watched: `stackbook:monitoring.enabled` is false, so nobody is told of anything.";
  return [overview(rows), ...rows.map((row) => alertSection(row, input))].join("\n\n");
}

function overview(rows: readonly AlertRow[]): string {
  const worst = (row: AlertRow): string => severitiesOf(row.limit).at(-1) ?? "";
  const order = ["page", "ticket", "digest"];
  const sorted = [...rows].sort((a, b) => order.indexOf(worst(a)) - order.indexOf(worst(b)));
  return table(["alert", "at worst", "says"], sorted.map((row) => [`[${row.id}](#${row.id})`, worst(row), wordsOf(row, row.summary)]));
}

export function alertSection(row: AlertRow, { facts, rules }: RunbookInput): string {
  const own = rules?.thresholds[row.system]?.[row.id];
  const limits = [...severitiesOf(row.limit)].reverse().map((severity) => `${severity}: ${thresholdCell(row, severity)}`);
  const needs = needsOf(row);
  const command = commandText(row.command, { stack: facts.stack, system: row.system, ...(facts.engineHost === undefined ? {} : { engineHost: facts.engineHost }) });
  return [
    `### ${row.id}`,
    `${wordsOf(row, row.summary)}.`,
    bullets([...limits, ...(needs === "-" ? [] : [`only with ${needs}`]), ...(own === undefined ? [] : ["thresholds of this stack's own, in place of the runbook's"])]),
    wordsOf(row, row.description),
    shell([command.replace(/\{([a-z_]+)\}/g, "<$1>")]),
    `From ${row.runbook.file}, "${row.runbook.section}".${hasThreshold(row) ? ` To change it: ${code(`stackbook:alerts.thresholds.${row.system}.${row.id}`)}.` : ""}`,
  ].join("\n\n");
}
