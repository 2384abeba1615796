import type { MaintenanceWindow } from "../../alerts/routing/types";
import { checkInstant } from "../../config/instants";
import { Problem, usageExitCode } from "../problem";

/** Moments as people give and read them, in the stack's time zone; all are whole minutes. */

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const momentForms = "a time such as 2026-11-22T02:00Z, 2026-11-22 02:00 (in the stack's time zone) or 02:00 (the next one)";

/** @returns undefined when it is none of the forms */
export function readMoment(text: string, timeZone: string, now: Date): Date | undefined {
  if (checkInstant(text) === true) return new Date(text);
  const [, day, clock] = /^(\d{4}-\d\d-\d\d)[ T]([01]\d:[0-5]\d|2[0-3]:[0-5]\d)$/.exec(text) ?? [];
  if (day !== undefined && clock !== undefined) return Number.isNaN(Date.parse(day)) ? undefined : zoned(day, clock, timeZone);
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return undefined;
  const today = dayOf(now, timeZone);
  const at = zoned(today, text, timeZone);
  return at > now ? at : zoned(shiftDay(today, 1), text, timeZone);
}

/** Of an option. @throws Problem when it is none of the forms */
export function momentOption(name: string, text: string, timeZone: string, now: Date): Date {
  const at = readMoment(text, timeZone, now);
  if (at === undefined) throw new Problem(`${name} is ${text}: use ${momentForms}`, [], usageExitCode);
  return at;
}

/** The moment at which a clock in this zone shows this. Where it is put forward over it, the hour after; where it is put back, the first of both. */
export function zoned(day: string, clock: string, timeZone: string): Date {
  const wall = Date.parse(`${day}T${clock}:00Z`);
  const offsetAt = (ms: number): number => wallOf(new Date(ms), timeZone) - ms;
  // Of two offsets around a change of clock, the one that shows it.
  for (const offset of [offsetAt(wall - dayMs), offsetAt(wall + dayMs)]) if (offsetAt(wall - offset) === offset) return new Date(wall - offset);
  return new Date(wall - offsetAt(wall - dayMs));
}

/** What clocks in this zone show, as if it were UTC. */
function wallOf(date: Date, timeZone: string): number {
  const { clock, day } = partsOf(date, timeZone);
  return Date.parse(`${day}T${clock}:00Z`) + (date.getTime() % minuteMs);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(date: Date, timeZone: string): { readonly day: string; readonly clock: string; readonly weekday: string } {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", weekday: "long", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  return { day: `${parts["year"]}-${parts["month"]}-${parts["day"]}`, clock: `${parts["hour"]}:${parts["minute"]}`, weekday: (parts["weekday"] ?? "").toLowerCase() };
}

export const dayOf = (date: Date, timeZone: string): string => partsOf(date, timeZone).day;

export function shiftDay(day: string, by: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + by * dayMs).toISOString().slice(0, 10);
}

/** `Sunday 2026-11-22 02:00 (Europe/Berlin)` */
export function momentText(date: Date, timeZone: string): string {
  const { clock, day, weekday } = partsOf(date, timeZone);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)} ${day} ${clock} (${timeZone})`;
}

/** `2026-11-22T02:00Z`: as a stack file has it; without seconds YAML takes it for the text that it is. */
export function instantText(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

export const floorToMinute = (date: Date): Date => new Date(Math.floor(date.getTime() / minuteMs) * minuteMs);
export const ceilToMinute = (date: Date): Date => new Date(Math.ceil(date.getTime() / minuteMs) * minuteMs);

export interface Occurrence {
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
}

/** When a weekly window begins next, at this moment or after it. */
export function nextOccurrence(window: MaintenanceWindow, stackZone: string, earliest: Date): Occurrence {
  const zone = window.timeZone ?? stackZone;
  const first = dayOf(earliest, zone);
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const day = shiftDay(first, ahead);
    const from = zoned(day, window.from, zone);
    if (from < earliest || !window.days.some((name) => name === partsOf(new Date(`${day}T12:00:00Z`), "UTC").weekday)) continue;
    const overMidnight = window.to <= window.from;
    const until = window.to === "24:00" ? zoned(shiftDay(day, 1), "00:00", zone) : zoned(overMidnight ? shiftDay(day, 1) : day, window.to, zone);
    return { name: window.name, from, until };
  }
  throw new Error(`the window ${window.name} has no day of the week`);
}
