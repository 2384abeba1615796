import type { SystemId } from "../../systems";
import { weekdays, type MaintenanceWindow, type Weekday } from "../routing/types";
import { windowsOf } from "../routing/maintenance";
import type { AlertRow, RulesInput } from "../types";
import { localTime, secondsOfDay } from "./expectedLoad";
import { where, windowMinutes } from "./promql";
import { recorded, trafficWindowMinutes, type RecordingRule } from "./recording";

/**
 * Whether a system is in maintenance, as 0 or 1, for what looks back over it: rates still hold a few minutes of a window
 * that has just ended, next week's hour is compared with this one, and a promise is not broken by what was announced.
 * That nothing is sent meanwhile is Alertmanager's part (routing/closed.ts).
 */
export function maintenanceRules(system: SystemId, input: Pick<RulesInput, "closed" | "maintenance" | "timeZone">): RecordingRule[] {
  const weekly = windowsOf(input.maintenance, system);
  const zones = [...new Set(weekly.map(({ timeZone = input.timeZone }) => timeZone))];
  const dated = input.closed.filter((time) => time.system === system);
  const terms = [
    ...(dated.length === 0 ? [] : [`vector(${dated.map(({ from, until }) => between(from, until)).join(" + ")})`]),
    ...weekly.map((window) => `sum(${weeklyTerm(window, `${recorded.zoneTime}${where({ system, zone: window.timeZone ?? input.timeZone })}`)})`),
  ];
  return [
    ...zones.map((zone) => ({ record: recorded.zoneTime, labels: { system, zone }, expr: localTime(zone) })),
    { record: recorded.maintenance, labels: { system }, expr: terms.length === 0 ? "vector(0)" : `clamp_max(${terms.join(" + ")}, 1)` },
  ];
}

function between(from: string | undefined, until: string | undefined): string {
  const seconds = (instant: string): number => Date.parse(instant) / 1000;
  const parts = [...(from === undefined ? [] : [`(time() >= bool ${seconds(from)})`]), ...(until === undefined ? [] : [`(time() < bool ${seconds(until)})`])];
  return parts.length === 0 ? "1" : parts.join(" * ");
}

function weeklyTerm({ days, from, to }: MaintenanceWindow, local: string): string {
  const [begins, ends] = [secondsOfDay(from), secondsOfDay(to)];
  const on = (names: readonly Weekday[], a: number, b: number): string => {
    const day = names.map((name) => `(day_of_week(${local}) == bool ${numberOf(name)})`).join(" + ");
    return `(${local} % 86400 >= bool ${a}) * (${local} % 86400 < bool ${b}) * (${day})`;
  };
  if (begins < ends) return on(days, begins, ends);
  const next = days.map((day) => weekdays[(weekdays.indexOf(day) + 1) % weekdays.length] ?? day);
  return `(${on(days, begins, 86_400)}) + (${on(next, 0, ends)})`;
}

/** Prometheus's weeks begin on Sunday. */
const numberOf = (day: Weekday): number => (weekdays.indexOf(day) + 1) % 7;

/** How long a measure remembers hours in which visitors were turned away, or things were slow on purpose. */
function minutesRemembered({ measure }: AlertRow): number | undefined {
  if (measure.kind === "responseTime" || measure.kind === "throughput") return trafficWindowMinutes;
  // Longer ones ask of an hour or a day as a whole, in which the edge's own answers are not counted.
  if (measure.kind === "errorShare") return measure.windowMinutes <= trafficWindowMinutes ? measure.windowMinutes : undefined;
  if (measure.kind === "burnRate") return measure.shortMinutes;
  return measure.kind === "againstLastWeek" ? 60 : undefined;
}

export function unlessMaintained(row: AlertRow, scrapeSeconds: number): string {
  const minutes = row.system === "stack" ? undefined : minutesRemembered(row);
  if (minutes === undefined) return "";
  const seen = `${recorded.maintenance}${where({ system: row.system })}[${windowMinutes(minutes, scrapeSeconds)}m]`;
  const unless = (range: string): string => ` unless on (system) max_over_time(${range}) > 0`;
  return `${unless(seen)}${row.measure.kind === "againstLastWeek" ? unless(`${seen} offset 1w`) : ""}`;
}
