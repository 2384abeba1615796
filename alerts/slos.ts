import type { SystemId } from "../systems";

/** What a runbook promises over a month. */
export interface Objective {
  readonly id: string;
  readonly system: SystemId;
  readonly name: string;
  readonly kind: "availability" | "latency" | "errors";
  /** Part of checks or requests that must be good, 0-1; the rest is the budget. */
  readonly target: number;
  /** Latency: what counts as good; a bound of the edge's histogram. */
  readonly withinSeconds?: number;
  /** In words. */
  readonly promise: string;
}

/** Requirement M4; sms.md, SLA Commitments. No other runbook promises anything. */
export const objectives: readonly Objective[] = [
  { id: "sms-uptime", system: "sms", name: "uptime", kind: "availability", target: 0.995, promise: "99.5 % uptime a month" },
  { id: "sms-latency", system: "sms", name: "latency", kind: "latency", target: 0.95, withinSeconds: 0.5, promise: "95 % of requests within 500 ms" },
  { id: "sms-errors", system: "sms", name: "errors", kind: "errors", target: 0.98, promise: "less than 2 % errors" },
];

/** What a runbook promises of the day on which data is lost; drills measure both. */
export interface RecoveryObjective {
  readonly system: SystemId;
  /** From the decision to restore to the system with its data: RTO. */
  readonly withinMinutes: number;
  /** Of work that may be lost: RPO. */
  readonly lostHours: number;
  readonly promise: string;
}

/** sms.md, Recovery Procedures; no other runbook promises anything. */
export const recoveryObjectives: readonly RecoveryObjective[] = [
  { system: "sms", withinMinutes: 15, lostHours: 24, promise: "back within 15 minutes, with data no older than 24 hours" },
];

export function objectiveOf(id: string): Objective {
  const found = objectives.find((objective) => objective.id === id);
  if (found === undefined) throw new Error(`no objective ${id} in alerts/slos.ts; there are ${objectives.map((each) => each.id).join(", ")}`);
  return found;
}
