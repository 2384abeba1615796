import { recorded } from "../../alerts/prometheus/recording";
import { by, rate, windowMinutes } from "../../alerts/prometheus/promql";
import { metricNames } from "../../backups/protocol";
import type { Engine } from "../engine";
import { queryAll, type Sample } from "../prometheus";
import type { Stack } from "../stack";
import type { BackupStatus, Traffic } from "./types";

/** What Prometheus says of each system in one question. */
export interface Figures {
  readonly traffic: ReadonlyMap<string, Traffic>;
  /** Whether every address that is watched answered as it should, asked through the edge. */
  readonly answers: ReadonlyMap<string, boolean>;
  readonly backups: ReadonlyMap<string, BackupStatus>;
}

const windowOf = (scrapeSeconds: number): number => windowMinutes(5, scrapeSeconds);
const ofServices = { service: "~backend|frontend" };

export async function readFigures(stack: Stack, engine: Engine, timeoutSeconds: number): Promise<Figures> {
  const minutes = windowOf(stack.outputs.facts?.monitoring?.scrapeSeconds ?? 15);
  const requests = by("sum", ["system"], rate("edge_requests_total", ofServices, minutes));
  const failed = by("sum", ["system"], rate("edge_requests_total", { ...ofServices, status_class: "5xx" }, minutes));
  const found = await queryAll(stack, engine, {
    requests: `${recorded.systemRequestRate} or ${requests}`,
    errors: `(${failed} or ${requests} * 0) / (${requests} > 0)`,
    p95: `histogram_quantile(0.95, ${by("sum", ["system", "le"], rate("edge_request_duration_seconds_bucket", ofServices, minutes))})`,
    answers: "min by (system) (probe_success)",
    backup: `time() - max by (system) (${metricNames.lastSuccess})`,
    backupFailed: `max by (system) (${metricNames.lastRunFailed})`,
  }, { timeoutSeconds });
  const [errors, p95, failedRuns] = [bySystem(found.errors), bySystem(found.p95), bySystem(found.backupFailed)];
  const backups = new Map([...failedRuns].map(([system, value]): [string, BackupStatus] => [system, { ageSeconds: undefined, failed: value === 1 }]));
  for (const [system, ageSeconds] of bySystem(found.backup)) backups.set(system, { ageSeconds, failed: failedRuns.get(system) === 1 });
  return {
    traffic: new Map([...bySystem(found.requests)].map(([system, requestsPerSecond]) => [system, { requestsPerSecond, errorShare: errors.get(system), p95Seconds: p95.get(system) }])),
    answers: new Map([...bySystem(found.answers)].map(([system, value]) => [system, value === 1])),
    backups,
  };
}

/** What is no number (nothing divided by nothing) is not known. */
function bySystem(samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(samples.flatMap(({ labels, value }) => (labels["system"] === undefined || !Number.isFinite(value) ? [] : [[labels["system"], value] as const])));
}
