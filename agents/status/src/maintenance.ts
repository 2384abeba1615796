import type { MaintenanceWindow, StatusConfig } from "./config";
import { clockOf, dayOf, readWeekday, shiftDay, weekdayOf } from "./time";

/** A window as it is announced: on which day, in which time zone. */
export interface Announced {
  readonly name: string;
  readonly systems: MaintenanceWindow["systems"];
  readonly day: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly active: boolean;
}

/** Windows are announced this long ahead; FETMS asks for 48 hours, a weekly one is always in sight. */
const announcedDays = 7;

export function isInMaintenance(config: StatusConfig, system: string, now: Date): boolean {
  return config.maintenance.some((window) => covers(window, system) && startedOn(window, zoneOf(config, window), now) !== undefined);
}

/** What is on now and what comes within a week, soonest first. */
export function announcedMaintenance(config: StatusConfig, now: Date): Announced[] {
  return config.maintenance
    .flatMap((window) => {
      const timeZone = zoneOf(config, window);
      const today = dayOf(now, timeZone);
      const started = startedOn(window, timeZone, now);
      const ahead = Array.from({ length: announcedDays + 1 }, (_, at) => shiftDay(today, at)).filter(
        (day) => isOn(window, day) && (day > today || clockOf(now, timeZone) < window.from),
      );
      const announce = (day: string, active: boolean): Announced => ({
        name: window.name, systems: window.systems, day, from: window.from, to: window.to, timeZone, active,
      });
      return [...(started === undefined ? [] : [announce(started, true)]), ...ahead.slice(0, 1).map((day) => announce(day, false))];
    })
    .sort((a, b) => (`${a.day} ${a.from}` < `${b.day} ${b.from}` ? -1 : 1));
}

function covers(window: MaintenanceWindow, system: string): boolean {
  return window.systems === "all" || window.systems.includes(system);
}

function zoneOf(config: StatusConfig, window: MaintenanceWindow): string {
  return window.timeZone ?? config.timeZone;
}

function isOn(window: MaintenanceWindow, day: string): boolean {
  return window.days.some((name) => readWeekday(name) === weekdayOf(day));
}

/** The day on which the window that is open now began: today, or yesterday for one over midnight. */
function startedOn(window: MaintenanceWindow, timeZone: string, now: Date): string | undefined {
  const today = dayOf(now, timeZone);
  const yesterday = shiftDay(today, -1);
  const time = clockOf(now, timeZone);
  const overMidnight = window.from >= window.to;
  if (isOn(window, today) && time >= window.from && (overMidnight || time < window.to)) return today;
  if (overMidnight && isOn(window, yesterday) && time < window.to) return yesterday;
  return undefined;
}
