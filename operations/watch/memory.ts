/** A container's memory at a moment. */
export interface MemorySample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * A leak grows and goes on growing; what starts up grows and levels off, and load comes and goes. Taken for one: growth by a
 * part of the limit that counts, as straight as a line, no slower in its second half, and at the limit within a day.
 */
const leak = {
  /** Seconds; in less nothing can be told from a start. */
  leastSeconds: 20,
  leastSamples: 6,
  /** Of the limit; within five minutes a start looks much the same, so that more is asked. */
  growth: 0.05,
  growthSoon: 0.15,
  soonSeconds: 300,
  straightness: 0.9,
  /** Slope of the second half against the first. */
  lasting: 0.6,
  withinSeconds: 86_400,
} as const;

export interface Leak {
  readonly bytesPerSecond: number;
  /** Until it has reached its limit. */
  readonly secondsLeft: number;
  readonly growth: number;
}

/** undefined: it doesn't look like one. @param limitBytes undefined: the container may take all there is, and nothing is said */
export function findLeak(samples: readonly MemorySample[], limitBytes: number | undefined): Leak | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || limitBytes === undefined || samples.length < leak.leastSamples) return undefined;
  const seconds = (last.at - first.at) / 1000;
  if (seconds < leak.leastSeconds) return undefined;
  // The start itself counts least.
  const later = samples.filter(({ at }) => at >= first.at + (seconds * 1000) / 4);
  const whole = line(later);
  const half = later.length >> 1;
  const [early, late] = [line(later.slice(0, half + 1)), line(later.slice(half))];
  const growth = (last.bytes - first.bytes) / limitBytes;
  const needed = seconds < leak.soonSeconds ? leak.growthSoon : leak.growth;
  const secondsLeft = whole.slope <= 0 ? Infinity : (limitBytes - last.bytes) / whole.slope;
  const isLeak = growth >= needed && whole.straightness >= leak.straightness && late.slope >= early.slope * leak.lasting && secondsLeft <= leak.withinSeconds;
  return isLeak ? { bytesPerSecond: whole.slope, secondsLeft: Math.max(0, secondsLeft), growth } : undefined;
}

/** The straight line that fits best: bytes a second, and how well it fits, 0-1. */
function line(samples: readonly MemorySample[]): { readonly slope: number; readonly straightness: number } {
  const n = samples.length;
  const start = samples[0]?.at ?? 0;
  const xs = samples.map(({ at }) => (at - start) / 1000);
  const ys = samples.map(({ bytes }) => bytes);
  const [meanX, meanY] = [sum(xs) / n, sum(ys) / n];
  const xy = sum(xs.map((x, i) => (x - meanX) * ((ys[i] ?? 0) - meanY)));
  const xx = sum(xs.map((x) => (x - meanX) ** 2));
  const yy = sum(ys.map((y) => (y - meanY) ** 2));
  if (xx === 0 || yy === 0) return { slope: 0, straightness: 0 };
  return { slope: xy / xx, straightness: xy ** 2 / (xx * yy) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
