import type { SystemId } from "../../systems";
import { objectives, type Objective } from "../slos";
import { by, increase, rate, where, windowMinutes } from "./promql";

/** What several rules read is worked out once; dashboards may read it too. Windows are 5 minutes where the name has none. */
export const recorded = {
  requestRate: "service:edge_requests:rate",
  mean: "service:edge_request_seconds:mean",
  p95: "service:edge_request_seconds:p95",
  p99: "service:edge_request_seconds:p99",
  share4xx: "service:edge_4xx:share",
  share5xx: "service:edge_5xx:share",
  systemRequestRate: "system:edge_requests:rate",
  hourRequests: "system:edge_requests:increase1h",
  hourBytes: "system:edge_bytes:increase1h",
  available: "system:probe_success:min",
  zoneTime: "zone:local_time:seconds",
  maintenance: "system:maintenance:bool",
  /** 1 in maintenance, too: what was announced breaks no promise. */
  availableOrClosed: "system:probe_success_or_maintenance:min",
  localTime: "system:local_time:seconds",
  expectedLoad: "system:expected_load:bool",
  badShare: "slo:bad:share",
} as const;

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Requests that the edge itself refuses (rates, sizes) are no service's. */
export const ofServices = { service: "~backend|frontend" } as const;

export const trafficWindowMinutes = 5;

const each = ["system", "service"];

export function trafficRules(system: SystemId, scrapeSeconds: number): RecordingRule[] {
  const window = windowMinutes(trafficWindowMinutes, scrapeSeconds);
  const hour = windowMinutes(60, scrapeSeconds);
  const of = { system, ...ofServices };
  const time = "edge_request_duration_seconds";
  const quantile = (q: number): string => `histogram_quantile(${q}, ${by("sum", ["le", ...each], rate(`${time}_bucket`, of, window))})`;
  const share = (statusClass: string): string => `${by("sum", each, rate("edge_requests_total", { ...of, status_class: statusClass }, window))} / (${recorded.requestRate}${where({ system })} > 0)`;
  return [
    { record: recorded.requestRate, expr: by("sum", each, rate("edge_requests_total", of, window)) },
    { record: recorded.mean, expr: `${by("sum", each, rate(`${time}_sum`, of, window))} / (${by("sum", each, rate(`${time}_count`, of, window))} > 0)` },
    { record: recorded.p95, expr: quantile(0.95) },
    { record: recorded.p99, expr: quantile(0.99) },
    { record: recorded.share4xx, expr: share("4xx") },
    { record: recorded.share5xx, expr: share("5xx") },
    { record: recorded.systemRequestRate, expr: by("sum", ["system"], `${recorded.requestRate}${where({ system })}`) },
    { record: recorded.hourRequests, expr: by("sum", ["system"], increase("edge_requests_total", of, hour)) },
    { record: recorded.hourBytes, expr: `${by("sum", ["system"], increase("edge_request_bytes_total", of, hour))} + ${by("sum", ["system"], increase("edge_response_bytes_total", of, hour))}` },
    { record: recorded.available, expr: by("min", ["system"], `probe_success${where({ system })}`) },
    { record: recorded.availableOrClosed, expr: `clamp_max(${recorded.available}${where({ system })} + on (system) ${recorded.maintenance}${where({ system })}, 1)` },
  ];
}

export const burnWindowsMinutes = [5, 30, 60, 120, 360, 1440, 4320] as const;

/** `5m`, `6h`, `3d`. */
export function windowName(minutes: number): string {
  return minutes % 1440 === 0 ? `${minutes / 1440}d` : minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

export function objectiveRules(system: SystemId, scrapeSeconds: number): RecordingRule[] {
  return objectives
    .filter((objective) => objective.system === system)
    .flatMap((objective) =>
      burnWindowsMinutes.map((minutes) => ({
        record: recorded.badShare,
        labels: { slo: objective.id, window: windowName(minutes) },
        expr: badShare(objective, windowMinutes(minutes, scrapeSeconds)),
      })),
    );
}

function badShare({ system, kind, withinSeconds = 0 }: Objective, minutes: number): string {
  const of = { system, ...ofServices };
  const all = by("sum", ["system"], rate("edge_requests_total", of, minutes));
  switch (kind) {
    case "availability":
      return `1 - avg_over_time(${recorded.availableOrClosed}${where({ system })}[${minutes}m])`;
    case "latency":
      // Prometheus 3 writes bounds as "1.0", 2 as "1".
      return `1 - ${by("sum", ["system"], rate("edge_request_duration_seconds_bucket", { ...of, le: `~${withinSeconds}(\\.0)?` }, minutes))} / (${by("sum", ["system"], rate("edge_request_duration_seconds_count", of, minutes))} > 0)`;
    case "errors":
      // No error yet is no series yet.
      return `(${by("sum", ["system"], rate("edge_requests_total", { ...of, status_class: "5xx" }, minutes))} or ${all} * 0) / (${all} > 0)`;
  }
}
