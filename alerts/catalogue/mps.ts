import { assumedMinutes, enoughForShare, enoughForTime, rowsOf, section, shareWindowMinutes } from "./rows";

const thresholds = section("mps.md")("Alerting Thresholds");
const guessing = section("mps.md")("Authentication Failures");
const slow = section("mps.md")("Performance Issues");

/** mps.md gives one number each, and no severity: what visitors feel is P2, which becomes P1 after 30 minutes. */
export const mps = rowsOf("mps", [
  {
    id: "response-time", class: "latency", topic: "response-time-mean",
    measure: { kind: "responseTime", of: "mean" }, limit: { aboveMilliseconds: { ticket: 2000 } }, forMinutes: assumedMinutes, minimum: enoughForTime, levels: { ticket: "P2" },
    summary: "{title} is slow: {service} answers in {value} on average, {threshold} is too long",
    description: "Visitors wait. Look which requests are slow; then at containers, host and database. The runbook: a second backend, better queries, a cache, larger limits.",
    command: "slowRequests", runbook: slow, requirement: "M1",
  },
  {
    id: "error-rate", class: "errors", topic: "errors-5xx",
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { ticket: 5 } }, forMinutes: assumedMinutes, minimum: enoughForShare, levels: { ticket: "P2" },
    summary: "{title} fails: {value} of the requests to {service} end in an error, {threshold} is the limit",
    description: "The last requests that failed are in the edge's log. After a deploy: go back to the version before (npx stackbook rollback {system} --code). Not resolved in 30 minutes, this is a P1.",
    command: "failedRequests", runbook: thresholds, requirement: "M1",
  },
  {
    id: "failed-auth", class: "security", topic: "mps_failed_auth_total",
    measure: { kind: "increase", metric: "mps_failed_auth_total", windowMinutes: 60 }, limit: { aboveCount: { digest: 10 } }, forMinutes: 0, // assumed: the runbook counts them, without a number
    summary: "{title}: authentication failed {value} times within an hour",
    description: "Somebody forgot a password, or tries others'. Users who can't log in at all: check the JWT secrets and their expiry.",
    command: "failedLogins", runbook: guessing, requirement: "M1",
  },
]);
