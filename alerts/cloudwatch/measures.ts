import { metricNames } from "../../backups/protocol";
import type { Measure } from "../measures";
import { metricOfSeries, type Job } from "../metrics";
import { because, type Asked, type Judgement, type Reason } from "./judged";
import { containerUse, diskForecast, hostUse, outOfMemory, restarts } from "./machine";
import { Sheet } from "./sheet";
import { cacheHits, cacheMemory, connections, deadlocks, storeGauges } from "./stores";
import { answers, burnRate, counted, edgeUp, errorShare, logRead, perMinute, readyReplicas, responseTime, throughput } from "./traffic";

/** What an alert looks at, in CloudWatch's figures; or why there are none of it. */
export function judge<Name>(asked: Asked<Name>): Judgement<Name> {
  const { measure } = asked.row;
  switch (measure.kind) {
    case "responseTime":
      return responseTime(asked, measure);
    case "errorShare":
      return errorShare(asked, measure);
    case "throughput":
      return throughput(asked);
    case "readyReplicas":
      return readyReplicas(asked, measure.service);
    case "containerUse":
      return containerUse(asked, measure);
    case "restarts":
      return restarts(asked, measure);
    case "hostUse":
      return hostUse(asked, measure);
    case "diskForecast":
      return diskForecast(asked, measure);
    case "burnRate":
      return burnRate(asked, measure);
    case "timeLeft":
      return certificates(asked);
    case "gauge":
      return measure.metric === "probe_success" ? answers(asked) : (storeGauges[measure.metric]?.(asked, measure) ?? unknown(measure.metric));
    case "increase":
      return increase(asked, measure);
    case "share":
      return share(asked, measure);
    case "perMinute":
      return measure.metric === "edge_failed_logins_total" ? perMinute(asked, "failed-logins", measure.windowMinutes) : unknown(measure.metric);
    case "age":
      return unknown(measure.metric);
    case "againstLastWeek":
      return because("Metric math looks at no other week; CloudWatch's own models of the usual learn a band, which is another promise.");
    case "targets":
      return measure.job === "edge" ? edgeUp(asked) : because("Nothing is read from outside: AWS keeps its figures itself, and an alarm on what stays away is that of what is down.");
    case "familiesMissing":
      return unknown(measure.families[0] ?? "");
    case "logSilent":
      return logRead(asked, measure.windowMinutes);
    case "stillOpen":
      return because("Rendered with the alerts that it waits for, as alarms of their own that wait longer.");
    case "alwaysOn":
      return asked.row.system === "stack"
        ? because("A schedule calls the dead man's switch: an alarm that is always on would be sent once.")
        : because("What is stopped on purpose is in the stack's outputs, and `npx stackbook status` says it; CloudWatch has no daily report.");
  }
}

function increase<Name>(asked: Asked<Name>, measure: Extract<Measure, { kind: "increase" }>): Judgement<Name> {
  switch (measure.metric) {
    case "edge_requests_total":
      return counted(asked, measure.labels?.["status_class"] === "4xx" ? "failed-4xx" : "failed-5xx", measure.windowMinutes);
    case "edge_failed_logins_total":
      return counted(asked, "failed-logins", measure.windowMinutes);
    case "edge_deprecated_requests_total":
      return counted(asked, "deprecated-requests", measure.windowMinutes);
    case "node_vmstat_oom_kill":
      return outOfMemory(asked, measure.windowMinutes);
    case "stackbook_postgres_deadlocks_total":
      return deadlocks(asked, measure);
    default:
      return unknown(measure.metric);
  }
}

function share<Name>(asked: Asked<Name>, measure: Extract<Measure, { kind: "share" }>): Judgement<Name> {
  switch (measure.part.metric) {
    case "stackbook_postgres_connections":
    case "mongodb_ss_connections":
      return connections(asked);
    case "redis_memory_used_bytes":
      return cacheMemory(asked);
    case "redis_keyspace_hits_total":
      return cacheHits(asked, measure);
    default:
      return unknown(measure.part.metric);
  }
}

function certificates<Name>({ input: { places } }: Asked<Name>): Judgement<Name> {
  return places.certificates.map((arn, index) => {
    // Told twice a day.
    const sheet = new Sheet<Name>(86_400);
    return { part: `certificate-${index + 1}`, queries: sheet.queries(sheet.metric("AWS/CertificateManager", "DaysToExpiry", "Minimum", { CertificateArn: arn }), "days left"), periodSeconds: 86_400, missing: "notBreaching" };
  });
}

/** Figures with words of their own, where their job's aren't enough. */
const reasons: Readonly<Record<string, string>> = {
  [metricNames.lastSuccess]: "Judged by the bucket itself, which outlives the stack: its alarm backup-age (docs/backups.md).",
  [metricNames.bytes]: "Judged by the bucket itself, which outlives the stack: its alarm backup-shrank (docs/backups.md).",
  haproxy_process_current_connections: "HAProxy tells it in Prometheus's format, which nothing reads on AWS yet.",
  stackbook_postgres_lock_waits: "RDS keeps waits in Database Insights, for people to look at.",
  stackbook_postgres_longest_query_seconds: "RDS keeps running queries in Database Insights, for people to look at.",
  stackbook_postgres_slow_statements_mean_seconds: "RDS keeps statements in Database Insights, for people to look at.",
  node_boot_time_seconds: "There is no host that could be started again.",
};

const ofJob: Readonly<Partial<Record<Job, string>>> = {
  app: "The application tells it in Prometheus's format, which nothing reads on AWS yet.",
  backup: "The backup agent tells it in Prometheus's format, which nothing reads on AWS yet.",
  prometheus: "There is no Prometheus on AWS.",
  alertmanager: "There is no Alertmanager on AWS: SNS delivers.",
  status: "There is no status agent on AWS.",
  loki: "Logs are in CloudWatch: there is no Loki.",
  collector: "Logs are in CloudWatch: there is no collector.",
};

function unknown(metric: string): Reason {
  const job = metricOfSeries(metric)?.job;
  const why = reasons[metric] ?? (job === undefined ? undefined : ofJob[job]);
  if (why === undefined) throw new Error(`alerts/cloudwatch knows nothing of ${metric}: render it in measures.ts, or say there why it isn't`);
  return because(why);
}
