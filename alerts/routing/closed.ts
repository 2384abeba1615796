import type { SystemId } from "../../systems";
import type { ClosedTime } from "./types";

/**
 * Times at which systems are closed, as Alertmanager's time intervals: exact to the minute however far off, as each is
 * put together from parts of days, days, months and years. It has no other word for "from this date to that one".
 */

/** One part: all of its fields hold. Lists are Alertmanager's: both ends belong to a range. */
export interface DatedInterval {
  readonly years?: readonly string[];
  readonly months?: readonly string[];
  readonly days_of_month?: readonly string[];
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly location: "UTC";
}

/** `closed from 2026-11-22T02:00Z until 2026-11-22T04:00Z`: systems that are closed together share it. */
export function closedInterval({ from, until }: Pick<ClosedTime, "from" | "until">): string {
  return ["closed", ...(from === undefined ? [] : [`from ${minute(from)}`]), ...(until === undefined ? [] : [`until ${minute(until)}`])].join(" ");
}

/** `stack`: what belongs to no system waits only when everything does. */
export function closedOf(times: readonly ClosedTime[], id: SystemId | "stack"): string[] {
  return [...new Set(times.filter(({ system }) => system === id).map(closedInterval))];
}

export function closedIntervals(times: readonly ClosedTime[]): { readonly name: string; readonly time_intervals: readonly DatedInterval[] }[] {
  const byName = new Map(times.map((time) => [closedInterval(time), time]));
  return [...byName].map(([name, { from, until }]) => ({ name, time_intervals: intervalsBetween(from, until) }));
}

const minute = (instant: string): string => `${instant.slice(0, 16)}Z`;

/** Long before and after anything that this program will see. */
const start = "2000-01-01T00:00:00.000Z";
const end = "3000-01-01T00:00:00.000Z";

export function intervalsBetween(from = start, until = end): DatedInterval[] {
  const [first, last] = [dayOf(from), dayOf(until)];
  const [fromClock, untilClock] = [from.slice(11, 16), until.slice(11, 16)];
  if (from >= until) return [];
  if (first === last) return [part(first, fromClock, untilClock)];
  const beginsWhole = fromClock === "00:00";
  return [
    ...(beginsWhole ? [] : [part(first, fromClock, "24:00")]),
    ...wholeDays(beginsWhole ? first : nextDay(first), last),
    ...(untilClock === "00:00" ? [] : [part(last, "00:00", untilClock)]),
  ];
}

const location = "UTC" as const;

function part(day: string, start_time: string, end_time: string): DatedInterval {
  const { year, month, date } = partsOf(day);
  return { years: [String(year)], months: [String(month)], days_of_month: [String(date)], times: [{ start_time, end_time }], location };
}

/** From one day to the day before another: days of a month, months of a year, years. */
function wholeDays(first: string, beyond: string): DatedInterval[] {
  if (first >= beyond) return [];
  const from = partsOf(first);
  const to = partsOf(beyond);
  const days = (year: number, month: number, a: number, b: number): DatedInterval[] => (a > b ? [] : [{ years: [String(year)], months: [String(month)], days_of_month: [range(a, b)], location }]);
  const months = (year: number, a: number, b: number): DatedInterval[] => (a > b ? [] : [{ years: [String(year)], months: [range(a, b)], location }]);
  const years = (a: number, b: number): DatedInterval[] => (a > b ? [] : [{ years: [range(a, b)], location }]);
  if (from.year === to.year && from.month === to.month) return days(from.year, from.month, from.date, to.date - 1);
  // The first month from its first day on is a whole one.
  const wholeMonth = from.date === 1 ? from.month : from.month + 1;
  const head = from.date === 1 ? [] : days(from.year, from.month, from.date, lastDateOf(from.year, from.month));
  const tail = days(to.year, to.month, 1, to.date - 1);
  if (from.year === to.year) return [...head, ...months(from.year, wholeMonth, to.month - 1), ...tail];
  const wholeYear = wholeMonth === 1 ? from.year : from.year + 1;
  return [...head, ...(wholeMonth === 1 ? [] : months(from.year, wholeMonth, 12)), ...years(wholeYear, to.year - 1), ...months(to.year, 1, to.month - 1), ...tail];
}

const range = (a: number, b: number): string => (a === b ? String(a) : `${a}:${b}`);
const dayOf = (instant: string): string => instant.slice(0, 10);
const nextDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
const lastDateOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

function partsOf(day: string): { readonly year: number; readonly month: number; readonly date: number } {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { year, month, date };
}
