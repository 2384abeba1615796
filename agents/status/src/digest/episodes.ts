import type { Range } from "../prometheus";

/** An alert of a system or service, with the times at which it fired. */
export interface Fired {
  readonly alert: string;
  readonly severity: string;
  readonly system: string;
  readonly service: string | undefined;
  readonly episodes: readonly Episode[];
}

export interface Episode {
  readonly from: Date;
  readonly to: Date;
  /** It still fires at the end of the period. */
  readonly ongoing: boolean;
}

/** A restart of Prometheus leaves a hole; it does not make two alerts of one. */
const toleratedSteps = 5;

/** Watchdogs always fire, and notices are ours. */
const unsaid = new Set(["none", "notice", ""]);

/** Series of one alert (several containers, endpoints) are one line of a report. */
export function firedAlerts(ranges: readonly Range[], end: Date, stepSeconds: number): Fired[] {
  const groups = new Map<string, { readonly first: Range; readonly times: Set<number> }>();
  for (const range of ranges) {
    const { alertname = "", severity = "", system = "stack", service = "" } = range.labels;
    if (unsaid.has(severity)) continue;
    const key = JSON.stringify([alertname, severity, system, service]);
    const group = groups.get(key) ?? { first: range, times: new Set<number>() };
    for (const time of range.times) group.times.add(time);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first: { labels }, times }) => ({
    alert: labels["alertname"] ?? "", severity: labels["severity"] ?? "", system: labels["system"] ?? "stack", service: labels["service"],
    episodes: episodes([...times].sort((a, b) => a - b), end, stepSeconds),
  }));
}

function episodes(times: readonly number[], end: Date, stepSeconds: number): Episode[] {
  const found: { from: number; to: number }[] = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last !== undefined && time - last.to <= toleratedSteps * stepSeconds) last.to = time;
    else found.push({ from: time, to: time });
  }
  const until = end.getTime() / 1000;
  // The last value seen stands for the step after it.
  return found.map(({ from, to }) => ({ from: new Date(from * 1000), to: new Date(Math.min(to + stepSeconds, until) * 1000), ongoing: until - to < 2 * stepSeconds }));
}
