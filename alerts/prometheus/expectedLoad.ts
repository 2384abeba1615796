import { systems, type ExpectedLoad, type SystemId } from "../../systems";
import { recorded, type RecordingRule } from "./recording";

const firstYear = 2026;
const years = 12;
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** Hours in which people work with a system, as 0 or 1. Prometheus knows UTC only, so the zone's changes of clock are written out. */
export function expectedLoadRules(system: SystemId, timeZone: string, own?: ExpectedLoad | false): RecordingRule[] {
  const expectedLoad = own ?? systems[system].expectedLoad;
  if (expectedLoad === undefined) return [];
  if (expectedLoad === false) return [{ record: recorded.expectedLoad, labels: { system }, expr: "vector(0)" }];
  const local = `${recorded.localTime}{system="${system}"}`;
  const ofDay = `${local} % 86400`;
  const day = expectedLoad.days.map((name) => `(day_of_week(${local}) == bool ${days.indexOf(name)})`).join(" + ");
  return [
    { record: recorded.localTime, labels: { system }, expr: localTime(timeZone) },
    {
      record: recorded.expectedLoad,
      expr: `(${ofDay} >= bool ${secondsOfDay(expectedLoad.from)}) * (${ofDay} < bool ${secondsOfDay(expectedLoad.to)}) * (${day})`,
    },
  ];
}

/** Seconds since 1970 as a clock on the wall counts them. */
export function localTime(timeZone: string): string {
  return `vector(time()${offsets(timeZone).map(({ from, seconds }) => offsetTerm(from, seconds)).join("")})`;
}

function offsetTerm(from: number | undefined, seconds: number): string {
  if (seconds === 0) return "";
  const amount = `${seconds > 0 ? "+" : "-"} ${Math.abs(seconds)}`;
  return from === undefined ? ` ${amount}` : ` ${amount} * (time() >= bool ${from})`;
}

export function secondsOfDay(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 3600 + minutes * 60;
}

interface Change {
  /** Seconds since 1970; absent: from the start. */
  readonly from?: number;
  /** What is added then. */
  readonly seconds: number;
}

/** A zone's offset from UTC, and each change of it: the text stays the same until somebody changes the law. */
function offsets(timeZone: string): Change[] {
  const at = offsetReader(timeZone);
  const start = Date.UTC(firstYear, 0, 1) / 1000;
  const end = Date.UTC(firstYear + years, 0, 1) / 1000;
  const changes: Change[] = [{ seconds: at(start) }];
  const step = 14 * 86_400;
  for (let from = start; from < end; from += step) {
    const [before, after] = [at(from), at(from + step)];
    if (before === after) continue;
    let [low, high] = [from, from + step];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ from: high, seconds: after - before });
  }
  return changes;
}

function offsetReader(timeZone: string): (seconds: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  return (seconds) => {
    const parts = Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - seconds;
  };
}
