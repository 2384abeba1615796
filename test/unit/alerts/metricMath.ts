import { runInNewContext } from "node:vm";
import type { MetricAlarm } from "../../../alerts/cloudwatch";

/** One period's figures by the metric's name (and group or service, where it matters); undefined: none came. */
export type Figures = (metricName: string, stat: string, dimensions: Readonly<Record<string, string>>) => number | undefined;

/** An alarm's value in one period, worked out as metric math does; NaN when a figure is missing that nothing stands in for. */
export function valueOf(alarm: MetricAlarm<string>, figures: Figures, at = new Date(Date.UTC(2026, 10, 23, 10, 0)), before?: Figures): number {
  const asked = alarm.queries.find(({ returnData }) => returnData);
  if (asked === undefined) throw new Error(`${alarm.name} returns nothing`);
  const metrics = alarm.queries.flatMap(({ id, metric }) => (metric === undefined ? [] : [{ id, metric }]));
  const read = (from: Figures): Record<string, number> => Object.fromEntries(metrics.map(({ id, metric }) => [id, from(metric.metricName, metric.stat, metric.dimensions) ?? Number.NaN]));
  const now = read(figures);
  const last = read(before ?? figures);
  const period = metrics[0]?.metric.period ?? 60;
  // DIFF and RATE compare with the period before, so they are handed the metric's name.
  const script = (asked.expression ?? asked.id).replace(/(DIFF|RATE)\((m\d+)\)/g, '$1("$2")').replace(/\bAND\b/g, "&&").replace(/\bOR\b/g, "||");
  return Number(runInNewContext(script, {
    ...now,
    FILL: (value: number, instead: number) => (Number.isNaN(value) ? instead : value),
    IF: (condition: boolean | number, yes: number, no: number) => (condition ? yes : no),
    MAX: (values: number[]) => Math.max(...values),
    DIFF: (id: string) => (now[id] ?? Number.NaN) - (last[id] ?? Number.NaN),
    RATE: (id: string) => ((now[id] ?? Number.NaN) - (last[id] ?? Number.NaN)) / period,
    DAY: () => ((at.getUTCDay() + 6) % 7) + 1,
    HOUR: () => at.getUTCHours(),
    MINUTE: () => at.getUTCMinutes(),
  }));
}

/** On, if it stays like this. */
export function isBeyond({ comparison, missing, threshold }: MetricAlarm<string>, value: number): boolean {
  if (!Number.isFinite(value)) return missing === "breaching";
  return comparison === "GreaterThanThreshold" ? value > threshold : value < threshold;
}
