import type { ActiveAlert, Range } from "../prometheus";

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

/** Every value of it stands for the step that ends there: what fires for seconds only is seen as well. */
export function firedQuery(stepSeconds: number): string {
  return `max_over_time(ALERTS{alertstate="firing"}[${stepSeconds}s])`;
}

/** Series of one alert (several containers, endpoints) are one line of a report. */
export function firedAlerts(ranges: readonly Range[], firing: readonly ActiveAlert[], end: Date, stepSeconds: number): Fired[] {
  const groups = new Map<string, { readonly first: Range; readonly times: Set<number> }>();
  for (const range of ranges) {
    if (unsaid.has(range.labels["severity"] ?? "")) continue;
    const key = keyOf(range.labels);
    const group = groups.get(key) ?? { first: range, times: new Set<number>() };
    for (const time of range.times) group.times.add(time);
    groups.set(key, group);
  }
  const now = new Set(firing.map(({ labels }) => keyOf(labels)));
  return [...groups].map(([key, { first: { labels }, times }]) => ({
    alert: labels["alertname"] ?? "", severity: labels["severity"] ?? "", system: labels["system"] ?? "stack", service: labels["service"],
    episodes: episodes([...times].sort((a, b) => a - b), now.has(key) ? end : undefined, stepSeconds),
  }));
}

export function keyOf({ alertname = "", severity = "", system = "stack", service = "" }: Readonly<Record<string, string>>): string {
  return JSON.stringify([alertname, severity, system, service]);
}

/** @param until when the last one still goes on */
function episodes(times: readonly number[], until: Date | undefined, stepSeconds: number): Episode[] {
  const found: { from: number; to: number }[] = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last !== undefined && time - last.to <= toleratedSteps * stepSeconds) last.to = time;
    else found.push({ from: time - stepSeconds, to: time });
  }
  return found.map(({ from, to }, at) => {
    const ongoing = until !== undefined && at === found.length - 1;
    return { from: new Date(from * 1000), to: ongoing ? until : new Date(to * 1000), ongoing };
  });
}
