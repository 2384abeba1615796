import { alertRows, withOverrides } from "../../alerts";
import type { AlertRow, Severity } from "../../alerts/types";
import { inBaseUnit, readLimit, units } from "../../alerts/units";
import type { ServiceName, SystemId } from "../../systems";
import type { Stack } from "../stack";

/** A threshold of the catalogue that a new version must keep. */
export interface VersionLimit {
  readonly of: "errors" | "time";
  /** Absent: each service by itself. */
  readonly service?: ServiceName;
  /** Of requests' times. */
  readonly measure?: "mean" | "p95" | "p99";
  /** A share of 1, or milliseconds. */
  readonly above: number;
  /** Fewer requests, or fewer failed ones, say nothing. */
  readonly minimum: { readonly requests: number; readonly failures: number };
  /** For people: `5 %`, `500 ms`. */
  readonly text: string;
  /** Of its alert: `error-rate`. */
  readonly id: string;
}

/** A digest is for review: it takes no version back. */
const counting: readonly Severity[] = ["ticket", "page"];

/** The stack's own thresholds of a system's errors and times, the lowest that calls for somebody. */
export function limitsOf(stack: Pick<Stack, "outputs">, system: SystemId): readonly VersionLimit[] {
  const { rules } = stack.outputs.monitoring ?? {};
  const rows = rules === undefined ? catalogueRows(system) : alertRows(rules).map((row) => withOverrides(row, rules.thresholds));
  return rows.filter((row) => row.system === system).flatMap(limitOf);
}

/** Where nothing is watched the runbook's numbers hold all the same. */
function catalogueRows(system: SystemId): readonly AlertRow[] {
  return alertRows({ systems: [{ id: system, redis: false, replicas: { backend: 1, frontend: 1 } }], jobs: ["edge", "edge-log"] });
}

function limitOf({ id, limit, measure, minimum }: AlertRow): VersionLimit[] {
  const { thresholds, unit } = readLimit(limit);
  const lowest = Math.min(...counting.flatMap((severity) => thresholds[severity] ?? []));
  if (!Number.isFinite(lowest)) return [];
  const common = { id, minimum: { requests: minimum?.requests ?? 1, failures: minimum?.failures ?? 0 }, text: units[unit].text(lowest) };
  if (measure.kind === "errorShare" && measure.statusClass === "5xx") return [{ ...common, of: "errors", above: inBaseUnit(lowest, unit) }];
  if (measure.kind === "responseTime" && measure.methods === undefined) {
    return [{ ...common, of: "time", measure: measure.of, above: inBaseUnit(lowest, unit) * 1000, ...(measure.service === undefined ? {} : { service: measure.service }) }];
  }
  return [];
}
