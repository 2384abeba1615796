import type { AlertRow } from "../types";
import { ours } from "./host";
import { section } from "./rows";

/** What all systems of a stack share: the edge, its certificates. */
export const stack: readonly AlertRow[] = [
  {
    id: "edge-down", system: "stack", class: "down", topic: "edge-down",
    measure: { kind: "targets", job: "edge", service: "edge" }, limit: { belowCount: { page: 1 } }, forMinutes: 1,
    summary: "The edge is down: no system of the stack can be reached",
    description: "The one door for all visitors does not answer. The command shows whether it runs, and its last lines. It keeps its routes over a restart (npx stackbook restart stack edge).",
    command: "edgeLogs", runbook: ours("Edge"), requirement: "M1",
  },
  {
    id: "edge-full", system: "stack", class: "resources", topic: "edge-full",
    measure: { kind: "share", part: { metric: "haproxy_process_current_connections" }, whole: [{ metric: "haproxy_process_max_connections" }] }, limit: { abovePercent: { ticket: 80, page: 95 } }, forMinutes: { ticket: 5, page: 2 },
    summary: "The edge has {value} of the connections it can take, {threshold} is the limit",
    description: "Above 100 % visitors wait at the door. An attack, or systems that answer so slowly that requests pile up?",
    command: "edgeLogs", runbook: ours("Edge"), requirement: "M7",
  },
  {
    id: "container-memory", system: "stack", class: "resources", topic: "container-memory",
    measure: { kind: "containerUse", of: "memory" }, limit: { abovePercent: { ticket: 90 } }, forMinutes: 15, // assumed
    summary: "{container} uses {value} of its memory, {threshold} is the limit",
    description: "The edge or a part of the monitoring: at 100 % the kernel kills it, and it starts again.",
    command: "containerStats", runbook: ours("Monitoring"), requirement: "M1a",
  },
  {
    id: "certificate-ends", system: "stack", class: "certificate", topic: "certificate-ends",
    // Assumed: the runbook gives no number. Let's Encrypt's last 90 days and are renewed 30 before the end: at 14, two weeks of tries have failed.
    measure: { kind: "timeLeft", metric: "probe_ssl_earliest_cert_expiry" }, limit: { belowDays: { ticket: 14, page: 3 } }, forMinutes: 10,
    summary: "A certificate ends in {value}: then browsers refuse the site",
    description: "The command lists the days left of each. With edge.tls acme: the authority's answer is in the log of the container acme; with given: set edge:certificate and edge:privateKey anew, then pulumi up.",
    command: "certificates", runbook: section("memo.md")("SSL Certificate Issues"), requirement: "M1",
  },
];
