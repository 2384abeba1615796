import type { Job } from "../metrics";
import type { CommandId } from "../commands";
import { watchdogKind } from "../routing/labels";
import type { AlertRow, BySeverity } from "../types";
import { ours } from "./host";

/** Who watches the watchmen: alerts on the monitoring itself. */
export const watchdogId = "watchdog";
export { watchdogKind };

const runbook = ours("Monitoring");
const own = { system: "stack", class: "monitoring", runbook, requirement: "M7" } as const;

const missing = (job: Job, what: string, command: CommandId, blind: string, limit: BySeverity<number> = { ticket: 1 }): AlertRow => ({
  ...own, id: `${job}-unwatched`, topic: `${job}-unwatched`,
  measure: { kind: "targets", job }, limit: { belowCount: limit }, forMinutes: 5,
  summary: `${what} can't be read`,
  description: `${blind} The command shows its last lines.`,
  command,
});

export const monitoring: readonly AlertRow[] = [
  {
    ...own, id: watchdogId, topic: watchdogId, requirement: "M3",
    measure: { kind: "alwaysOn" }, limit: { aboveCount: { digest: 0 } }, forMinutes: 0,
    summary: "Alerting works",
    description: "Always on. It is sent to the dead man's switch every minute; whoever keeps that tells people when it stays away.",
    command: "openAlerts",
  },
  missing("host", "The host", "silentTargets", "Nothing is known of its processors, memory and disks."),
  missing("containers", "What containers use", "silentTargets", "Nothing is known of containers' processors and memory."),
  missing("edge-log", "The edge's log", "mtailLogs", "Nobody counts requests, errors and response times: every alert on them is blind."),
  missing("blackbox", "What asks the systems whether they answer", "silentTargets", "Nobody notices when one is down."),
  missing("alertmanager", "Alertmanager", "alertmanagerLogs", "Nobody is told of anything, but by the dead man's switch."),
  missing("prometheus", "Prometheus itself", "prometheusLogs", "It can't reach its own page."),
  missing("status", "The status agent", "statusLogs", "No status page, no daily report, no notices."),
  missing("loki", "Loki", "lokiLogs", "Logs are kept back by the collector, for a while."),
  missing("collector", "The log collector", "collectorLogs", "No logs are collected."),
  {
    ...own, id: "edge-log-unread", topic: "edge-log-unread",
    measure: { kind: "logSilent", windowMinutes: 10 }, limit: { belowPercent: { ticket: 10 } }, forMinutes: 5, minimum: { requests: 50 },
    summary: "The edge's log is not read: of its requests only {value} were counted",
    description: "Alerts on errors, response times and traffic are blind. The pipe between the edge and mtail is broken: restart the container mtail.",
    command: "mtailLogs",
  },
  {
    ...own, id: "rules-failing", topic: "rules-failing",
    measure: { kind: "increase", metric: "prometheus_rule_evaluation_failures_total", windowMinutes: 15, by: ["rule_group"] }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 5,
    summary: "Alerts of {rule_group} can't be worked out",
    description: "They will not fire, whatever happens. Prometheus's log has the reason.",
    command: "prometheusLogs",
  },
  {
    ...own, id: "rules-late", topic: "rules-late",
    measure: { kind: "increase", metric: "prometheus_rule_group_iterations_missed_total", windowMinutes: 15, by: ["rule_group"] }, limit: { aboveCount: { ticket: 3 } }, forMinutes: 15,
    summary: "Alerts of {rule_group} come late: Prometheus left out {value} rounds",
    description: "It has too little processor time, or too much to look at.",
    command: "prometheusLogs",
  },
  {
    ...own, id: "prometheus-config-refused", topic: "prometheus-config-refused",
    measure: { kind: "gauge", metric: "prometheus_config_last_reload_successful", across: "min" }, limit: { belowCount: { ticket: 1 } }, forMinutes: 5,
    summary: "Prometheus refused its newest configuration and runs on the one before",
    description: "What was deployed last is not watched. Its log says which line; pulumi up writes it anew.",
    command: "prometheusLogs",
  },
  {
    ...own, id: "alertmanager-config-refused", topic: "alertmanager-config-refused",
    measure: { kind: "gauge", metric: "alertmanager_config_last_reload_successful", across: "min" }, limit: { belowCount: { ticket: 1 } }, forMinutes: 5,
    summary: "Alertmanager refused its newest configuration and runs on the one before",
    description: "Alerts go to whom they went before. Its log says why; pulumi up writes it anew.",
    command: "alertmanagerLogs",
  },
  {
    ...own, id: "prometheus-disk", topic: "prometheus-disk",
    measure: { kind: "increase", metric: "prometheus_tsdb_compactions_failed_total", windowMinutes: 180 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0,
    summary: "Prometheus can't tidy up its data",
    description: "A full disk, usually: then it soon stores nothing.",
    command: "hostDisks",
  },
  {
    // Prometheus sends again every minute what is still on, so a restart of Alertmanager loses nothing: only what lasts counts.
    ...own, id: "alerts-not-sent", topic: "alerts-not-sent",
    measure: { kind: "increase", metric: "prometheus_notifications_dropped_total", windowMinutes: 5 }, limit: { aboveCount: { page: 0 } }, forMinutes: 10,
    summary: "Alertmanager has not taken alerts for a quarter of an hour, {value} in the last five minutes",
    description: "People were not told. If you read this, it works again: look at what was on meanwhile.",
    command: "openAlerts",
  },
  {
    // A dead receiver: the others tell of it, and Alertmanager goes on trying.
    ...own, id: "channel-failing", topic: "channel-failing", requirement: "M3",
    measure: { kind: "increase", metric: "alertmanager_notifications_failed_total", windowMinutes: 10, by: ["integration"] }, limit: { aboveCount: { page: 0 } }, forMinutes: 2,
    summary: "Messages by {integration} do not arrive: {value} tries failed within ten minutes",
    description: "Whoever relies on this channel knows nothing. Alertmanager keeps trying; its log has the receiver's answer: a wrong address, a password that ended, a mail server that is away?",
    command: "failingChannels",
  },
  {
    ...own, id: "notices-failing", topic: "notices-failing", requirement: "M3",
    measure: { kind: "increase", metric: "stackbook_notices_failed_total", windowMinutes: 10 }, limit: { aboveCount: { ticket: 3 } }, forMinutes: 5,
    summary: "Alertmanager does not take notices of deploys and incidents ({value} tries failed)",
    description: "The status agent keeps them and tries again. Is Alertmanager there?",
    command: "statusLogs",
  },
  {
    ...own, id: "digest-missing", topic: "digest-missing", requirement: "M3",
    measure: { kind: "age", metric: "stackbook_digest_last_success_timestamp_seconds" }, limit: { aboveHours: { ticket: 26 } }, forMinutes: 5,
    summary: "The daily report has not been written for {value}",
    description: "What is only for review reaches nobody. The status agent's log says why.",
    command: "statusLogs",
  },
  {
    ...own, id: "logs-lost", topic: "logs-lost", requirement: "M6",
    measure: { kind: "increase", metric: "otelcol_exporter_send_failed_log_records_total", windowMinutes: 15 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 5,
    summary: "The log collector gave up {value} lines",
    description: "Loki did not take them in time. They are still in the engine's own files until those are rotated.",
    command: "collectorLogs",
  },
  {
    ...own, id: "logs-queue-full", topic: "logs-queue-full", requirement: "M6",
    measure: { kind: "increase", metric: "otelcol_exporter_enqueue_failed_log_records_total", windowMinutes: 15 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 5,
    summary: "The log collector's queue is full: {value} lines were not taken",
    description: "More is logged than Loki takes, or Loki is away.",
    command: "collectorLogs",
  },
  {
    ...own, id: "logs-refused", topic: "logs-refused", requirement: "M6",
    measure: { kind: "increase", metric: "loki_discarded_samples_total", windowMinutes: 15, by: ["reason"], bornWithFirst: true }, limit: { aboveCount: { ticket: 100 } }, forMinutes: 5, // assumed: a few are too old after a pause
    summary: "Loki refused {value} log lines ({reason})",
    description: "They can't be searched. The reason is in the summary: too many at once, too old, too long, too many labels.",
    command: "lokiLogs",
  },
];
