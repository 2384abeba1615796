import { severities, type Bound, type BySeverity, type Limit, type Severity, type Unit } from "./types";

/** A limit in parts. */
export interface ReadLimit {
  readonly direction: "above" | "below";
  readonly unit: Unit;
  readonly thresholds: BySeverity<number>;
}

/** A limit has one key, `abovePercent`, of the two parts that its type puts together: the compiler takes neither apart, nor joins them. */
export function readLimit(limit: Limit): ReadLimit {
  const [[bound, thresholds]] = Object.entries(limit) as [[Bound, BySeverity<number>]];
  const direction = bound.startsWith("above") ? "above" : "below";
  return { direction, unit: bound.slice(direction.length) as Unit, thresholds };
}

/** The way back; the cast is the same. */
export function writeLimit({ direction, unit, thresholds }: ReadLimit): Limit {
  return { [`${direction}${unit}`]: thresholds } as unknown as Limit;
}

/** Severities that have a threshold, rising. */
export function severitiesOf(limit: Limit): Severity[] {
  const { thresholds } = readLimit(limit);
  return severities.filter((severity) => thresholds[severity] !== undefined);
}

interface UnitFacts {
  /** One of it in what measures are kept in: a share of 1, seconds. */
  readonly base: number;
  /** Allowed thresholds, and the same in words. */
  readonly least: number;
  readonly most: number;
  readonly text: (value: number) => string;
}

const plain = (value: number): string => String(Math.round(value * 1000) / 1000);

export const units: Readonly<Record<Unit, UnitFacts>> = {
  Percent: { base: 0.01, least: 0, most: 100, text: (value) => `${plain(value)} %` },
  // The edge's histogram ends at 10 s: what is above can't be told apart.
  Milliseconds: { base: 0.001, least: 1, most: 9999, text: (value) => (value >= 1000 ? `${plain(value / 1000)} s` : `${plain(value)} ms`) },
  Seconds: { base: 1, least: 0.001, most: 86_400, text: (value) => `${plain(value)} s` },
  Hours: { base: 3600, least: 0.1, most: 8760, text: (value) => `${plain(value)} h` },
  Days: { base: 86_400, least: 0.5, most: 365, text: (value) => `${plain(value)} days` },
  PerSecond: { base: 1, least: 0, most: 1e6, text: (value) => `${plain(value)} a second` },
  PerMinute: { base: 1, least: 0, most: 1e6, text: (value) => `${plain(value)} a minute` },
  Count: { base: 1, least: 0, most: 1e9, text: plain },
  Times: { base: 1, least: 0.01, most: 1000, text: (value) => `${plain(value)} times` },
};

/** Without the noise of floating point: 0.07, not 0.07000000000000001. */
export function inBaseUnit(value: number, unit: Unit): number {
  return Number((value * units[unit].base).toPrecision(12));
}
