import type { ServiceName } from "../../systems";

/** Requests of one service, counted since some moment. */
export interface Counts {
  readonly requests: number;
  /** Answered with 5xx. */
  readonly failed: number;
  /** undefined: nobody measures them. */
  readonly times: Times | undefined;
}

/** How long requests took: all together, and how many at most so long. */
export interface Times {
  readonly seconds: number;
  /** By upper bound in seconds, rising, the last one Infinity; each holds those before it. */
  readonly within: readonly (readonly [bound: number, requests: number])[];
}

/** By service and slot, see `keyOf`. */
export type Figures = ReadonlyMap<string, Counts>;

export const services = ["backend", "frontend"] as const satisfies readonly ServiceName[];

/** Both slots together. */
export const bothSlots = "*";

export function keyOf(service: string, slot: string = bothSlots): string {
  return `${service} ${slot}`;
}

export const nothing: Counts = { requests: 0, failed: 0, times: undefined };

/** What was counted between two readings. A counter that fell began anew: all it has came after that. */
export function between(then: Figures, now: Figures): Figures {
  return new Map([...now].map(([key, counts]) => [key, less(counts, then.get(key) ?? nothing)]));
}

function less(now: Counts, then: Counts): Counts {
  if (now.requests < then.requests || now.failed < then.failed) return now;
  const earlier = new Map(then.times?.within ?? []);
  const times: Times | undefined = now.times === undefined ? undefined : {
    seconds: Math.max(0, now.times.seconds - (then.times?.seconds ?? 0)),
    within: now.times.within.map(([bound, count]) => [bound, Math.max(0, count - (earlier.get(bound) ?? 0))]),
  };
  return { requests: now.requests - then.requests, failed: now.failed - then.failed, times };
}

export function add(a: Counts, b: Counts): Counts {
  const times = a.times === undefined ? b.times : b.times === undefined ? a.times : addTimes(a.times, b.times);
  return { requests: a.requests + b.requests, failed: a.failed + b.failed, times };
}

function addTimes(a: Times, b: Times): Times {
  const other = new Map(b.within);
  return { seconds: a.seconds + b.seconds, within: a.within.map(([bound, count]) => [bound, count + (other.get(bound) ?? 0)]) };
}

export function failedShare({ failed, requests }: Counts): number {
  return requests === 0 ? 0 : failed / requests;
}

/**
 * Milliseconds within which this part of the requests was answered, as Prometheus's histogram_quantile finds it: evenly
 * spread within a bound. Beyond the last bound: that bound.
 */
export function quantileMs(times: Times, part: number): number | undefined {
  const total = count(times);
  if (total === 0) return undefined;
  const rank = part * total;
  let lower = 0;
  let below = 0;
  for (const [bound, requests] of times.within) {
    if (requests >= rank) {
      if (bound === Infinity) return lower * 1000;
      return (lower + ((bound - lower) * (rank - below)) / Math.max(1, requests - below)) * 1000;
    }
    lower = bound;
    below = requests;
  }
  return lower * 1000;
}

export function meanMs(times: Times): number | undefined {
  const total = count(times);
  return total === 0 ? undefined : (times.seconds / total) * 1000;
}

/** How many were timed: not WebSockets, nor what waits on purpose. */
export function timed({ times }: Counts): number {
  return times === undefined ? 0 : count(times);
}

function count({ within }: Times): number {
  return within.at(-1)?.[1] ?? 0;
}
