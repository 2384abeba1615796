import type { SystemId } from "../../systems";
import type { AgainstLastWeek, Age, BurnRate, ErrorShare, Gauge, Increase, Labels, PerMinute, ResponseTime, Share, Targets, Term } from "../measures";
import { metricOfSeries } from "../metrics";
import { objectiveOf } from "../slos";
import type { AlertRow } from "../types";
import { readLimit } from "../units";
import { alertName } from "./names";
import { containerUse, diskForecast, hostUse, logSilent, restarts } from "./machine";
import { by, increase, rate, where, windowMinutes, withLabel } from "./promql";
import { ofServices, recorded, trafficWindowMinutes, windowName } from "./recording";

export interface Expression {
  /** In base units: shares of 1, seconds. */
  readonly value: string;
  /** Labels that tell its series apart. */
  readonly labels: readonly string[];
  /** Further conditions, each a vector that is there when it holds, with the labels it is matched on. */
  readonly only: readonly { readonly expr: string; readonly on: readonly string[] }[];
  /** Labels that all of its series have, where the expression has none of its own. */
  readonly fixed?: Labels;
  /** A second value that must pass the threshold as well. */
  readonly also?: string;
}

export interface Scraping {
  readonly scrapeSeconds: number;
}

const each = ["system", "service"];

/** What an alert looks at, in PromQL. */
export function expressionOf(row: AlertRow, scraping: Scraping): Expression {
  const { measure, system } = row;
  const window = (minutes: number): number => windowMinutes(minutes, scraping.scrapeSeconds);
  const own: Labels = system === "stack" ? {} : { system };
  switch (measure.kind) {
    case "responseTime":
      return responseTime(measure, own, row, window(trafficWindowMinutes));
    case "errorShare":
      return errorShare(measure, own, row, window(measure.windowMinutes));
    case "throughput":
      return throughput(system);
    case "againstLastWeek":
      return againstLastWeek(measure, own, row);
    case "gauge":
      return gauge(measure, own);
    case "increase":
      return growth(measure, own, window(measure.windowMinutes));
    case "perMinute":
      return perMinute(measure, own, window(measure.windowMinutes));
    case "share":
      return share(measure, own, row, window);
    case "age":
      return age(measure, own, row);
    case "timeLeft":
      return plain(`min(${measure.metric}${where(own)} > 0) - time()`, []);
    case "targets":
      return targets(measure, system, own);
    case "readyReplicas":
      return { ...plain(`max(haproxy_backend_active_servers${where({ proxy: `~${system}_${measure.service}(_sticky)?(_websocket)?` })})`, []), fixed: { service: measure.service } };
    case "containerUse":
      return containerUse(measure, system, window(5));
    case "restarts":
      return restarts(measure, own);
    case "hostUse":
      return hostUse(measure, window(5));
    case "diskForecast":
      return diskForecast(measure);
    case "familiesMissing":
      return {
        ...plain(measure.families.map((name) => `((count(${name}${where(own)}) or vector(0)) == bool 0)`).join(" + "), []),
        // The other half of the story is backend-unwatched.
        only: [{ expr: `count(up${where({ job: "app", ...own, service: "backend" })} == 1)`, on: [] }],
        fixed: { service: "backend" },
      };
    case "logSilent":
      return logSilent(window(measure.windowMinutes), row.minimum?.requests ?? 0, scraping.scrapeSeconds);
    case "burnRate":
      return burnRate(measure, own, row);
    case "stillOpen":
      // Whatever tells the open alert apart stays, its class and topic too: so the page silences its own ticket.
      return plain(
        by("max", openLabels, `label_replace(ALERTS${where({ alertstate: "firing", ...own, level: measure.level, ...(measure.alert === undefined ? {} : { alertname: alertName(measure.alert) }) })}, "ticket", "$1", "alertname", "(.+)")`),
        openLabels,
      );
    case "alwaysOn":
      return plain("vector(1)", []);
  }
}

/** Of a system: how many. Of the stack, whose jobs have whatever targets they need: 1 when all answer. */
function targets({ job, service }: Targets, system: SystemId | "stack", own: Labels): Expression {
  const up = `up${where({ job, ...own, ...(service === undefined ? {} : { service }) })}`;
  return { ...plain(`(${system === "stack" ? `min(${up})` : `count(${up} == 1)`} or vector(0))`, []), fixed: { service: service ?? serviceOfJob[job] ?? job } };
}

const openLabels = ["system", "service", "container", "instance", "mountpoint", "class", "topic", "ticket"];

const serviceOfJob: Readonly<Partial<Record<string, string>>> = { app: "backend", postgres: "database", mongodb: "database", redis: "cache", "edge-log": "edge" };

const plain = (value: string, labels: readonly string[]): Expression => ({ value, labels, only: [] });

function responseTime(measure: ResponseTime, own: Labels, row: AlertRow, minutes: number): Expression {
  const service: Labels = measure.service === undefined ? ofServices : { service: measure.service };
  const methods: Labels = measure.methods === undefined ? {} : { method: `~${measure.methods.join("|")}` };
  const of = { ...own, ...service, ...methods };
  const name = "edge_request_duration_seconds";
  const quantile = { mean: undefined, p95: 0.95, p99: 0.99 }[measure.of];
  const value =
    measure.methods === undefined || quantile === undefined
      ? `${recorded[measure.of]}${where({ ...own, ...(measure.service === undefined ? {} : service) })}`
      : `histogram_quantile(${quantile}, ${by("sum", ["le", ...each], rate(`${name}_bucket`, of, minutes))})`;
  return { value, labels: each, only: atLeast(row, by("sum", each, increase(`${name}_count`, of, minutes))) };
}

function errorShare(measure: ErrorShare, own: Labels, row: AlertRow, minutes: number): Expression {
  const of = { ...own, ...ofServices };
  const bad = { ...of, status_class: measure.statusClass };
  const metric = "edge_requests_total";
  const value =
    measure.windowMinutes === trafficWindowMinutes
      ? `${measure.statusClass === "5xx" ? recorded.share5xx : recorded.share4xx}${where(own)}`
      : `${by("sum", each, rate(metric, bad, minutes))} / (${by("sum", each, rate(metric, of, minutes))} > 0)`;
  const failures = row.minimum?.failures;
  return {
    value, labels: each,
    only: [
      ...atLeast(row, by("sum", each, increase(metric, of, minutes))),
      ...(failures === undefined ? [] : [{ expr: `${by("sum", each, increase(metric, bad, minutes))} >= ${failures}`, on: each }]),
    ],
  };
}

function atLeast({ minimum }: AlertRow, count: string, on = each): Expression["only"] {
  return minimum === undefined ? [] : [{ expr: `${count} >= ${minimum.requests}`, on }];
}

function throughput(system: SystemId | "stack"): Expression {
  const of = { system };
  return {
    // No request at all, and so no series, is the lowest throughput there is; unless nobody counts.
    value: `(${recorded.systemRequestRate}${where(of)} or ${withLabel("vector(0)", "system", system)})`,
    labels: ["system"],
    only: [{ expr: `max(up${where({ job: "edge-log" })}) == 1`, on: [] }],
  };
}

function againstLastWeek(measure: AgainstLastWeek, own: Labels, row: AlertRow): Expression {
  const metric = `${measure.of === "bytes" ? recorded.hourBytes : recorded.hourRequests}${where(own)}`;
  const requests = `${recorded.hourRequests}${where(own)}${measure.larger === "now" ? "" : " offset 1w"}`;
  return { value: `${metric} / (${metric} offset 1w > 0)`, labels: ["system"], only: atLeast(row, requests, ["system"]) };
}

function ofMetric(metric: string, more: readonly string[] = []): string[] {
  const known = metricOfSeries(metric)?.labels ?? [];
  return [...each.filter((label) => known.includes(label)), ...more];
}

function gauge({ metric, across, labels = {}, by: more }: Gauge, own: Labels): Expression {
  const apart = ofMetric(metric, more);
  return plain(by(across, apart, `${metric}${where({ ...own, ...labels })}`), apart);
}

function growth({ metric, labels = {}, by: more, bornWithFirst }: Increase, own: Labels, minutes: number): Expression {
  const apart = ofMetric(metric, more);
  const of = { ...own, ...labels };
  const selector = `${metric}${where(of)}`;
  // A series that wasn't there when its target already was began at 0.
  const born = `(${selector} unless ${selector} offset ${minutes}m) and on (job, instance) (up offset ${minutes}m == 1)`;
  return plain(by("sum", apart, bornWithFirst ? `${born} or ${increase(metric, of, minutes)}` : increase(metric, of, minutes)), apart);
}

function perMinute({ metric, labels = {} }: PerMinute, own: Labels, minutes: number): Expression {
  const apart = ofMetric(metric);
  return plain(`${by("sum", apart, rate(metric, { ...own, ...labels }, minutes))} * 60`, apart);
}

function share(measure: Share, own: Labels, row: AlertRow, window: (minutes: number) => number): Expression {
  const apart = ofMetric(measure.part.metric, measure.by);
  const term = ({ metric, labels = {} }: Term): string => {
    const of = { ...own, ...labels };
    return by("sum", apart, measure.windowMinutes === undefined ? `${metric}${where(of)}` : increase(metric, of, window(measure.windowMinutes)));
  };
  const whole = measure.whole.map(term).join(" + ");
  return { value: `${term(measure.part)} / (${measure.whole.length > 1 ? `(${whole})` : whole} > 0)`, labels: apart, only: atLeast(row, `(${whole})`, apart) };
}

/** What never happened is as old as the agent that should have done it. */
function age({ metric }: Age, own: Labels, row: AlertRow): Expression {
  const apart = ofMetric(metric).filter((label) => label === "system");
  const { direction, thresholds } = readLimit(row.limit);
  const said = `${metric}${where(own)}`;
  if (direction === "below") return plain(`time() - ${by("max", apart, said)}`, apart);
  const hours = Math.ceil(Math.max(...Object.values(thresholds)) * 1.5);
  // Who can't be read for a while has not lost what it did; that it can't be read is another alert.
  const newest = by("max", apart, `${said} or max_over_time(${said}[${hours}h:30m])`);
  const job = metricOfSeries(metric)?.job ?? "";
  const first = `min(min_over_time(timestamp(up${where({ job, ...own })})[${hours}h:30m]))`;
  return plain(`time() - (${newest} or ${row.system === "stack" || apart.length === 0 ? first : withLabel(first, "system", row.system)})`, apart);
}

function burnRate(measure: BurnRate, own: Labels, row: AlertRow): Expression {
  const { target } = objectiveOf(measure.objective);
  const budget = Number((1 - target).toPrecision(6));
  const over = (minutes: number): string => `max by (system) (${recorded.badShare}${where({ slo: measure.objective, window: windowName(minutes) })}) / ${budget}`;
  const requests = `avg_over_time(${recorded.hourRequests}${where(own)}[${measure.longMinutes}m]) * ${measure.longMinutes / 60}`;
  return { value: over(measure.longMinutes), also: over(measure.shortMinutes), labels: ["system"], only: atLeast(row, requests, ["system"]) };
}

