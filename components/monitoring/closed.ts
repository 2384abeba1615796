import type { ClosedTime } from "../../alerts/routing/types";
import type { StackConfig } from "../../config/types";

/** When alerts wait because a system is closed for maintenance, or was stopped. */
export function closedTimes({ maintenance, systems }: StackConfig): ClosedTime[] {
  return [
    ...systems.flatMap(({ halted, maintenance: own, spec }): ClosedTime[] => [
      ...own.map(({ from, until }) => ({ system: spec.id, from, until })),
      // Alertmanager knows minutes.
      ...(halted === undefined ? [] : [{ system: spec.id, from: `${new Date(halted.at).toISOString().slice(0, 16)}:00.000Z` }]),
    ]),
    ...maintenance.map(({ from, until }) => ({ system: "stack" as const, from, until })),
  ];
}
