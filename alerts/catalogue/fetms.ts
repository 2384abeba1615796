import { enoughForTime, rowsOf, section, shareWindowMinutes } from "./rows";

const of = section("fetms.md");
const alerts = of("Alerts Configuration");
const metrics = of("Key Metrics to Monitor");

export const fetms = rowsOf("fetms", [
  {
    id: "response-time", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95", service: "backend" }, limit: { aboveMilliseconds: { ticket: 1000 } }, forMinutes: 5, minimum: enoughForTime,
    summary: "{title}'s API is slow: one request in twenty takes longer than {value}, {threshold} is the limit",
    description: "Look which requests are slow; then at slow operations of the database and at missing indexes. Answer within 1 hour.",
    command: "slowRequests", runbook: alerts, requirement: "M1",
  },
  {
    id: "response-time-get", class: "latency", topic: "response-time-by-method",
    measure: { kind: "responseTime", of: "p95", service: "backend", methods: ["GET"] }, limit: { aboveMilliseconds: { digest: 200 } }, forMinutes: 30, minimum: enoughForTime,
    summary: "{title}: reading takes {value}, the target is {threshold}",
    description: "A target of the runbook, missed for half an hour: for review.",
    command: "slowRequests", runbook: metrics, requirement: "M1",
  },
  {
    id: "response-time-write", class: "latency", topic: "response-time-by-method",
    measure: { kind: "responseTime", of: "p95", service: "backend", methods: ["POST", "PUT"] }, limit: { aboveMilliseconds: { digest: 500 } }, forMinutes: 30, minimum: { requests: 10 },
    summary: "{title}: saving takes {value}, the target is {threshold}",
    description: "A target of the runbook, missed for half an hour: for review.",
    command: "slowRequests", runbook: metrics, requirement: "M1",
  },
  {
    id: "error-rate", class: "errors", topic: "errors-5xx",
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { page: 1 } }, forMinutes: 2, minimum: { requests: 100, failures: 5 },
    summary: "{title} fails: {value} of the requests to {service} end in an error, {threshold} is the limit",
    description: "The last requests that failed are in the edge's log. Is the database there? After a deploy: go back to the version before (npx stackbook rollback {system} --code).",
    command: "failedRequests", runbook: alerts, requirement: "M1",
  },
  {
    id: "any-error", class: "errors", topic: "errors-5xx-any",
    measure: { kind: "increase", metric: "edge_requests_total", labels: { status_class: "5xx" }, windowMinutes: 5, bornWithFirst: true }, limit: { aboveCount: { digest: 0 } }, forMinutes: 0,
    summary: "{title}: {service} failed {value} times within five minutes",
    description: "The runbook wants every server error seen. For review; one that matters has an alert of its own.",
    command: "failedRequests", runbook: metrics, requirement: "M1",
  },
  {
    id: "client-errors", class: "errors", topic: "errors-4xx",
    measure: { kind: "errorShare", statusClass: "4xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { ticket: 10 } }, forMinutes: 5, minimum: { requests: 100, failures: 10 },
    summary: "{title} refuses {value} of the requests to {service}, {threshold} is the limit",
    description: "Logins that fail, forms that are wrong, addresses that are gone: often a new version that asks for what isn't there. Answer within 1 hour.",
    command: "refusedRequests", runbook: alerts, requirement: "M1",
  },
  {
    id: "mongodb-errors", class: "database", topic: "fetms_mongodb_errors_total",
    measure: { kind: "increase", metric: "fetms_mongodb_errors_total", windowMinutes: 5 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0, // "MongoDB errors: Alert immediately"
    summary: "{title}: the database refused {value} requests within five minutes",
    description: "The runbook wants to know of any. The backend's log has the error; connections refused mean that MongoDB is down or full.",
    command: "backendLogs", runbook: metrics, requirement: "M1",
  },
  {
    id: "database-slow-queries", class: "database", topic: "database-slow-queries",
    // Of 30 s, see the inventory; 5 assumed: the runbook says how slow (100 ms), not how many.
    measure: { kind: "gauge", metric: "mongodb_profile_slow_query_count", across: "max" }, limit: { aboveCount: { digest: 0, ticket: 5 } }, forMinutes: { digest: 0, ticket: 5 },
    summary: "{title}: {value} database operations in 30 s took longer than 100 ms",
    description: "The command shows the last ones. An index is missing, usually; see the runbook for the fields that have one.",
    command: "slowOperations", runbook: of("Database Optimization"), requirement: "M1",
  },
  {
    id: "failed-logins", class: "security", topic: "failed-logins",
    measure: { kind: "increase", metric: "edge_failed_logins_total", windowMinutes: 60 }, limit: { aboveCount: { digest: 10 } }, forMinutes: 0, // assumed: the runbook gives no number
    summary: "{title}: {value} logins failed within an hour",
    description: "For review. Look whether they come from one address.",
    command: "failedLogins", runbook: alerts, requirement: "M1",
  },
  {
    id: "deprecated-api", class: "business", topic: "deprecated-requests",
    measure: { kind: "increase", metric: "edge_deprecated_requests_total", windowMinutes: 60, bornWithFirst: true }, limit: { aboveCount: { digest: 0 } }, forMinutes: 0,
    summary: "{title}: routes that will go were called {value} times within an hour",
    description: "For review: whoever calls them must be told before the routes go.",
    command: "deprecatedRequests", runbook: alerts, requirement: "M1",
  },
]);
