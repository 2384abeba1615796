import { assumedMinutes, enoughForShare, enoughForTime, rowsOf, section, shareWindowMinutes } from "./rows";

const of = section("memo.md");
const slow = of("High API Response Times");
const errors = of("Alert Response Procedures");

export const memo = rowsOf("memo", [
  {
    id: "response-time", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95", service: "backend" }, limit: { aboveMilliseconds: { ticket: 1000 } }, forMinutes: assumedMinutes, minimum: enoughForTime,
    summary: "{title}'s API is slow: one request in twenty takes longer than {value}, {threshold} is the limit",
    description: "Look which requests are slow; then at the database's queries, the network and the cache's hit rate.",
    command: "slowRequests", runbook: slow, requirement: "M1",
  },
  {
    id: "response-time-frontend", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95", service: "frontend" }, limit: { aboveMilliseconds: { ticket: 2000 } }, forMinutes: assumedMinutes, minimum: enoughForTime,
    summary: "{title}'s pages are slow: one in twenty takes longer than {value}, {threshold} is the limit",
    description: "Look which pages are slow, and whether the API behind them is.",
    command: "slowRequests", runbook: of("Application Metrics"), requirement: "M1",
  },
  {
    id: "error-rate", class: "errors", topic: "errors-5xx",
    // Over an hour, as one failed request in a thousand must not be all there was.
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: 60 }, limit: { abovePercent: { ticket: 0.1 } }, forMinutes: 5, minimum: { requests: 1000, failures: 5 },
    summary: "{title} fails more than it should: {value} of an hour's requests to {service}, {threshold} is the limit",
    description: "Check the application's log for patterns, recent deployments and what users report.",
    command: "failedRequests", runbook: errors, requirement: "M1",
  },
  {
    id: "error-rate-rollback", class: "errors", topic: "errors-5xx",
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { page: 5 } }, forMinutes: 2, minimum: enoughForShare, levels: { page: "2" },
    summary: "{title} fails: {value} of the requests to {service} end in an error; above {threshold} consider to roll back",
    description: "Was something deployed? The command shows the last updates; to go back: npx stackbook rollback {system} --code. The failed requests are in the edge's log.",
    command: "deploys", runbook: errors, requirement: "M1",
  },
  {
    id: "client-errors", class: "errors", topic: "errors-4xx",
    measure: { kind: "errorShare", statusClass: "4xx", windowMinutes: 60 }, limit: { abovePercent: { ticket: 1 } }, forMinutes: 15, minimum: { requests: 500, failures: 20 },
    summary: "{title} refuses {value} of the requests to {service}, {threshold} is the limit",
    description: "Addresses that are gone, logins that fail: after a deploy, often a page that asks for what isn't there.",
    command: "refusedRequests", runbook: of("Application Metrics"), requirement: "M1",
  },
  {
    id: "slow-queries", class: "database", topic: "database-slow-statements",
    measure: { kind: "gauge", metric: "stackbook_postgres_slow_statements_mean_seconds", across: "max" }, limit: { aboveMilliseconds: { digest: 1000 } }, forMinutes: 15, // assumed: "Slow query log" gives no number
    summary: "{title}: a statement takes {value} on average",
    description: "For review: an index, another pattern of queries, a larger pool or a replica to read from.",
    command: "slowStatements", runbook: of("Slow Database Queries"), requirement: "M1",
  },
  {
    id: "app-cache-hits", class: "cache", topic: "app-cache-hit",
    // 50 % assumed: "Monitor cache hit rates" gives no number; below it the cache costs more questions than it saves.
    measure: { kind: "share", part: { metric: "memo_cache_hits_total" }, whole: [{ metric: "memo_cache_hits_total" }, { metric: "memo_cache_misses_total" }], windowMinutes: 60 },
    limit: { belowPercent: { digest: 50 } }, forMinutes: 30, minimum: { requests: 100 },
    summary: "{title}: only {value} of the lists come from the cache",
    description: "The database does what the cache should. Were keys thrown out, or does something change them all the time?",
    command: "cacheInfo", runbook: errors, requirement: "M1",
  },
]);
