import { systems, type ServiceName } from "../../systems";
import type { BurnRate, ErrorShare, ResponseTime } from "../measures";
import { objectiveOf } from "../slos";
import { readLimit } from "../units";
import { expectedLoadCondition } from "./expectedLoad";
import { because, servicesOf, titleOf, type Asked, type Judged, type Judgement } from "./judged";
import { highest, orZero, Sheet, sum } from "./sheet";

/** What visitors get, as the balancer counts it for each group of targets. */

const namespace = "AWS/ApplicationELB";
const trafficWindowSeconds = 300;

class Groups<Name> {
  constructor(private readonly asked: Asked<Name>, private readonly sheet: Sheet<Name>, private readonly service: ServiceName) {}

  each(metricName: string, stat: string): string[] {
    const { input: { places }, own } = this.asked;
    return (own?.services[this.service]?.targetGroups ?? []).map((group) => this.sheet.metric(namespace, metricName, stat, { LoadBalancer: places.loadBalancer, TargetGroup: group }));
  }

  count(metricName: string): string {
    return sum(this.each(metricName, "Sum").map(orZero));
  }

  get requests(): string {
    return this.count("RequestCount");
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
  if (measure.methods !== undefined) return because("A balancer measures no response times by method.");
  const stat = measure.of === "mean" ? "Average" : measure.of;
  return servicesOf(asked, measure.service).map((service) => {
    const sheet = new Sheet<Name>(trafficWindowSeconds);
    const groups = new Groups(asked, sheet, service);
    const milliseconds = `1000 * ${highest(groups.each("TargetResponseTime", stat))}`;
    return { part: service, queries: sheet.queries(guarded(milliseconds, asked, groups.requests), `milliseconds, ${measure.of}`), periodSeconds: trafficWindowSeconds, missing: "notBreaching" };
  });
}

export function errorShare<Name>(asked: Asked<Name>, measure: ErrorShare): Judgement<Name> {
  const periodSeconds = measure.windowMinutes * 60;
  return servicesOf(asked).map((service) => {
    const sheet = new Sheet<Name>(periodSeconds);
    const groups = new Groups(asked, sheet, service);
    const failed = groups.count(`HTTPCode_Target_${measure.statusClass.toUpperCase()}_Count`);
    return { part: service, queries: sheet.queries(guarded(`100 * ${failed} / ${groups.requests}`, asked, groups.requests, failed), "percent of requests"), periodSeconds, missing: "notBreaching" };
  });
}

export function throughput<Name>(asked: Asked<Name>): Judgement<Name> {
  const { input, row } = asked;
  const sheet = new Sheet<Name>(trafficWindowSeconds);
  const groups = servicesOf(asked).map((service) => new Groups(asked, sheet, service));
  const value = `${sum(groups.map(({ requests }) => requests))} / ${trafficWindowSeconds}`;
  if (row.onlyInExpectedLoad === undefined || row.system === "stack") return [{ queries: sheet.queries(value, "requests a second"), periodSeconds: trafficWindowSeconds, missing: "notBreaching" }];
  const hours = input.expectedLoad?.[row.system] ?? systems[row.system].expectedLoad;
  if (hours === undefined || hours === false) return because("No hours of load are expected of it.");
  const clock = groups.flatMap((group) => group.each("HealthyHostCount", "Minimum"))[0];
  if (clock === undefined) return because("No container serves it.");
  const condition = expectedLoadCondition(hours, input.timeZone, clock);
  return [{ queries: sheet.queries(`IF(${condition}, ${value}, ${harmless(row)})`, "requests a second"), periodSeconds: trafficWindowSeconds, missing: "notBreaching" }];
}

/** A service is down that has no healthy container, or fails every request. */
export function answers<Name>(asked: Asked<Name>): Judgement<Name> {
  return servicesOf(asked).map((service) => {
    const sheet = new Sheet<Name>(60);
    const groups = new Groups(asked, sheet, service);
    const healthy = sum(groups.each("HealthyHostCount", "Minimum").map(orZero));
    const failed = groups.count("HTTPCode_Target_5XX_Count");
    return { part: service, queries: sheet.queries(`IF(${healthy} < 1 OR (${groups.requests} > 0 AND ${failed} >= ${groups.requests}), 0, 1)`, "1: it answers"), periodSeconds: 60, missing: "breaching" };
  });
}

export function readyReplicas<Name>(asked: Asked<Name>, service: ServiceName): Judgement<Name> {
  if (servicesOf(asked, service).length === 0) return because("No container serves it: its files lie in a bucket.");
  const sheet = new Sheet<Name>(60);
  const healthy = new Groups(asked, sheet, service).each("HealthyHostCount", "Minimum");
  return [{ queries: sheet.queries(healthy.length === 1 ? sum(healthy) : sum(healthy.map(orZero)), "containers that take requests"), periodSeconds: 60, missing: "breaching" }];
}

/** Answers of a class within a window, of each service. */
export function answersOf<Name>(asked: Asked<Name>, statusClass: string, windowMinutes: number): Judgement<Name> {
  return servicesOf(asked).map((service): Judged<Name> => {
    const sheet = new Sheet<Name>(windowMinutes * 60);
    return { part: service, queries: sheet.queries(new Groups(asked, sheet, service).count(`HTTPCode_Target_${statusClass.toUpperCase()}_Count`), `${statusClass} of ${titleOf(asked.row.system, service)}`), periodSeconds: windowMinutes * 60, missing: "notBreaching" };
  });
}

/** One number for at most a day: an alarm's period. */
const longestMinutes = 1440;

/** Over the longer window; whether the shorter one agrees is the second alarm of the pair (`window` tells them apart). */
export function burnRate<Name>(asked: Asked<Name>, measure: BurnRate): Judgement<Name> {
  const { kind, target, withinSeconds = 0 } = objectiveOf(measure.objective);
  if (kind === "availability") return because("A balancer tells from moment to moment that containers are healthy, and no share of a day in which they were; service-down tells of each time.");
  if (measure.longMinutes > longestMinutes) return because("An alarm's figure covers a day at most, and this window is longer.");
  const budget = Number((1 - target).toPrecision(6));
  return [measure.longMinutes, measure.shortMinutes].map((minutes): Judged<Name> => {
    const sheet = new Sheet<Name>(minutes * 60);
    const groups = servicesOf(asked).map((service) => new Groups(asked, sheet, service));
    const requests = sum(groups.map((group) => group.requests));
    const bad = sum(groups.flatMap((group) =>
      kind === "errors"
        ? [group.count("HTTPCode_Target_5XX_Count")]
        // The percentile rank: percent of requests that took at most so long.
        : group.each("TargetResponseTime", `PR(:${withinSeconds})`).map((good, index) => `(1 - FILL(${good}, 100) / 100) * ${orZero(group.each("RequestCount", "Sum")[index] ?? "0")}`)));
    return { part: `${minutes}m`, queries: sheet.queries(guarded(`${bad} / ${requests} / ${budget}`, asked, requests), "times faster than allowed"), periodSeconds: minutes * 60, missing: "notBreaching" };
  });
}
