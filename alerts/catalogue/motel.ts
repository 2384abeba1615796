import { assumedMinutes, enoughForShare, enoughForTime, rowsOf, section, shareWindowMinutes } from "./rows";

const of = section("motel.md");
const thresholds = of("Alert Thresholds");

export const motel = rowsOf("motel", [
  {
    id: "response-time", class: "latency", topic: "response-time-p95",
    measure: { kind: "responseTime", of: "p95" }, limit: { aboveMilliseconds: { ticket: 500, page: 2000 } }, forMinutes: assumedMinutes, minimum: enoughForTime,
    summary: "{title} is slow: one request in twenty to {service} takes longer than {value}, {threshold} is the limit",
    description: "Look which requests are slow; then at the database and at the containers' memory.",
    command: "slowRequests", runbook: thresholds, requirement: "M1",
  },
  {
    id: "error-rate", class: "errors", topic: "errors-5xx",
    measure: { kind: "errorShare", statusClass: "5xx", windowMinutes: shareWindowMinutes }, limit: { abovePercent: { ticket: 1, page: 5 } }, forMinutes: { ticket: 5, page: 2 }, minimum: enoughForShare,
    summary: "{title} fails: {value} of the requests to {service} end in an error, {threshold} is the limit",
    description: "500 errors and a failing health check mean the database, says the runbook. After a deploy: go back to the version before (npx stackbook rollback {system} --code).",
    command: "failedRequests", runbook: of("Database Connection Issues"), requirement: "M1",
  },
  {
    id: "websocket-disconnects", class: "traffic", topic: "motel_websocket_disconnects_total",
    measure: { kind: "perMinute", metric: "motel_websocket_disconnects_total", windowMinutes: 5 }, limit: { abovePerMinute: { ticket: 10, page: 50 } }, forMinutes: { ticket: 5, page: 2 },
    summary: "{title} loses {value} live connections a minute, {threshold} is the limit",
    description: "Real-time updates stop; users see \"Offline\". Look for WebSocket errors in the backend's log. A deploy ends connections too, once.",
    command: "backendLogs", runbook: of("WebSocket Connection Issues"), requirement: "M1",
  },
]);
