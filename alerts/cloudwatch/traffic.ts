import { systems, type ServiceName } from "../../systems";
import type { BurnRate, ErrorShare, ResponseTime } from "../measures";
import { objectiveOf } from "../slos";
import { readLimit } from "../units";
import { linesFilter, trafficFilter, type TrafficMetric } from "./edgeLog";
import { expectedLoadCondition } from "./expectedLoad";
import { because, namespaceOf, servicesOf, type Asked, type Judged, type Judgement } from "./judged";
import { orZero, Sheet, sum } from "./sheet";

/** What visitors get, as the edge's log has it. */

const trafficWindowSeconds = 300;

/** The figures of a service that one alarm needs; which of the log's filters make them is known afterwards. */
class Traffic<Name> {
  readonly sheet: Sheet<Name>;
  private readonly used = new Set<TrafficMetric>();

  constructor(private readonly asked: Asked<Name>, private readonly periodSeconds: number) {
    this.sheet = new Sheet<Name>(periodSeconds);
  }

  figure(service: ServiceName, metric: TrafficMetric, stat: string): string {
    this.used.add(metric);
    return this.sheet.metric(namespaceOf(this.asked.input.stack), metric, stat, { System: this.asked.row.system, Service: service });
  }

  count(services: readonly ServiceName[], metric: TrafficMetric): string {
    return sum(services.map((service) => orZero(this.figure(service, metric, "Sum"))));
  }

  judged(value: string, label: string, part?: string): Judged<Name> {
    return {
      ...(part === undefined ? {} : { part }), queries: this.sheet.queries(value, label), periodSeconds: this.periodSeconds, missing: "notBreaching",
      filters: [...this.used].map((metric) => trafficFilter(this.asked, metric)),
    };
  }
}

/** Says nothing below the row's traffic (M1): then the value is one that is never beyond the threshold. */
function guarded(value: string, { row }: Asked<unknown>, requests: string, failures?: string): string {
  if (row.minimum === undefined) return value;
  const enough = [`${requests} >= ${row.minimum.requests}`, ...(failures === undefined || row.minimum.failures === undefined ? [] : [`${failures} >= ${row.minimum.failures}`])];
  return `IF(${enough.join(" AND ")}, ${value}, ${harmless(row)})`;
}

function harmless({ limit }: Asked<unknown>["row"]): number {
  const { direction, thresholds } = readLimit(limit);
  return direction === "above" ? 0 : Math.max(...Object.values(thresholds)) + 1;
}

export function responseTime<Name>(asked: Asked<Name>, measure: ResponseTime): Judgement<Name> {
  const metric = measure.methods === undefined ? "milliseconds" : measure.methods.includes("GET") ? "milliseconds-read" : "milliseconds-write";
  return servicesOf(asked, measure.service).map((service) => {
    const traffic = new Traffic(asked, trafficWindowSeconds);
    const time = traffic.figure(service, metric, measure.of === "mean" ? "Average" : measure.of);
    return traffic.judged(guarded(time, asked, orZero(traffic.figure(service, metric, "SampleCount"))), `milliseconds, ${measure.of}`, service);
  });
}

export function errorShare<Name>(asked: Asked<Name>, measure: ErrorShare): Judgement<Name> {
  return servicesOf(asked).map((service) => {
    const traffic = new Traffic(asked, measure.windowMinutes * 60);
    const [requests, failed] = [traffic.count([service], "requests"), traffic.count([service], `failed-${measure.statusClass}`)];
    return traffic.judged(guarded(`100 * ${failed} / ${requests}`, asked, requests, failed), "percent of requests", service);
  });
}

export function throughput<Name>(asked: Asked<Name>): Judgement<Name> {
  const { input, own, row } = asked;
  const traffic = new Traffic(asked, trafficWindowSeconds);
  const value = `${traffic.count(servicesOf(asked), "requests")} / ${trafficWindowSeconds}`;
  if (row.onlyInExpectedLoad === undefined || row.system === "stack") return [traffic.judged(value, "requests a second")];
  const hours = input.expectedLoad?.[row.system] ?? systems[row.system].expectedLoad;
  if (hours === undefined || hours === false) return because("No hours of load are expected of it.");
  const [container] = servicesOf(asked).flatMap((service) => own?.services[service]?.containers ?? []);
  if (container === undefined) return because("No container serves it.");
  // Told whether somebody comes or not: it carries the time.
  const clock = traffic.sheet.metric("ECS/ContainerInsights", "RunningTaskCount", "Minimum", { ClusterName: input.places.cluster, ServiceName: container });
  return [traffic.judged(`IF(${expectedLoadCondition(hours, input.timeZone, clock)}, ${value}, ${harmless(row)})`, "requests a second")];
}

/** A service is down that no container serves, or that fails every request. */
export function answers<Name>(asked: Asked<Name>): Judgement<Name> {
  return servicesOf(asked).map((service) => {
    const traffic = new Traffic(asked, 60);
    const [requests, failed] = [traffic.count([service], "requests"), traffic.count([service], "failed-5xx")];
    const containers = sum(running(asked, service, traffic.sheet).map(orZero));
    return { ...traffic.judged(`IF(${containers} < 1 OR (${requests} > 0 AND ${failed} >= ${requests}), 0, 1)`, "1: it answers", service), missing: "breaching" };
  });
}

/** The edge asks each container for its health itself; AWS counts those that run, and ends those that aren't healthy. */
export function readyReplicas<Name>(asked: Asked<Name>, service: ServiceName): Judgement<Name> {
  if (servicesOf(asked, service).length === 0) return because("No container serves it here.");
  const sheet = new Sheet<Name>(60);
  const each = running(asked, service, sheet);
  return [{ queries: sheet.queries(each.length === 1 ? sum(each) : sum(each.map(orZero)), "containers that run"), periodSeconds: 60, missing: "breaching" }];
}

function running<Name>({ input: { places }, own }: Asked<Name>, service: ServiceName, sheet: Sheet<Name>): string[] {
  return (own?.services[service]?.containers ?? []).map((name) => sheet.metric("ECS/ContainerInsights", "RunningTaskCount", "Minimum", { ClusterName: places.cluster, ServiceName: name }));
}

/** How often something was in the log within a window, for each service. */
export function counted<Name>(asked: Asked<Name>, metric: TrafficMetric, windowMinutes: number): Judgement<Name> {
  return servicesOf(asked).map((service) => {
    const traffic = new Traffic(asked, windowMinutes * 60);
    return traffic.judged(traffic.figure(service, metric, "Sum"), metric, service);
  });
}

/** As often a minute, of all services together. */
export function perMinute<Name>(asked: Asked<Name>, metric: TrafficMetric, windowMinutes: number): Judgement<Name> {
  const traffic = new Traffic(asked, windowMinutes * 60);
  return [traffic.judged(`${traffic.count(servicesOf(asked), metric)} / ${windowMinutes}`, `${metric} a minute`)];
}

/** Of what the balancer let through, so much is in the log. */
export function logRead<Name>(asked: Asked<Name>, windowMinutes: number): Judgement<Name> {
  const { input: { places: { edge }, stack } } = asked;
  const sheet = new Sheet<Name>(windowMinutes * 60);
  const came = orZero(sheet.metric("AWS/ApplicationELB", "RequestCount", "Sum", { LoadBalancer: edge.loadBalancer, TargetGroup: edge.targetGroup }));
  const read = orZero(sheet.metric(namespaceOf(stack), "edge-lines", "Sum", {}));
  return [{ queries: sheet.queries(guarded(`100 * ${read} / ${came}`, asked, came), "percent of the balancer's requests"), periodSeconds: windowMinutes * 60, missing: "notBreaching", filters: [linesFilter(asked)] }];
}

export function edgeUp<Name>({ input: { places: { edge } } }: Asked<Name>): Judgement<Name> {
  const sheet = new Sheet<Name>(60);
  return [{ queries: sheet.queries(sheet.metric("AWS/ApplicationELB", "HealthyHostCount", "Minimum", { LoadBalancer: edge.loadBalancer, TargetGroup: edge.targetGroup }), "edges that answer the balancer"), periodSeconds: 60, missing: "breaching" }];
}

/** One number for at most a day: an alarm's period. */
const longestMinutes = 1440;

/** Over the longer window, then over the shorter: both must be beyond. */
export function burnRate<Name>(asked: Asked<Name>, measure: BurnRate): Judgement<Name> {
  const { kind, target, withinSeconds = 0 } = objectiveOf(measure.objective);
  if (kind === "availability") return because("CloudWatch tells from moment to moment that containers run, and no share of a day in which they did; service-down tells of each time.");
  if (measure.longMinutes > longestMinutes) return because("An alarm's figure covers a day at most, and this window is longer.");
  const budget = Number((1 - target).toPrecision(6));
  return [measure.longMinutes, measure.shortMinutes].map((minutes) => {
    const traffic = new Traffic(asked, minutes * 60);
    const services = servicesOf(asked);
    const served = (service: ServiceName): string => orZero(traffic.figure(service, "milliseconds", "SampleCount"));
    // The percentile rank: percent of requests that took at most so long.
    const slow = (service: ServiceName): string => `(1 - FILL(${traffic.figure(service, "milliseconds", `PR(:${withinSeconds * 1000})`)}, 100) / 100) * ${served(service)}`;
    const all = kind === "errors" ? traffic.count(services, "requests") : sum(services.map(served));
    const bad = kind === "errors" ? traffic.count(services, "failed-5xx") : sum(services.map(slow));
    return traffic.judged(guarded(`${bad} / ${all} / ${budget}`, asked, all), "times faster than allowed", `${minutes}m`);
  });
}
