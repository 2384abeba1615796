import { alertRows, thresholdLines, withOverrides, type CatalogueInput } from "../alerts";
import type { ThresholdOverrides } from "../alerts/routing/types";
import type { SystemId } from "../systems";
import type { Line, Unit } from "./model";

/** Lines of a family of alerts, in the unit of the panel that asks. */
export type LinesFor = (system: SystemId | "stack", topic: string, unit: Unit) => readonly Line[];

/** From the catalogue and the stack's own thresholds. "More than none" is no line but the axis. */
export function linesFrom(input: CatalogueInput & { readonly thresholds: ThresholdOverrides }): LinesFor {
  const rows = alertRows(input).map((row) => withOverrides(row, input.thresholds));
  return (system, topic, unit) => thresholdLines(rows, system, topic, unit).filter(({ value }) => value !== 0);
}
