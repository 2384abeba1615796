import { levels } from "../../alerts/severities";
import type { SystemId } from "../../systems";

/** How soon somebody answers, in a runbook's own scale. */
export interface Response {
  readonly level: string;
  readonly means: string;
  readonly within: string;
}

/** mps.md, Severity Levels; fetms.md, Alerts Configuration; memo.md, Incident Classification; sms.md, Incident Response. */
const withins: Readonly<Record<SystemId, Readonly<Record<string, string>>>> = {
  mps: { P1: "at once", P2: "at once; not solved in 30 min: P1", P3: "-", P4: "-" },
  fetms: { critical: "at once", warning: "1 h", info: "the daily report" },
  memo: { 1: "at once", 2: "15 min", 3: "2 h", 4: "next working day" },
  motel: { critical: "-", warning: "-", info: "the daily report" },
  sms: { P0: "0-5 min", P1: "5-15 min", P2: "15-30 min", info: "the daily report" },
};

/** In the order of the scale. */
export function responsesOf(system: SystemId): Response[] {
  return [...levels[system]].sort((a, b) => order(a.severity) - order(b.severity) || a.level.localeCompare(b.level)).map(({ level, means }) => ({ level, means, within: withins[system][level] ?? "-" }));
}

const order = (severity: string): number => ["page", "ticket", "digest"].indexOf(severity);

/** The four severities of an incident notice (memo.md), which `incident open --severity` takes for every system. */
export const noticeSeverities = [
  ["1", "critical: complete outage, data lost or corrupted, breach"],
  ["2", "high: partial outage, much slower, logins fail"],
  ["3", "medium: some users, minor features"],
  ["4", "low: cosmetic"],
] as const;
