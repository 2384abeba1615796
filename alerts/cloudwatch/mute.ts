import { windowsOf } from "../routing/maintenance";
import type { ClosedTime, MaintenanceWindow, Weekday } from "../routing/types";
import type { AlarmFacts } from "./types";

/** At these times alarms tell nobody; those of security always do. What is still on at the end is told then. */
export interface MuteRule {
  readonly name: string;
  /** Cron in `timeZone`, or one moment. */
  readonly expression: string;
  /** ISO 8601: `PT2H`. */
  readonly duration: string;
  readonly timeZone: string;
  /** Names of alarms, at most 100. */
  readonly alarms: readonly string[];
}

const mostAlarms = 100;

export interface MuteInput {
  readonly stack: string;
  readonly timeZone: string;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly closed: readonly ClosedTime[];
  /** That tell somebody. */
  readonly alarms: readonly Pick<AlarmFacts, "class" | "name" | "system">[];
}

export function muteRules({ alarms, closed, maintenance, stack, timeZone }: MuteInput): MuteRule[] {
  const waiting = alarms.filter((alarm) => alarm.class !== "security");
  const weekly = maintenance.map((window) => ({
    name: `${stack}-maintenance-${window.name}`, expression: cron(window), duration: iso(minutesBetween(window.from, window.to)), timeZone: window.timeZone ?? timeZone,
    alarms: waiting.filter(({ system }) => windowsOf([window], system).length > 0),
  }));
  const once = closed.flatMap(({ from, system, until }) => (until === undefined || from === undefined ? [] : [{
    name: `${stack}-closed-${system}-${from.slice(0, 16).replace(/[^0-9]/g, "")}`, expression: `at(${from.slice(0, 16)})`, duration: iso(Math.ceil((Date.parse(until) - Date.parse(from)) / 60_000)), timeZone: "UTC",
    alarms: waiting.filter((alarm) => alarm.system === system),
  }]));
  return [...weekly, ...once].flatMap((rule) => inParts(rule.alarms.map(({ name }) => name)).map((names, index) => ({ ...rule, name: index === 0 ? rule.name : `${rule.name}-${index + 1}`, alarms: names })));
}

function inParts(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / mostAlarms) }, (_, index) => names.slice(index * mostAlarms, (index + 1) * mostAlarms));
}

const short: Readonly<Record<Weekday, string>> = { monday: "MON", tuesday: "TUE", wednesday: "WED", thursday: "THU", friday: "FRI", saturday: "SAT", sunday: "SUN" };

function cron({ days, from }: MaintenanceWindow): string {
  const [hour = "0", minute = "0"] = from.split(":");
  return `cron(${Number(minute)} ${Number(hour)} * * ${days.map((day) => short[day]).join(",")})`;
}

/** Later than `to`: over midnight. */
function minutesBetween(from: string, to: string): number {
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
  const length = minutes(to) - minutes(from);
  return length > 0 ? length : length + 1440;
}

function iso(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `PT${hours > 0 ? `${hours}H` : ""}${rest > 0 ? `${rest}M` : ""}`;
}
