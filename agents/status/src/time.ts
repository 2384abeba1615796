/** Days and clock times as people in a time zone see them; days are texts, "2026-11-21". */

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let found = formatters.get(timeZone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone, hourCycle: "h23", weekday: "short", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    formatters.set(timeZone, found);
  }
  return found;
}

function parts(date: Date, timeZone: string): Record<Intl.DateTimeFormatPartTypes, string> {
  return Object.fromEntries(formatter(timeZone).formatToParts(date).map(({ type, value }) => [type, value])) as Record<Intl.DateTimeFormatPartTypes, string>;
}

export function isTimeZone(name: string): boolean {
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

export function dayOf(date: Date, timeZone: string): string {
  const { year, month, day } = parts(date, timeZone);
  return `${year}-${month}-${day}`;
}

/** "08:00" */
export function clockOf(date: Date, timeZone: string): string {
  const { hour, minute } = parts(date, timeZone);
  return `${hour}:${minute}`;
}

/** "2026-11-21 08:00" */
export function stampOf(date: Date, timeZone: string): string {
  return `${dayOf(date, timeZone)} ${clockOf(date, timeZone)}`;
}

/** Calendar arithmetic: a day of 23 or 25 hours is one day as well. */
export function shiftDay(day: string, by: number): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

/** The last `count` days, oldest first, `day` included. */
export function daysUntil(day: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => shiftDay(day, at - count + 1));
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Weekday = (typeof weekdays)[number];

export function weekdayOf(day: string): Weekday {
  return weekdays[new Date(`${day}T12:00:00Z`).getUTCDay()] ?? "sun";
}

/** "Sunday", "sun", "Sun": the first three letters decide. */
export function readWeekday(name: string): Weekday | undefined {
  return weekdays.find((weekday) => weekday === name.slice(0, 3).toLowerCase());
}

/** "21 Nov" */
export function shortDay(day: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" }).format(new Date(`${day}T12:00:00Z`));
}

/** "under a minute", "21 min", "3 h 5 min", "2 d 4 h" */
export function spanOf(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
