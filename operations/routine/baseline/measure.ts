import type { SystemId } from "../../../systems";
import type { Sample } from "../../prometheus";
import { ofServices, sumOf, valueOf } from "../checks/finding";
import type { Looking } from "../looking";
import type { Baseline, OperationFigures, SystemFigures } from "./types";

/** Operations of an application that are kept: a site may have thousands of addresses. */
const mostOperations = 40;

/** What the last hours were like. @throws Problem where there is no Prometheus */
export async function measure(looking: Looking): Promise<Baseline> {
  const { context, facts, hours, stack } = looking;
  const enabled = facts.systems.filter((system) => system.enabled);
  const seconds = (await looking.covered()) * 3600;
  const [systems, operations, host] = await Promise.all([
    Promise.all(enabled.map(({ id }) => ofSystem(looking, id, seconds))), Promise.all(enabled.map(({ id }) => ofOperations(looking, id, seconds))), ofHost(looking),
  ]);
  return {
    kind: "baseline", format: 1, stack: stack.name, at: context.now().toISOString(), by: context.who, hours,
    versions: Object.fromEntries(enabled.map(({ id, version }) => [id, version])), systems, operations: operations.flat(), host,
  };
}

const edgeTime = "edge_request_duration_seconds";
const appTime = "http_request_duration_seconds";

async function ofSystem(looking: Looking, system: SystemId, seconds: number): Promise<SystemFigures> {
  const { window } = looking;
  const of = ofServices(system);
  const quantile = (q: number): string => `histogram_quantile(${q}, sum by (le) (increase(${edgeTime}_bucket{${of}}[${window}])))`;
  const all = `sum(increase(edge_requests_total{${of}}[${window}]))`;
  const { failed, p95, p99, requests } = await looking.metrics({ requests: all, failed: `sum(increase(edge_requests_total{${of},status_class="5xx"}[${window}]))`, p95: quantile(0.95), p99: quantile(0.99) });
  const count = sumOf(requests);
  const times = { p95: valueOf(p95), p99: valueOf(p99) };
  return {
    system, requests: Math.round(count), perSecond: count / seconds,
    ...(times.p95 === undefined ? {} : { p95: times.p95 }), ...(times.p99 === undefined ? {} : { p99: times.p99 }), ...(count < 1 ? {} : { errors: sumOf(failed) / count }),
  };
}

async function ofOperations(looking: Looking, system: SystemId, seconds: number): Promise<OperationFigures[]> {
  const [edge, application] = await Promise.all([
    percentiles(looking, seconds, edgeTime, ofServices(system), ["service", "method"]),
    percentiles(looking, seconds, appTime, `job="app",system="${system}"`, ["method", "route"]),
  ]);
  const named = (at: OperationFigures["at"], found: readonly Percentiles[], labels: readonly string[]): OperationFigures[] =>
    found.map(({ labels: own, ...figures }) => ({ system, at, operation: labels.map((label) => own[label] ?? "").join(" "), ...figures }));
  return [...named("edge", edge, ["service", "method"]), ...named("application", application, ["method", "route"]).slice(0, mostOperations)];
}

interface Percentiles {
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The busiest first. */
async function percentiles(looking: Looking, seconds: number, metric: string, selector: string, by: readonly string[]): Promise<Percentiles[]> {
  const { window } = looking;
  const quantile = (q: number): string => `histogram_quantile(${q}, sum by (le, ${by.join(", ")}) (increase(${metric}_bucket{${selector}}[${window}])))`;
  const { count, p50, p95, p99 } = await looking.metrics({ count: `sum by (${by.join(", ")}) (increase(${metric}_count{${selector}}[${window}]))`, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) });
  return count
    .filter(({ value }) => value >= 1)
    .sort((a, b) => b.value - a.value)
    .flatMap(({ labels, value: requests }) => {
      const of = (samples: readonly Sample[]): number | undefined => valueOf(samples, labels);
      const [low, high, highest] = [of(p50), of(p95), of(p99)];
      return low === undefined || high === undefined || highest === undefined ? [] : [{ labels, requests: Math.round(requests), perSecond: requests / seconds, p50: low, p95: high, p99: highest }];
    });
}

async function ofHost(looking: Looking): Promise<Baseline["host"]> {
  const { step, window } = looking;
  const found = await looking.metrics({
    cpu: `avg_over_time((1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])))[${window}:${step}])`,
    memory: `avg_over_time((1 - min(node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes))[${window}:${step}])`,
    disk: `max(1 - node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|proc|sysfs|cgroup.*"} / (node_filesystem_size_bytes > 0))`,
  });
  const of = (name: "cpu" | "memory" | "disk"): Partial<Baseline["host"]> => {
    const value = valueOf(found[name]);
    return value === undefined ? {} : { [name]: value };
  };
  return { ...of("cpu"), ...of("memory"), ...of("disk") };
}
