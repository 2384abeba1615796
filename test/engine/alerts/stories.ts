import type { AlertRow, Severity } from "../../../alerts";
import { alertName } from "../../../alerts/prometheus";
import { levelOf } from "../../../alerts/severities";
import { minutesOf } from "../../../alerts/thresholds";
import { inBaseUnit, readLimit, severitiesOf } from "../../../alerts/units";
import { signalsOf, type Amount, type Signals } from "./signals";

/** What happens, and when the alert must be on or off. Times in minutes. */
export interface Story {
  readonly name: string;
  readonly row: AlertRow;
  readonly severity: Severity;
  readonly stepMinutes: number;
  readonly phases: readonly { readonly minutes: number; readonly signals: Signals }[];
  readonly checks: readonly Check[];
}

interface Check {
  /** A multiple of the step: between two, Prometheus would say what was. */
  readonly at: number;
  readonly on: boolean;
  readonly why: string;
  /** For so many minutes it has looked back, it was pending for exactly so many steps. */
  readonly pending?: { readonly minutes: number; readonly steps: number };
}

/** Every story of one alert: its whole life; what is too little traffic to say; what is absent altogether. */
export function storiesOf(row: AlertRow): Story[] {
  return severitiesOf(row.limit).flatMap((severity) => [life(row, severity), ...quiet(row, severity), ...gone(row, severity)]);
}

/** Fine but near the threshold; beyond it; fine again. */
function life(row: AlertRow, severity: Severity): Story {
  const wait = minutesOf(row, severity);
  const { measure } = row;
  const name = `${row.system} ${row.id} ${severity}: is on beyond its threshold, after its time, and not just before it`;
  const common = { name, row, severity };
  if (measure.kind === "alwaysOn") return { ...common, stepMinutes: 1, phases: [{ minutes: 5, signals: {} }], checks: [{ at: 0, on: true, why: "always" }, { at: 4, on: true, why: "always" }] };
  if (measure.kind === "burnRate") return burning(row, severity, common);
  const stepMinutes = slow(row) ? 10 : 1;
  // Until a window holds nothing of what was before.
  const whole = (minutes: number): number => Math.ceil(minutes / stepMinutes) * stepMinutes;
  const settled = whole(settledMinutes(row)) + 2 * stepMinutes;
  const before = whole(startMinutes(row)) + settled + whole(wait) + 2 * stepMinutes;
  const during = settled + whole(wait) + 3 * stepMinutes;
  const after = settled + whole(6) + 2 * stepMinutes;
  return {
    ...common, stepMinutes,
    phases: [
      ...(measure.kind === "againstLastWeek" ? [{ minutes: week, signals: signalsOf(row, 1) }] : []),
      { minutes: before, signals: signalsOf(row, near(row, severity, "inside")) },
      { minutes: during, signals: signalsOf(row, near(row, severity, "beyond")) },
      { minutes: after, signals: signalsOf(row, near(row, severity, "inside")) },
    ],
    checks: shifted(measure.kind === "againstLastWeek" ? week : 0, [
      { at: before - stepMinutes, on: false, why: "just inside the threshold" },
      // An event that happens is there at once; everything else has to last.
      ...(wait === 0 ? [] : [{ at: before + whole(wait) - stepMinutes, on: false, why: "beyond it, but not for long enough" }]),
      { at: before + during - stepMinutes, on: true, why: "beyond it for long enough", pending: { minutes: during, steps: whole(wait) / stepMinutes } },
      { at: before + during + after - stepMinutes, on: false, why: "inside again" },
    ]),
  };
}

const week = 7 * 1440;

const shifted = (by: number, checks: Story["checks"]): Story["checks"] => checks.map((check) => ({ ...check, at: check.at + by }));

/** SMS's throughput counts from 08:00 on; tests begin on Thursday, 1 January 1970 at midnight. */
function startMinutes(row: AlertRow): number {
  return row.onlyInExpectedLoad ? 8 * 60 + 5 : 0;
}

function slow({ measure }: AlertRow): boolean {
  return measure.kind === "againstLastWeek" || measure.kind === "diskForecast";
}

/** Minutes until a window holds nothing of what was before. A series that ends is seen for five more. */
function settledMinutes({ measure }: AlertRow): number {
  if ("windowMinutes" in measure) return measure.windowMinutes ?? 0;
  if (measure.kind === "againstLastWeek") return 60;
  if (measure.kind === "diskForecast") return measure.fromHours * 60;
  return ["responseTime", "throughput", "containerUse", "hostUse", "familiesMissing", "stillOpen"].includes(measure.kind) ? 5 : 0;
}

/** A little to either side of the threshold; a whole one, where things are counted. */
export function near(row: AlertRow, severity: Severity, side: "inside" | "beyond"): number {
  const { direction, unit, thresholds } = readLimit(row.limit);
  const threshold = inBaseUnit(thresholds[severity] ?? 0, unit);
  const up = (direction === "above") === (side === "beyond");
  if (unit === "Count") {
    // "More than 2" is 3, "less than 2" is 1; 2 itself is inside.
    const beyond = threshold + (row.measure.kind === "restarts" ? 2 : 1) * (up ? 1 : -1);
    const whole = side === "inside" ? threshold : beyond;
    // Of what happens evenly, Prometheus reckons a little more or less than was.
    return row.measure.kind === "increase" ? whole * (up ? 1.02 : 0.98) : whole;
  }
  // A trend is looked at over hours, in which it changes a little.
  const little = row.measure.kind === "diskForecast" ? 0.1 : 0.02;
  return threshold * (up ? 1 + little : 1 - little);
}

/** Windows of days: so it is from the beginning, and the short window ends it. */
function burning(row: AlertRow, severity: Severity, common: Pick<Story, "name" | "row" | "severity">): Story {
  if (row.measure.kind !== "burnRate") throw new Error(`${row.id} is no budget`);
  const { shortMinutes } = row.measure;
  const wait = minutesOf(row, severity);
  const bad = 30 + wait;
  return {
    ...common, stepMinutes: 1,
    phases: [{ minutes: bad, signals: signalsOf(row, near(row, severity, "beyond")) }, { minutes: shortMinutes + 5, signals: signalsOf(row, 0) }],
    checks: [
      { at: wait - 1, on: false, why: "not for long enough" },
      { at: bad - 1, on: true, why: "both windows are beyond it", pending: { minutes: bad, steps: wait } },
      { at: bad + shortMinutes + 3, on: false, why: "the short window is fine again, whatever the long one says" },
    ],
  };
}

/** As bad as can be, with a visitor now and then. */
function quiet(row: AlertRow, severity: Severity): Story[] {
  const { measure, minimum } = row;
  const name = `${row.system} ${row.id} ${severity}`;
  const wait = minutesOf(row, severity);
  const windowMinutes = quietWindow(row);
  if (measure.kind === "burnRate") {
    const inside = { name: `${name}: says nothing just inside its threshold`, row, severity, stepMinutes: 1, phases: [{ minutes: 40, signals: signalsOf(row, near(row, severity, "inside")) }], checks: [{ at: 39, on: false, why: "just inside" }] };
    if (minimum === undefined) return [inside];
    const lonely = { name: `${name}: one bad request at night wakes nobody`, row, severity, stepMinutes: 1, phases: [{ minutes: 40, signals: signalsOf(row, worst(row), 1 / 60) }], checks: [{ at: 39, on: false, why: "one request an hour" }] };
    return [inside, lonely];
  }
  if (minimum === undefined || windowMinutes === undefined) return [];
  const stepMinutes = slow(row) ? 10 : 1;
  const minutes = Math.ceil((settledMinutes(row) + wait) / stepMinutes + 10) * stepMinutes;
  const requests = 1 / windowMinutes;
  const before = measure.kind === "againstLastWeek" ? [{ minutes: week, signals: signalsOf(row, 1, requests) }] : [];
  return [{
    name: `${name}: one bad request at night wakes nobody`, row, severity, stepMinutes,
    phases: [...before, { minutes, signals: signalsOf(row, worst(row), requests) }],
    checks: shifted(before.length * week, [minutes - 4 * stepMinutes, minutes - stepMinutes].map((at) => ({ at, on: false, why: "one request in the window" }))),
  }];
}

function quietWindow({ measure }: AlertRow): number | undefined {
  return measure.kind === "errorShare" || measure.kind === "logSilent" ? measure.windowMinutes : measure.kind === "share" ? measure.windowMinutes : measure.kind === "responseTime" ? 5 : measure.kind === "againstLastWeek" ? 60 : undefined;
}

function worst({ measure, limit }: AlertRow): number {
  const above = readLimit(limit).direction === "above";
  if (measure.kind === "burnRate") return 20;
  if (measure.kind === "responseTime") return 9;
  if (measure.kind === "againstLastWeek") return above ? 10 : 0.01;
  return above ? 1 : 0;
}

/** Targets of which nothing is known at all; an agent that has never done what it should. */
function gone(row: AlertRow, severity: Severity): Story[] {
  const wait = minutesOf(row, severity);
  const { measure } = row;
  const name = `${row.system} ${row.id} ${severity}`;
  if (measure.kind === "increase" && measure.bornWithFirst && readLimit(row.limit).thresholds[severity] === 0) {
    const { windowMinutes } = measure;
    const nothing = signalsOf(row, 0);
    const once = Object.fromEntries(Object.keys(signalsOf(row, 1)).map((series): [string, Amount] => [series, { kind: "gauge", value: 1 }]));
    return [{
      name: `${name}: notices the very first one, whose series appears with it`, row, severity, stepMinutes: 1,
      phases: [{ minutes: windowMinutes + 5, signals: nothing }, { minutes: windowMinutes + 5, signals: once }],
      checks: [{ at: windowMinutes + 4, on: false, why: "none yet" }, { at: windowMinutes + 6 + wait, on: true, why: "one" }, { at: 2 * windowMinutes + 9, on: false, why: "no other" }],
    }];
  }
  if (measure.kind === "targets") {
    return [{ name: `${name}: is on when nothing is known of the target`, row, severity, stepMinutes: 1, phases: [{ minutes: wait + 2, signals: {} }], checks: [{ at: wait + 1, on: true, why: "there is no series" }] }];
  }
  if (measure.kind === "throughput") {
    const up = Object.fromEntries(Object.entries(signalsOf(row, 0)).filter(([series]) => series.startsWith("up")));
    const start = startMinutes(row);
    return [
      { name: `${name}: is on when nobody asks for anything at all`, row, severity, stepMinutes: 1, phases: [{ minutes: start + wait + 20, signals: up }], checks: [{ at: start - 6, on: false, why: "at night" }, { at: start + wait + 10, on: true, why: "there is no series, in the hours of work" }] },
      { name: `${name}: says nothing when nobody counts`, row, severity, stepMinutes: 1, phases: [{ minutes: start + wait + 20, signals: {} }], checks: [{ at: start + wait + 10, on: false, why: "mtail is away, which is another alert" }] },
    ];
  }
  if (measure.kind === "age" && readLimit(row.limit).direction === "above") {
    const { unit, thresholds } = readLimit(row.limit);
    const minutes = inBaseUnit(thresholds[severity] ?? 0, unit) / 60;
    const step = 30;
    const labels = row.system === "stack" ? 'job="status"' : `job="backup",system="${row.system}"`;
    const up = `up{${labels},instance="there"}`;
    const away = Object.fromEntries(Object.keys(signalsOf(row, 0)).map((series): [string, Amount] => [series, { kind: "absent" }]));
    return [{
      name: `${name}: says nothing while nobody reads its agent for three hours`, row, severity, stepMinutes: step,
      phases: [{ minutes: minutes + 5 * step, signals: { ...signalsOf(row, 3600), [up]: { kind: "gauge", value: 1 } } }, { minutes: 180, signals: { ...away, [up]: { kind: "gauge", value: 0 } } }],
      checks: [{ at: minutes + 5 * step + 150, on: false, why: "it was done, and not long ago" }],
    }, {
      name: `${name}: is on when it has never happened`, row, severity, stepMinutes: step,
      phases: [{ minutes: minutes + wait + 5 * step, signals: { [up]: { kind: "gauge", value: 1 } } }],
      checks: [{ at: minutes - step, on: false, why: "there is still time" }, { at: minutes + 3 * step, on: true, why: "since the agent came" }],
    }];
  }
  if (measure.kind === "diskForecast") {
    const full = signalsOf(row, near(row, severity, "beyond"));
    const half = Object.fromEntries(Object.entries(full).map(([series, amount]): [string, Amount] => [series, amount.kind === "shrinks" ? { ...amount, from: 0.9e12 } : amount]));
    return [{ name: `${name}: says nothing of a disk that is nearly empty`, row, severity, stepMinutes: 10, phases: [{ minutes: 600, signals: half }], checks: [{ at: 590, on: false, why: "a tenth is used" }] }];
  }
  return [];
}

/** Labels that everybody downstream relies on. */
export function labelsOf({ row, severity }: Story): Record<string, string> {
  const common = { alertname: alertName(row.id), system: row.system };
  if (row.measure.kind === "alwaysOn") return { ...common, severity: "none", class: row.class, topic: row.topic };
  const level = row.levels?.[severity] ?? levelOf(row.system, severity);
  // A ticket that became a page stays what it was about.
  return row.measure.kind === "stillOpen"
    ? { ...common, severity, level, class: "errors", topic: "errors-5xx", service: "backend" }
    : { ...common, severity, level, class: row.class, topic: row.topic };
}

