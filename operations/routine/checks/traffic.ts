import { businessMetrics } from "../../../alerts/metrics";
import type { SystemId } from "../../../systems";
import type { Sample } from "../../prometheus";
import type { Figure } from "../types";
import { periodText, plain, valueText } from "../units";
import { sumOf, unknown, valueOf, type Check } from "./finding";

/** How much it was used, and in what way. */

/** M1a: more than three times as much, or less than a third. */
const unusual = 3;

export const traffic: Check = async (looking, system) => {
  const requests = (offset: string): string => `sum(increase(edge_requests_total{system="${system}"}[${looking.window}]${offset}))`;
  const bytes = (offset: string): string => `sum(increase(edge_request_bytes_total{system="${system}"}[${looking.window}]${offset})) + sum(increase(edge_response_bytes_total{system="${system}"}[${looking.window}]${offset}))`;
  const earlier = ` offset ${looking.window}`;
  const found = await looking.metrics({ now: requests(""), before: requests(earlier), bytes: bytes(""), bytesBefore: bytes(earlier), counted: 'max(up{job="edge-log"})' });
  if (valueOf(found.counted) !== 1) return unknown("nobody counts requests: the edge's log is not read");
  const [now, before] = [sumOf(found.now), sumOf(found.before)];
  const [sent, sentBefore] = [sumOf(found.bytes), sumOf(found.bytesBefore)];
  // Few requests are never unusual: 300 are the alerts' minimum too.
  const compare = (a: number, b: number): number | undefined => (Math.max(now, before) < 300 || b < 1 ? undefined : a / b);
  const ratios = [["requests", compare(now, before)], ["data", compare(sent, sentBefore)]] as const;
  const strange = ratios.filter(([, ratio]) => ratio !== undefined && (ratio > unusual || ratio < 1 / unusual));
  const [, ratio] = ratios[0];
  return {
    verdict: strange.length > 0 ? "look" : "good",
    says: `${plain(Math.round(now))} requests and ${valueText(sent, "bytes")} in ${periodText(looking.hours)}${ratio === undefined ? "; nothing to compare with" : `, ${plain(ratio)} times as many as in the period before`}`,
    figures: [{ name: "requests", value: Math.round(now), unit: "count" }, { name: "data", value: sent, unit: "bytes" }, ...ratios.flatMap(([name, value]): Figure[] => (value === undefined ? [] : [{ name: `${name} against the period before`, value, unit: "times" }]))],
    ...(strange.length > 0 ? { run: [looking.command(`metrics ${system}`)] } : {}),
  };
};

export const deprecatedCalls: Check = async (looking, system) => {
  const { counted, edge, own } = await looking.metrics({
    edge: `sum(increase(edge_deprecated_requests_total{system="${system}"}[${looking.window}]))`,
    own: system === "fetms" ? `sum(increase(fetms_deprecated_api_calls_total[${looking.window}]))` : "vector(0)",
    counted: 'max(up{job="edge-log"})',
  });
  if (valueOf(counted) !== 1) return unknown("nobody counts requests: the edge's log is not read");
  const number = Math.round(Math.max(sumOf(edge), sumOf(own)));
  return {
    verdict: number > 0 ? "look" : "good", says: `${number} calls of routes that will go in ${periodText(looking.hours)}`,
    figures: [{ name: "calls", value: number, unit: "count", worse: "up" }],
    ...(number > 0 ? { run: [looking.command(`logs stack edge --since ${looking.hours}h`)] } : {}),
  };
};

/** The system's own figures, as its runbook lists them. */
export const activity: Check = async (looking, system) => {
  const families = businessMetrics(system as SystemId).filter(({ unit }) => unit === "count");
  const asked = Object.fromEntries(families.map(({ name, type }) => [name, type === "counter" ? `sum(increase(${name}{system="${system}"}[${looking.window}]))` : `max(avg_over_time(${name}{system="${system}"}[${looking.window}]))`]));
  const found: Record<string, readonly Sample[]> = await looking.metrics(asked);
  const figures = families.flatMap(({ name, type }): Figure[] => {
    const value = valueOf(found[name] ?? []);
    return value === undefined ? [] : [{ name: `${name}${type === "counter" ? "" : " on average"}`, value: type === "counter" ? Math.round(value) : value, unit: "count" }];
  });
  if (figures.length === 0) return unknown("none of its own figures was read");
  const silent = families.filter(({ mayBeAbsent, name }) => mayBeAbsent === undefined && (found[name] ?? []).length === 0);
  return {
    verdict: silent.length > 0 ? "look" : "good", figures,
    says: figures.map(({ name, value }) => `${name} ${plain(value)}`).join(", "),
    details: silent.map(({ name, says }) => `${name} is missing: ${says}`),
  };
};
