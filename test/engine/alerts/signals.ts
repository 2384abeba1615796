import { edgeBuckets, metricOfSeries } from "../../../alerts/metrics";
import type { Labels, Share, Targets } from "../../../alerts/measures";
import { objectiveOf } from "../../../alerts/slos";
import type { AlertRow } from "../../../alerts/types";

/** What exporters would say if a measure had a given value: written from what metrics mean, not from the rules. */

export type Amount =
  /** Stays at a value. */
  | { readonly kind: "gauge"; readonly value: number }
  /** Grows by so much a minute. */
  | { readonly kind: "counter"; readonly perMinute: number }
  /** So many seconds before (or, negative, after) the present. */
  | { readonly kind: "moment"; readonly secondsAgo: number }
  /** Another value every so many minutes. */
  | { readonly kind: "changes"; readonly everyMinutes: number }
  /** Becomes so much less every minute, as a part of what is left; starts at `from`. */
  | { readonly kind: "shrinks"; readonly from: number; readonly perMinute: number }
  /** Not exported. */
  | { readonly kind: "absent" };

/** Series -> what it does. */
export type Signals = Readonly<Record<string, Amount>>;

const gauge = (value: number): Amount => ({ kind: "gauge", value });
const counter = (perMinute: number): Amount => ({ kind: "counter", perMinute });
const absent: Amount = { kind: "absent" };

/** Enough for every guard of the catalogue. */
export const busy = 2000;

/**
 * @param value in base units: a share of 1, seconds
 * @param requestsPerMinute of the service the alert is about
 */
export function signalsOf(row: AlertRow, value: number, requestsPerMinute = busy): Signals {
  return inBothSlots(ofMeasure(row, value, requestsPerMinute));
}

/** Two versions side by side, of which one has a quarter of the visitors: no alert may tell them apart. */
function inBothSlots(signals: Signals): Signals {
  return Object.fromEntries(
    Object.entries(signals).flatMap(([name, amount]) => {
      if (!/^edge_request(s_total|_duration_seconds_\w+)\{/.test(name) || amount.kind !== "counter") return [[name, amount]];
      return ([["a", 0.75], ["b", 0.25]] as const).map(([slot, share]) => [name.replace("{", `{slot="${slot}",`), counter(share * amount.perMinute)]);
    }),
  );
}

function ofMeasure(row: AlertRow, value: number, requestsPerMinute: number): Signals {
  const { measure } = row;
  const own: Labels = row.system === "stack" ? {} : { system: row.system };
  switch (measure.kind) {
    case "responseTime": {
      const labels = { ...own, service: measure.service ?? "backend", method: measure.methods?.[0] ?? "POST", status_class: "2xx", job: "edge-log" };
      return measure.of === "mean" ? meanHistogram(labels, value, requestsPerMinute) : quantileHistogram(labels, { p95: 0.95, p99: 0.99 }[measure.of], value, requestsPerMinute);
    }
    case "errorShare":
      return errors({ ...own, service: "backend" }, measure.statusClass, value, requestsPerMinute);
    case "throughput":
      return { [series("edge_requests_total", { ...own, service: "backend", status_class: "2xx" })]: counter(value * 60), [series("up", { job: "edge-log", instance: "mtail:3903" })]: gauge(1) };
    case "againstLastWeek":
      return {
        [series("edge_requests_total", { ...own, service: "backend", status_class: "2xx" })]: counter(measure.of === "requests" ? value * requestsPerMinute : requestsPerMinute),
        [series("edge_request_bytes_total", { ...own, service: "backend" })]: counter(value * 1e6),
        [series("edge_response_bytes_total", { ...own, service: "backend" })]: counter(value * 2e6),
      };
    case "gauge":
      return { [ofMetric(measure.metric, own, measure.labels, measure.by)]: gauge(value) };
    case "increase":
      return {
        [ofMetric(measure.metric, own, measure.labels, measure.by)]: measure.bornWithFirst && value <= 0 ? absent : counter(value / measure.windowMinutes),
        [series("up", { job: jobOf(measure.metric), instance: "there" })]: gauge(1),
      };
    case "perMinute":
      return { [ofMetric(measure.metric, own, measure.labels)]: counter(value) };
    case "share":
      return shares(measure, own, value, requestsPerMinute);
    case "age":
      return { [ofMetric(measure.metric, own)]: { kind: "moment", secondsAgo: value } };
    case "timeLeft":
      return { [ofMetric(measure.metric, { system: "motel" })]: { kind: "moment", secondsAgo: -value } };
    case "targets":
      return targets(row, measure, value);
    case "readyReplicas":
      return { [series("haproxy_backend_active_servers", { job: "edge", proxy: `${row.system}_${measure.service}` })]: gauge(value) };
    case "containerUse":
      return containerUse(measure.of, { system: row.system, service: "backend", container: "one-of-them" }, value);
    case "restarts":
      return { [series("container_start_time_seconds", { ...own, service: "backend", container: "one-of-them" })]: { kind: "changes", everyMinutes: Math.floor(measure.windowMinutes / value) } };
    case "hostUse":
      return hostUse(measure.of, value);
    case "diskForecast":
      return { [disk("node_filesystem_size_bytes")]: gauge(1e12), [disk("node_filesystem_avail_bytes")]: { kind: "shrinks", from: 0.4e12, perMinute: 60 / value } };
    case "familiesMissing":
      return {
        ...Object.fromEntries(measure.families.map((name, index) => [series(name, { ...own, service: "backend", job: "app" }), index < value ? absent : gauge(1)])),
        [series("up", { job: "app", ...own, service: "backend", instance: "a-0" })]: gauge(1),
      };
    case "logSilent":
      return {
        [series("haproxy_frontend_http_requests_total", { job: "edge", proxy: "https" })]: counter(requestsPerMinute),
        [series("edge_log_lines_total", { job: "edge-log" })]: counter(value * requestsPerMinute),
      };
    case "burnRate":
      return badPart(measure.objective, own, value, requestsPerMinute);
    case "stillOpen": {
      const labels = { alertname: measure.alert === undefined ? "ErrorRate" : "ServiceDown", alertstate: "firing", severity: "ticket", level: measure.level, ...own, service: "backend", class: "errors", topic: "errors-5xx" };
      return { [series("ALERTS", labels)]: value > 0 ? gauge(1) : absent };
    }
    case "alwaysOn":
      return {};
  }
}

export function series(name: string, labels: Labels): string {
  const all = { instance: "there", ...labels };
  return `${name}{${Object.entries(all).map(([label, value]) => `${label}="${value}"`).join(",")}}`;
}

function ofMetric(name: string, own: Labels, labels: Labels = {}, by: readonly string[] = []): string {
  const known = metricOfSeries(name)?.labels ?? [];
  const service: Labels = known.includes("service") ? { service: "backend" } : {};
  return series(name, { job: jobOf(name), ...own, ...service, ...labels, ...Object.fromEntries(by.map((label) => [label, "one-of-them"])) });
}

function jobOf(metric: string): string {
  return metricOfSeries(metric)?.job ?? "any";
}

/** Every request between two bounds, spread so that the quantile is where it should be. */
function quantileHistogram(labels: Labels, q: number, seconds: number, requests: number): Signals {
  const index = edgeBuckets.findIndex((bound) => bound >= seconds);
  const [low, high] = [edgeBuckets[index - 1] ?? 0, edgeBuckets[index] ?? 0];
  const position = (seconds - low) / (high - low);
  const [atLow, atHigh] = position <= q ? [(requests * (q - position)) / (1 - position), requests] : [0, (q * requests) / position];
  return buckets(labels, (bound) => (bound < low || (bound === low && index === 0) ? 0 : bound === low ? atLow : bound === high ? atHigh : requests), seconds, requests);
}

function meanHistogram(labels: Labels, seconds: number, requests: number): Signals {
  return buckets(labels, (bound) => (bound >= seconds ? requests : 0), seconds, requests);
}

function buckets(labels: Labels, upTo: (bound: number) => number, mean: number, requests: number): Signals {
  const name = "edge_request_duration_seconds";
  return {
    ...Object.fromEntries(edgeBuckets.map((bound) => [series(`${name}_bucket`, { ...labels, le: String(bound) }), counter(upTo(bound))])),
    [series(`${name}_bucket`, { ...labels, le: "+Inf" })]: counter(requests),
    [series(`${name}_sum`, labels)]: counter(mean * requests),
    [series(`${name}_count`, labels)]: counter(requests),
    [series("edge_requests_total", labels)]: counter(requests),
  };
}

function errors(labels: Labels, statusClass: string, share: number, requests: number): Signals {
  return {
    [series("edge_requests_total", { ...labels, status_class: statusClass, job: "edge-log" })]: counter(share * requests),
    [series("edge_requests_total", { ...labels, status_class: "2xx", job: "edge-log" })]: counter((1 - share) * requests),
  };
}

function shares(measure: Share, own: Labels, share: number, total: number): Signals {
  const amount = measure.windowMinutes === undefined ? gauge : counter;
  const part = ofMetric(measure.part.metric, own, measure.part.labels, measure.by);
  const whole = measure.whole.map(({ metric, labels }) => ofMetric(metric, own, labels, measure.by));
  const others = whole.filter((name) => name !== part);
  const rest = whole.includes(part) ? (1 - share) * total : total;
  return { [part]: amount(share * total), ...Object.fromEntries(others.map((name) => [name, amount(rest / others.length)])) };
}

function targets(row: AlertRow, { job, service }: Targets, answering: number): Signals {
  const labels: Labels = { job, ...(row.system === "stack" ? {} : { system: row.system }), ...(service === undefined ? {} : { service }) };
  return Object.fromEntries([0, 1, 2].map((index) => [series("up", { ...labels, instance: `target-${index}` }), gauge(index < (row.system === "stack" ? answering + 2 : answering) ? 1 : 0)]));
}

function containerUse(of: "cpu" | "memory", labels: Labels, share: number): Signals {
  return of === "memory"
    ? { [series("container_memory_working_set_bytes", labels)]: gauge(share * 1e9), [series("container_spec_memory_limit_bytes", labels)]: gauge(1e9) }
    : {
        [series("container_cpu_usage_seconds_total", { ...labels, cpu: "total" })]: counter(share * 0.5 * 60),
        [series("container_spec_cpu_quota", labels)]: gauge(50_000),
        [series("container_spec_cpu_period", labels)]: gauge(100_000),
      };
}

const machine = { job: "host", service: "host", system: "stack", instance: "host" };
const disk = (name: string): string => series(name, { ...machine, device: "/dev/sda1", fstype: "ext4", mountpoint: "/data" });

function hostUse(of: "cpu" | "memory" | "disk" | "files", share: number): Signals {
  const free = (1 - share) * 1e9;
  switch (of) {
    case "cpu":
      return Object.fromEntries(["0", "1"].flatMap((cpu) => [
        [series("node_cpu_seconds_total", { ...machine, cpu, mode: "idle" }), counter((1 - share) * 60)],
        [series("node_cpu_seconds_total", { ...machine, cpu, mode: "user" }), counter(share * 60)],
      ]));
    case "memory":
      return { [series("node_memory_MemAvailable_bytes", machine)]: gauge(free), [series("node_memory_MemTotal_bytes", machine)]: gauge(1e9) };
    case "disk":
      return { [disk("node_filesystem_avail_bytes")]: gauge(free), [disk("node_filesystem_size_bytes")]: gauge(1e9) };
    case "files":
      return { [disk("node_filesystem_files_free")]: gauge(free), [disk("node_filesystem_files")]: gauge(1e9) };
  }
}

/** An objective missed by so many times its budget. */
function badPart(id: string, own: Labels, times: number, requests: number): Signals {
  const { kind, target, withinSeconds = 0 } = objectiveOf(id);
  const bad = times * (1 - target);
  const labels = { ...own, service: "backend", method: "GET", status_class: "2xx" };
  switch (kind) {
    case "availability":
      return { [series("probe_success", { ...own, service: "frontend", check: "page", job: "blackbox" })]: gauge(1 - bad) };
    case "latency":
      return buckets(labels, (bound) => (bound < withinSeconds ? 0 : bound === withinSeconds ? (1 - bad) * requests : requests), 1, requests);
    case "errors":
      return errors({ ...own, service: "backend" }, "5xx", bad, requests);
  }
}

