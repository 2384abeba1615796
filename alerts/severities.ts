import type { SystemId } from "../systems";
import type { Severity } from "./types";

/** One rank of a runbook's own scale. */
export interface Level {
  /** Its own word: the label `level`. */
  readonly level: string;
  readonly severity: Severity;
  readonly means: string;
  /** Not resolved in `escalationMinutes`, it becomes this one. */
  readonly becomes?: string;
}

/** Requirement M2: five scales on one. The first of a severity is the word used where a row doesn't choose another. */
export const levels: Readonly<Record<SystemId, readonly Level[]>> = {
  // mps.md, Severity Levels; P2 - High Priority: "If not resolved in 30 minutes, escalate to P1"
  mps: [
    { level: "P1", severity: "page", means: "System down, data loss" },
    { level: "P3", severity: "ticket", means: "Minor functionality issues" },
    { level: "P2", severity: "ticket", means: "Major functionality impaired", becomes: "P1" },
    { level: "P4", severity: "digest", means: "Cosmetic issues" },
  ],
  // fetms.md, Alerts Configuration
  fetms: [
    { level: "critical", severity: "page", means: "Immediate response" },
    { level: "warning", severity: "ticket", means: "Respond within 1 hour" },
    { level: "info", severity: "digest", means: "Daily review" },
  ],
  // memo.md, Incident Classification
  memo: [
    { level: "1", severity: "page", means: "Complete outage, data loss, breach: immediate" },
    { level: "2", severity: "page", means: "Partial outage, significant degradation: 15 minutes" },
    { level: "3", severity: "ticket", means: "Performance issues affecting some: 2 hours" },
    { level: "4", severity: "digest", means: "Low: next business day" },
  ],
  // motel.md, Alert Thresholds
  motel: [
    { level: "critical", severity: "page", means: "Critical threshold" },
    { level: "warning", severity: "ticket", means: "Warning threshold" },
    { level: "info", severity: "digest", means: "Not in the runbook: for review" },
  ],
  // sms.md, Incident Response Procedures
  sms: [
    { level: "P1", severity: "page", means: "High: 5-15 minutes" },
    { level: "P0", severity: "page", means: "Immediate: 0-5 minutes" },
    { level: "P2", severity: "ticket", means: "Medium: 15-30 minutes" },
    { level: "info", severity: "digest", means: "Not in the runbook: for review" },
  ],
};

/** A runbook's own word for a severity; the stack's own alerts use the severity's name. */
export function levelOf(system: SystemId | "stack", severity: Severity): string {
  return system === "stack" ? severity : (levels[system].find((level) => level.severity === severity)?.level ?? severity);
}
