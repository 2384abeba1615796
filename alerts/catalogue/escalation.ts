import { systemIds, systems } from "../../systems";
import { levels } from "../severities";
import type { AlertRow } from "../types";
import { section } from "./rows";

export const escalationId = "escalated";

/** Not solved in the time that the runbook gives. The minutes of a level are the stack's (`alerts.escalation.afterMinutes`). */
export function escalations(minutes: number): readonly AlertRow[] {
  return [
    // mps.md: a P2 "not resolved in 30 minutes" becomes a P1.
    ...systemIds.flatMap((system) =>
      levels[system].flatMap(({ level, becomes }): AlertRow[] =>
        becomes === undefined ? [] : [{
          ...common, system, measure: { kind: "stillOpen", level }, forMinutes: minutes, levels: { page: becomes },
          summary: `{title}: {ticket} has been open for ${minutes} minutes; this ${level} is a ${becomes} now`,
          description: "Nobody has solved it in the time the runbook gives. Tell stakeholders, update the status page (npx stackbook incident open --help), document the timeline.",
          runbook: section(systems[system].runbook)("P2 - High Priority"),
        }])),
    {
      ...common, system: "memo", measure: { kind: "stillOpen", level: "1", alert: "service-down" }, forMinutes: 5,
      summary: "{title} has been down for more than 5 minutes: {service} does not answer",
      description: "The runbook's fifth step: escalate. Restarting it did not help; look at the host's resources, and go back to the version before if something was deployed (npx stackbook rollback {system}).",
      runbook: section("memo.md")("Alert Response Procedures"),
    },
  ];
}

/** Class and topic of such an alert are those of the one that is open. */
const common = { id: escalationId, class: "monitoring", topic: escalationId, limit: { aboveCount: { page: 0 } }, command: "openAlerts", requirement: "M2" } as const;
