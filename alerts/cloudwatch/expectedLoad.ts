import type { ExpectedLoad } from "../../systems";

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const dayMinutes = 1440;
const weekMinutes = 7 * dayMinutes;

/**
 * A condition of metric math that holds in the hours of load. CloudWatch knows UTC and no clock that is changed in spring: what is
 * left are the hours that are hours of load in winter and in summer alike, one less a day where clocks change.
 * @param series any metric of the alarm: it carries the time
 */
export function expectedLoadCondition(load: ExpectedLoad, timeZone: string, series: string): string {
  const inLoad = offsets(timeZone).map((offset) => minutesOfWeek(load, offset));
  const parts = days.map((_, day) => rangesOf(day, (minute) => inLoad.every((each) => each.has(minute))));
  const byRange = new Map<string, number[]>();
  parts.forEach((ranges, day) => ranges.forEach(([from, to]) => byRange.set(`${from} ${to}`, [...(byRange.get(`${from} ${to}`) ?? []), day + 1])));
  const clock = `HOUR(${series}) * 60 + MINUTE(${series})`;
  const clauses = [...byRange].map(([range, on]) => {
    const [from = "0", to = "0"] = range.split(" ");
    return `((${on.map((day) => `DAY(${series}) == ${day}`).join(" OR ")}) AND ${clock} >= ${from} AND ${clock} < ${to})`;
  });
  // Hours that winter and summer share none of: none.
  return clauses.length === 0 ? "0" : clauses.join(" OR ");
}

/** Minutes ahead of UTC, in January and in July. */
function offsets(timeZone: string): number[] {
  return [...new Set([0, 6].map((month) => {
    const instant = new Date(Date.UTC(2026, month, 15, 12));
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(instant);
    const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
    return (of("day") - 15) * dayMinutes + of("hour") * 60 + of("minute") - 12 * 60;
  }))];
}

function minutesOfWeek({ days: on, from, to }: ExpectedLoad, offset: number): ReadonlySet<number> {
  const minutes = new Set<number>();
  for (const day of on) {
    const start = days.indexOf(day) * dayMinutes - offset;
    for (let minute = minuteOf(from); minute < minuteOf(to); minute++) minutes.add((start + minute + weekMinutes) % weekMinutes);
  }
  return minutes;
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

function rangesOf(day: number, isIn: (minute: number) => boolean): [number, number][] {
  const ranges: [number, number][] = [];
  for (let minute = 0; minute < dayMinutes; minute++) {
    if (!isIn(day * dayMinutes + minute)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === minute) last[1] = minute + 1;
    else ranges.push([minute, minute + 1]);
  }
  return ranges;
}
