import type { SystemId } from "../../systems";
import { applicationMetrics } from "./applications";
import { databaseMetrics } from "./databases";
import { edgeMetrics } from "./edge";
import { machineMetrics } from "./machine";
import { ownMetrics } from "./own";
import type { Metric } from "./types";

export { businessMetrics } from "./applications";
export { edgeBuckets } from "./edge";
export type { Job, Metric, MetricUnit, Only } from "./types";

/** Every metric that a rule or a panel may name; tests hold both to it, and it to the real exporters. */
export const metrics: readonly Metric[] = [...edgeMetrics, ...applicationMetrics, ...databaseMetrics, ...machineMetrics, ...ownMetrics];

/** The names that a metric's series have in Prometheus. */
export function seriesNames(metric: Metric): readonly string[] {
  return metric.type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${metric.name}_${part}`) : [metric.name];
}

const bySeries = new Map(metrics.flatMap((metric) => seriesNames(metric).map((name) => [name, metric] as const)));

/** The metric that a series belongs to: `edge_request_duration_seconds` for `edge_request_duration_seconds_bucket`. */
export function metricOfSeries(name: string): Metric | undefined {
  return bySeries.get(name);
}

/** What of a system decides which metrics it has. */
export interface MetricFacts {
  readonly id: SystemId;
  readonly engine: "postgres" | "mongodb";
  readonly redis: boolean;
}

/** True when a metric exists for the system, or is the stack's. */
export function appliesTo(metric: Metric, system: MetricFacts): boolean {
  const { engine, redis, systems } = metric.only ?? {};
  return (engine === undefined || engine === system.engine) && (redis === undefined || system.redis) && (systems?.includes(system.id) ?? true);
}
