import { metrics } from "../../alerts/metrics";
import { edgeListen } from "../edge/model";
import { containerRelabelling } from "./containers";
import { ports, type OptionalPart, type StackFacts, type WatchedContainer, type WatchedSystem } from "./facts";
import { yamlText } from "./yaml";

export interface PrometheusInput extends StackFacts {
  readonly scrapeSeconds: number;
  readonly systems: readonly WatchedSystem[];
  /** Optional parts that run here. */
  readonly parts: readonly OptionalPart[];
  /** Relative to the configuration's folder, by name: a file of an earlier update is never read. */
  readonly ruleFiles: readonly string[];
}

interface Target {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

interface Job {
  readonly job_name: string;
  readonly static_configs: readonly Target[];
  readonly [option: string]: unknown;
}

/** The file of the jobs that are known only once every container stands, see `renderContainerJob`. */
export const containerJobFile = "containers/jobs.yml";

/** prometheus.yml: who is asked, who is told, which rules. Targets are the systems' own, never typed twice. */
export function renderPrometheus(input: PrometheusInput): string {
  return yamlText("Written by the stack's update; changes are lost with the next one.", {
    global: {
      scrape_interval: `${input.scrapeSeconds}s`,
      scrape_timeout: `${timeoutSeconds(input.scrapeSeconds)}s`,
      evaluation_interval: `${input.scrapeSeconds}s`,
      external_labels: { stack: input.stack, environment: input.environment },
    },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`alertmanager:${ports.alertmanager}`] }] }] },
    rule_files: input.ruleFiles,
    // A pattern that finds nothing is allowed: this job is written after the others.
    ...(input.parts.includes("cadvisor") ? { scrape_config_files: ["containers/*.yml"] } : {}),
    scrape_configs: [...stackJobs(input), ...systemJobs(input.systems), blackboxJob(input.systems)].filter((job) => job.static_configs.length > 0),
  });
}

/** What one reading may take; a slow target is a missing one, not a late one. */
export function timeoutSeconds(scrapeSeconds: number): number {
  return Math.min(10, scrapeSeconds);
}

function stackJobs(input: PrometheusInput): Job[] {
  const stack = (service: string): Record<string, string> => ({ system: "stack", service });
  const job = (name: string, host: string, port: number, service: string, more: Record<string, unknown> = {}): Job => ({
    job_name: name,
    ...more,
    static_configs: [{ targets: [`${host}:${port}`], labels: stack(service) }],
  });
  const optional: Partial<Record<OptionalPart, Job>> = {
    loki: job("loki", "loki", ports.loki, "loki"),
    collector: job("collector", "collector", ports.collectorMetrics, "collector"),
    // Speaks about systems, so its own labels count.
    status: job("status", "status", ports.status, "status", { honor_labels: true }),
  };
  return [
    job("prometheus", "localhost", ports.prometheus, "prometheus"),
    job("alertmanager", "alertmanager", ports.alertmanager, "alertmanager"),
    // The second reads the host's network, see machine.ts.
    { job_name: "host", static_configs: ["node-exporter", "node-exporter-network"].map((host) => ({ targets: [`${host}:${ports.nodeExporter}`], labels: stack("host") })) },
    job("edge", "edge", edgeListen.admin, "edge", { metric_relabel_configs: keepMetrics("edge") }),
    job("edge-log", "mtail", ports.mtail, "edge", { honor_labels: true, metric_relabel_configs: keepMetrics("edge-log") }),
    ...input.parts.flatMap((part) => optional[part] ?? []),
  ];
}

function systemJobs(systems: readonly WatchedSystem[]): Job[] {
  // An exporter's other metrics are hundreds, and named otherwise in every version.
  const exporters = (kind: string, port: number, service: string, of: readonly WatchedSystem[]): Job => ({
    job_name: kind,
    metric_relabel_configs: keepMetrics(kind),
    static_configs: of.map((system) => ({ targets: [`${system.id}-${kind}-exporter:${port}`], labels: { system: system.id, service, instance: `${system.id}-${service}` } })),
  });
  return [
    ...applicationJobs(systems),
    exporters("postgres", ports.postgresExporter, "database", systems.filter(({ engine }) => engine === "postgres")),
    exporters("mongodb", ports.mongodbExporter, "database", systems.filter(({ engine }) => engine === "mongodb")),
    exporters("redis", ports.redisExporter, "cache", systems.filter(({ redis }) => redis)),
    backupJob(systems),
  ];
}

/** Both agents of a system: who makes its backups, and who rehearses their restore. */
function backupJob(systems: readonly WatchedSystem[]): Job {
  const target = (system: string, service: string, host: string | undefined): Target[] =>
    host === undefined ? [] : [{ targets: [`${host}:${ports.backup}`], labels: { system, service, instance: host } }];
  return {
    job_name: "backup",
    // Their figures name the system themselves.
    honor_labels: true,
    metric_relabel_configs: keepMetrics("backup"),
    static_configs: systems.flatMap(({ backup, id }) => [...target(id, "backup", backup?.agent), ...target(id, "drill", backup?.drill)]),
  };
}

/** One job for all applications; where the metrics are is the target's to say. */
function applicationJobs(systems: readonly WatchedSystem[]): Job[] {
  return [
    {
      job_name: "app",
      // An application that counts each visitor apart must not take the others' monitoring with it.
      sample_limit: 20_000,
      static_configs: systems.flatMap((system) =>
        system.services.flatMap((service) =>
          service.metricsPath === undefined
            ? []
            : service.replicas.map(({ host, slot }) => ({
                targets: [`${host}:${service.port}`],
                labels: { system: system.id, service: service.name, slot, instance: host, __metrics_path__: service.metricsPath ?? "" },
              })),
        ),
      ),
    },
  ];
}

/** Each system's own host name and certificate are in its module, see blackbox.ts; the label `instance` is what a person would ask. */
function blackboxJob(systems: readonly WatchedSystem[]): Job {
  return {
    job_name: "blackbox",
    metrics_path: "/probe",
    static_configs: systems.flatMap((system) =>
      system.probes.map(({ check, service, path }) => ({
        targets: [`https://edge:${edgeListen.probes}${path}`],
        labels: { system: system.id, service, check, instance: `${system.publicUrl}${path}`, __param_module: system.id },
      })),
    ),
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { target_label: "__address__", replacement: `blackbox:${ports.blackbox}` },
    ],
    metric_relabel_configs: keepMetrics("blackbox"),
  };
}

/** Families that nothing asks for cost memory: exporters have many. */
function keepMetrics(job: string): { source_labels: string[]; regex: string; action: string }[] {
  const families = metrics.filter((metric) => metric.job === job).map((metric) => metric.name);
  return [{ source_labels: ["__name__"], regex: `(?:${families.join("|")})(?:_bucket|_sum|_count)?`, action: "keep" }];
}

/** The container metrics' job: written last, when the ids of all containers are known, this Prometheus's too. */
export function renderContainerJob(containers: readonly WatchedContainer[]): string {
  const families = metrics.filter((metric) => metric.job === "containers").map((metric) => metric.name);
  return yamlText("Written by the stack's update: whose container is which.", {
    scrape_configs: [
      {
        job_name: "containers",
        static_configs: [{ targets: [`cadvisor:${ports.cadvisor}`], labels: { system: "stack", service: "cadvisor" } }],
        metric_relabel_configs: containerRelabelling(containers, families),
      },
    ],
  });
}
