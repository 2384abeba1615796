import type { SystemId } from "../../systems";
import { weekdays, type MaintenanceWindow, type Weekday } from "./types";

/** Weekly windows as Alertmanager's time intervals. */

interface TimeInterval {
  readonly name: string;
  readonly time_intervals: readonly { readonly weekdays: readonly Weekday[]; readonly times: readonly { readonly start_time: string; readonly end_time: string }[]; readonly location: string }[];
}

export function maintenanceInterval({ name }: MaintenanceWindow): string {
  return `maintenance-${name}`;
}

/** `stack`: what belongs to no system waits only when everything does. */
export function windowsOf(windows: readonly MaintenanceWindow[], id: SystemId | "stack"): MaintenanceWindow[] {
  return windows.filter(({ systems }) => systems === "all" || (id !== "stack" && systems.includes(id)));
}

export function timeIntervals(windows: readonly MaintenanceWindow[], stackZone: string): TimeInterval[] {
  return windows.map((window) => {
    const { days, from, to } = window;
    const location = window.timeZone ?? stackZone;
    const part = (on: readonly Weekday[], start: string, end: string) => ({ weekdays: on, times: [{ start_time: start, end_time: end }], location });
    // Alertmanager's intervals end with the day.
    const parts = from < to ? [part(days, from, to)] : [part(days, from, "24:00"), ...(to === "00:00" ? [] : [part(days.map(nextDay), "00:00", to)])];
    return { name: maintenanceInterval(window), time_intervals: parts };
  });
}

function nextDay(day: Weekday): Weekday {
  return weekdays[(weekdays.indexOf(day) + 1) % weekdays.length] ?? day;
}
