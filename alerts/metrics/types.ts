import type { SystemId } from "../../systems";

/** Who exports a metric: the `job` label of its series. */
export type Job =
  | "edge" | "edge-log" | "app" | "postgres" | "mongodb" | "redis" | "host" | "containers" | "blackbox"
  | "status" | "backup" | "prometheus" | "alertmanager" | "loki" | "collector"
  /** Made by Prometheus itself about every job: `up`, `ALERTS`. */
  | "any";

/** What one unit of the value is. `timestamp`: seconds since 1970. `bool`: 0 or 1. */
export type MetricUnit = "seconds" | "timestamp" | "bytes" | "ratio" | "bool" | "count" | "cores" | "httpStatus";

export interface Metric {
  /** The family: without `_bucket`, `_sum` and `_count` where it is a histogram. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly unit: MetricUnit;
  readonly job: Job;
  /** Besides `job` and `instance`; `system` and `service` are in the list where a series has them. */
  readonly labels: readonly string[];
  /** What it says, in words. */
  readonly says: string;
  /** Absent: every system, or the stack. */
  readonly only?: Only;
  /** Why the metric may have no series on a healthy stack. */
  readonly mayBeAbsent?: string;
}

export interface Only {
  readonly engine?: "postgres" | "mongodb";
  readonly redis?: true;
  readonly systems?: readonly SystemId[];
}

/** What is left of a metric when its file has said what all of it have in common. */
export type MetricRow = Omit<Metric, "job" | "labels" | "only"> & { readonly labels?: readonly string[]; readonly only?: Only };

export interface Common {
  readonly job: Job;
  /** Labels of every metric of the job; a row's own are added. */
  readonly labels?: readonly string[];
  readonly only?: Only;
}

export function metricsOf(common: Common, rows: readonly MetricRow[]): readonly Metric[] {
  return rows.map((row) => ({ ...row, job: common.job, labels: [...(common.labels ?? []), ...(row.labels ?? [])], only: row.only ?? common.only }));
}
