import { objectives, type Objective } from "../slos";
import type { Severity } from "../types";
import { assumedMinutes, enoughForShare, enoughForTime, rowsOf, section, shareWindowMinutes, type SystemRow } from "./rows";

const of = section("sms.md");
const baseline = of("Current Production Baseline (Feb 1, 2026)");
const slow = of("High Alert: Slow Response Times (p95 > 1000ms)");
const errors = of("Medium Alert: High Error Rate (> 5%)");

const rows: readonly SystemRow[] = [
  {
    id: "response-time", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95" }, limit: { aboveMilliseconds: { ticket: 500, page: 1000 } }, forMinutes: assumedMinutes, minimum: enoughForTime,
    summary: "{title} is slow: one request in twenty to {service} takes longer than {value}, {threshold} is the limit",
    description: "Find the slow requests, then the queries behind them. The runbook: connection pool, recent query changes, N+1 queries, cache.",
    command: "databaseQueries", runbook: slow, requirement: "M1",
  },
  {
    id: "response-time-p99", class: "latency", topic: "response-time-p99",
    measure: { kind: "responseTime", of: "p99" }, limit: { aboveMilliseconds: { ticket: 3000, page: 5000 } }, forMinutes: assumedMinutes, minimum: { requests: 200 },
    summary: "{title}: one request in a hundred to {service} takes longer than {value}, {threshold} is the limit",
    description: "A few requests are very slow: long queries, or waits for a lock.",
    command: "slowRequests", runbook: baseline, requirement: "M1",
  },
  {
    id: "response-time-scale-up", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95" }, limit: { aboveMilliseconds: { page: 2000 } }, forMinutes: 15, minimum: enoughForTime,
    summary: "{title} has been very slow for 15 minutes ({value}): scale up",
    description: "The runbook's escalation: more resources, or another backend (npx stackbook scale sms backend=2).",
    command: "containerStats", runbook: slow, requirement: "M1",
  },
  {
    id: "error-rate", class: "errors", topic: "errors-5xx",
    // 5 % is "critical" in the baseline and a P2 in the procedure: the stricter word counts.
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { ticket: 2, page: 5 } }, forMinutes: { ticket: 5, page: 2 }, minimum: enoughForShare,
    summary: "{title} fails: {value} of the requests to {service} end in an error, {threshold} is the limit",
    description: "The last requests that failed are in the edge's log: which addresses, which status? Review recent deployments and changes of configuration.",
    command: "failedRequests", runbook: errors, requirement: "M1",
  },
  {
    id: "error-rate-rollback", class: "errors", topic: "errors-5xx",
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { page: 10 } }, forMinutes: 2, minimum: enoughForShare, levels: { page: "P0" },
    summary: "{title} fails: {value} of the requests to {service} end in an error; above {threshold}, roll back",
    description: "The runbook's escalation: back to the version before. The command shows the last updates; to go back: npx stackbook rollback sms --code.",
    command: "deploys", runbook: errors, requirement: "M1",
  },
  {
    id: "client-errors", class: "errors", topic: "errors-4xx",
    // The runbook counts 403, 404 and 422 among the errors; a stranger's scanner makes them too, so they wake nobody.
    measure: { kind: "errorShare", statusClass: "4xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { digest: 5 } }, forMinutes: 15, minimum: { requests: 100, failures: 10 },
    summary: "{title} refuses {value} of the requests to {service}, {threshold} is the limit",
    description: "Wrong input (422), no right (403), unknown addresses (404): which address, since which deploy?",
    command: "refusedRequests", runbook: errors, requirement: "M1",
  },
  {
    id: "low-throughput", class: "traffic", topic: "throughput",
    measure: { kind: "throughput" }, limit: { belowPerSecond: { ticket: 20, page: 10 } }, forMinutes: 15, onlyInExpectedLoad: true, // minutes assumed
    summary: "{title} gets only {value} requests, fewer than {threshold}, at a time when people work with it",
    description: "Either people can't reach it, or they have a day off. The runbook: resource contention, user load, database locks, network.",
    command: "lastRequests", runbook: of("Performance Degradation Actions"), requirement: "M1a",
  },
  {
    id: "long-queries", class: "database", topic: "database-longest-query",
    measure: { kind: "gauge", metric: "stackbook_postgres_longest_query_seconds", across: "max" }, limit: { aboveSeconds: { ticket: 5 } }, forMinutes: 1, // assumed: one look could be a coincidence
    summary: "{title}: a database query has been running for {value}",
    description: "The command lists what runs, the longest first. To end one: SELECT pg_terminate_backend(pid). Then: indexes, VACUUM ANALYZE.",
    command: "databaseQueries", runbook: of("Issue: Slow Database Queries"), requirement: "M1",
  },
];

/** One window pair of the SRE workbook's table 5-8: the budget goes this many times too fast. */
const burns: readonly { readonly name: string; readonly times: number; readonly longMinutes: number; readonly shortMinutes: number; readonly severity: Severity; readonly spent: string }[] = [
  { name: "fast", times: 14.4, longMinutes: 60, shortMinutes: 5, severity: "page", spent: "2 % of a month's budget within an hour" },
  { name: "steady", times: 6, longMinutes: 360, shortMinutes: 30, severity: "page", spent: "5 % of a month's budget within six hours" },
  { name: "slow", times: 3, longMinutes: 1440, shortMinutes: 120, severity: "ticket", spent: "10 % of a month's budget within a day" },
  { name: "creeping", times: 1, longMinutes: 4320, shortMinutes: 360, severity: "ticket", spent: "10 % of a month's budget within three days" },
];

const commands = { availability: "containers", latency: "slowRequests", errors: "failedRequests" } as const;

function burnRows(objective: Objective): SystemRow[] {
  return burns.map(({ name, times, longMinutes, shortMinutes, severity, spent }) => ({
    id: `slo-${objective.name}-${name}`, class: objective.kind === "latency" ? "latency" : "errors", topic: `slo-${objective.name}`,
    measure: { kind: "burnRate", objective: objective.id, longMinutes, shortMinutes }, limit: { aboveTimes: { [severity]: times } }, forMinutes: 2,
    ...(objective.kind === "availability" ? {} : { minimum: { requests: 100 } }),
    summary: `{title} is about to break its promise (${objective.promise}): ${spent} is gone`,
    description: `The error budget is used up {value} times faster than a month allows. The promise is the SLA's; more than {threshold} times over both windows is no hiccup.`,
    command: commands[objective.kind], runbook: of("SLA Commitments"), requirement: "M4",
  }));
}

export const sms = rowsOf("sms", [...rows, ...objectives.filter(({ system }) => system === "sms").flatMap(burnRows)]);
