import { systemIds } from "../../systems";
import { levels } from "../severities";
import type { AlertRow } from "../types";
import { section } from "./rows";

export const escalationId = "escalated";

/** mps.md: a P2 "not resolved in 30 minutes" becomes a P1. The minutes are the stack's (`alerts.escalation.afterMinutes`). */
export function escalations(minutes: number): readonly AlertRow[] {
  return systemIds.flatMap((system) =>
    levels[system].flatMap(({ level, becomes }): AlertRow[] =>
      becomes === undefined ? [] : [{
        // Class and topic are those of the alert that is open.
        id: escalationId, system, class: "monitoring", topic: escalationId,
        measure: { kind: "stillOpen", level }, limit: { aboveCount: { page: 0 } }, forMinutes: minutes, levels: { page: becomes },
        summary: `{title}: {escalates} has been open for ${minutes} minutes; this ${level} is a ${becomes} now`,
        description: "Nobody has solved it in the time the runbook gives. Tell stakeholders, update the status page (npx stackbook incident open --help), document the timeline.",
        command: "openAlerts", runbook: section("mps.md")("P2 - High Priority"), requirement: "M2",
      }]));
}
