import type { AlertRow } from "../../../alerts";
import { objectives } from "../../../alerts/slos";
import type { ResponseTime } from "../../../alerts/measures";
import { Problem } from "../../problem";
import type { Sample } from "../../prometheus";
import { checkHealth } from "../../reading/health";
import { settledState } from "../../reading/settled";
import type { Looking, Whose } from "../looking";
import type { Figure, Finding } from "../types";
import { periodText, valueText } from "../units";
import { judged, limitOf, noticeOf, ofServices, sumOf, unknown, valueOf, worst, type Check } from "./finding";

/** What visitors got: is it there, is it quick, is it right. */

/** Asked now, as a visitor asks; and of Prometheus, whether it was so all the time. */
export const health: Check = async (looking, system) => {
  const all = await looking.once("health", () => checkHealth(looking.stack, looking.engine, undefined, looking.now));
  const asked = all.filter((check) => check.system === system && ["page", "health", "system"].includes(check.check));
  const bad = asked.filter(({ ok }) => !ok);
  const details = asked.map(({ check, ok, what }) => `${check}: ${ok ? "" : "NOT "}ok, ${what}`);
  const halted = system !== "stack" && settledState(system, looking.stack.settings, looking.now).halted;
  if (halted) return { verdict: "look", says: asked[0]?.what ?? "halted", details, run: [looking.command(`resume ${system}`)] };
  if (asked.length === 0) return unknown("it has no address to ask", looking.command("health"));
  const past = await answeredBefore(looking, system);
  const least = Math.min(...past.map(({ value }) => value));
  const verdict = bad.length > 0 ? "bad" : past.length > 0 && least < 0.999 ? "look" : "good";
  const before = past.length === 0 ? "nobody asked before: no monitoring" : `${valueText(least, "share")} of the last ${periodText(looking.hours)}`;
  return {
    verdict, figures: past, details,
    says: bad.length > 0 ? bad.map(({ check, what }) => `${check}: ${what}`).join("; ") : `${asked.map(({ check }) => check).join(" and ")} answer; ${before}`,
    ...(verdict === "bad" ? { run: [looking.command(`health ${system}`), looking.command(`logs ${system} --since 15m`)] } : {}),
  };
};

async function answeredBefore(looking: Looking, system: Whose): Promise<Figure[]> {
  try {
    const { part } = await looking.metrics({ part: `avg by (service, check) (avg_over_time(probe_success{system="${system}"}[${looking.window}]))` });
    return part.map(({ labels, value }) => ({ name: `${labels["check"] ?? ""} of ${labels["service"] ?? ""}`, value, unit: "share", worse: "down" }));
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

type TimeRow = AlertRow & { readonly measure: ResponseTime };

export const responseTimes: Check = async (looking, system) => {
  const rows = looking.rows(system).filter((row): row is TimeRow => row.measure.kind === "responseTime");
  const quantile = (q: number, more = ""): string => `histogram_quantile(${q}, sum by (le, service) (increase(edge_request_duration_seconds_bucket{${ofServices(system)}${more}}[${looking.window}])))`;
  const count = (more = ""): string => `sum by (service) (increase(edge_request_duration_seconds_count{${ofServices(system)}${more}}[${looking.window}]))`;
  const mean = (more = ""): string => `sum by (service) (increase(edge_request_duration_seconds_sum{${ofServices(system)}${more}}[${looking.window}])) / (${count(more)} > 0)`;
  const filter = ({ methods }: ResponseTime): string => (methods === undefined ? "" : `,method=~"${methods.join("|")}"`);
  const own = Object.fromEntries(rows.flatMap((row) => [
    [row.id, row.measure.of === "mean" ? mean(filter(row.measure)) : quantile(row.measure.of === "p95" ? 0.95 : 0.99, filter(row.measure))],
    [`${row.id} count`, count(filter(row.measure))],
  ]));
  const answers: Record<string, readonly Sample[]> = await looking.metrics({ requests: count(), p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), ...own });
  const requests = sumOf(answers["requests"] ?? []);
  if (requests < 1) return { verdict: "look", says: `nobody asked anything in ${periodText(looking.hours)}: there is nothing to judge by`, figures: [{ name: "requests", value: 0, unit: "count" }] };
  const figures: Figure[] = [];
  const notices: string[] = [];
  for (const { id, measure, minimum, ...row } of rows) {
    for (const { labels, value } of answers[id] ?? []) {
      const { service = "" } = labels;
      if (!Number.isFinite(value) || (measure.service !== undefined && measure.service !== service)) continue;
      const enough = (valueOf(answers[`${id} count`] ?? [], { service }) ?? 0) >= (minimum?.requests ?? 0);
      const limit = enough ? limitOf({ id, measure, ...row }) : undefined;
      const notice = noticeOf({ id, measure, ...row });
      const name = `${measure.of} of ${service}${measure.methods === undefined ? "" : ` (${measure.methods.join(", ")})`}`;
      if (figures.every((figure) => figure.name !== name)) figures.push({ name, value, unit: "seconds", worse: "up", ...(limit === undefined ? {} : { limit }) });
      if (enough && notice !== undefined && value > notice) notices.push(`${name} is ${valueText(value, "seconds")}, the target is ${valueText(notice, "seconds")}`);
    }
  }
  for (const of of ["p50", "p95", "p99"] as const) {
    for (const { labels, value } of answers[of] ?? []) {
      const name = `${of} of ${labels["service"] ?? ""}`;
      if (Number.isFinite(value) && figures.every((figure) => figure.name !== name)) figures.push({ name, value, unit: "seconds", worse: "up" });
    }
  }
  const finding = judged(figures, { details: notices, before: `${valueText(Math.round(requests), "count")} requests: ` });
  return { ...finding, figures: [...figures, { name: "requests", value: Math.round(requests), unit: "count" }], verdict: worst(finding.verdict, notices.length > 0 ? "look" : "good"), ...(finding.verdict === "bad" ? { run: [looking.command(`metrics ${system}`)] } : {}) };
};

export const errors: Check = async (looking, system) => {
  const rows = looking.rows(system).flatMap((row) => (row.measure.kind === "errorShare" ? [{ row, statusClass: row.measure.statusClass }] : []));
  const count = (more = ""): string => `sum by (service) (increase(edge_requests_total{${ofServices(system)}${more}}[${looking.window}]))`;
  const { all, failed, refused } = await looking.metrics({ all: count(), failed: count(',status_class="5xx"'), refused: count(',status_class="4xx"') });
  const requests = sumOf(all);
  if (requests < 1) return { verdict: "look", says: `nobody asked anything in ${periodText(looking.hours)}: there is nothing to judge by`, figures: [{ name: "requests", value: 0, unit: "count" }] };
  const notices: string[] = [];
  const figures = all.flatMap(({ labels, value: of }): Figure[] => {
    const { service = "" } = labels;
    if (of < 1) return [];
    return ([["5xx", failed], ["4xx", refused]] as const).map(([statusClass, part]): Figure => {
      const value = (valueOf(part, { service }) ?? 0) / of;
      const own = rows.filter((entry) => entry.statusClass === statusClass && of >= (entry.row.minimum?.requests ?? 0)).map(({ row }) => row);
      const limits = own.flatMap((row) => limitOf(row) ?? []);
      const notice = own.flatMap((row) => noticeOf(row) ?? []).sort((a, b) => a - b)[0];
      const name = `${statusClass} of ${service}`;
      if (notice !== undefined && value > notice) notices.push(`${name}: ${valueText(value, "share")}, the daily report tells from ${valueText(notice, "share")} on`);
      return { name, value, unit: "share", worse: "up", ...(limits.length === 0 ? {} : { limit: Math.min(...limits) }) };
    });
  });
  const finding = judged(figures, { details: notices, before: `${valueText(Math.round(requests), "count")} requests: ` });
  return {
    ...finding, figures: [...figures, { name: "requests", value: Math.round(requests), unit: "count" }, { name: "failed", value: Math.round(sumOf(failed)), unit: "count", worse: "up" }],
    verdict: worst(finding.verdict, notices.length > 0 ? "look" : "good"),
    ...(finding.verdict === "bad" ? { run: [looking.command(`logs ${system} backend --since ${looking.hours}h`)] } : {}),
  };
};

/** What the runbook promises over a month, over the period. */
export const kept: Check = async (looking, system) => {
  const promised = objectives.filter((objective) => objective.system === system);
  const all = `sum(increase(edge_requests_total{${ofServices(system)}}[${looking.window}]))`;
  const within = promised.find(({ kind }) => kind === "latency")?.withinSeconds ?? 0.5;
  const { available, errors: failed, latency } = await looking.metrics({
    available: `min(avg_over_time(system:probe_success:min{system="${system}"}[${looking.window}]))`,
    latency: `sum(increase(edge_request_duration_seconds_bucket{${ofServices(system)},le=~"${within}(\\\\.0)?"}[${looking.window}])) / (sum(increase(edge_request_duration_seconds_count{${ofServices(system)}}[${looking.window}])) > 0)`,
    errors: `1 - (sum(increase(edge_requests_total{${ofServices(system)},status_class="5xx"}[${looking.window}])) or ${all} * 0) / (${all} > 0)`,
  });
  const answers = { availability: available, latency, errors: failed } as const;
  const names = { availability: "available", latency: `within ${valueText(within, "seconds")}`, errors: "without error" } as const;
  const figures = (["availability", "latency", "errors"] as const).flatMap((kind): Figure[] => {
    const value = valueOf(answers[kind]);
    const target = promised.find((objective) => objective.kind === kind)?.target;
    return value === undefined ? [] : [{ name: names[kind], value, unit: "share", worse: "down", ...(target === undefined ? {} : { limit: target }) }];
  });
  const missing = promised.filter(({ kind }) => valueOf(answers[kind]) === undefined);
  if (figures.length === 0) return unknown("neither availability nor requests were counted");
  const finding: Finding = judged(figures);
  return missing.length === 0 ? finding : { ...finding, verdict: worst(finding.verdict, "look"), details: missing.map(({ promise }) => `nothing to judge by: ${promise}`) };
};
