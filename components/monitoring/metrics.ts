import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { Daemon, Platform } from "../../platforms/platform";
import { edgeLogPipe } from "../edge";
import type { EdgeSite } from "../edgeSite";
import type { RunningSystem } from "../outputs";
import { renderBlackbox, type ProbeTrust } from "./blackbox";
import type { MonitoringDoor } from "./doors";
import { ports, type OptionalPart, type WatchedContainer, type WatchedSystem } from "./facts";
import { renderEdgeProgram } from "./mtail";
import { containerJobFile, renderContainerJob, renderPrometheus, timeoutSeconds } from "./prometheus";
import { renderRules } from "./rules";
import { watchedSystem, watchedSystems } from "./watched";

export interface MetricsArgs {
  readonly platform: Platform;
  readonly stack: StackConfig;
  readonly edge: EdgeSite;
  readonly systems: readonly RunningSystem[];
}

const nobody = "65534:65534";

/** The edge's log, and its answers as visitors get them. */
export function createEdgeWatchers({ edge, platform, stack, systems }: MetricsArgs, opts: pulumi.ComponentResourceOptions): Daemon[] {
  const mtail = platform.createDaemon(
    {
      name: "mtail",
      image: platform.image("mtail"),
      command: [
        "--progs=/etc/mtail",
        `--logs=${edgeLogPipe}`,
        "--logtostderr",
        "--emit_prog_label=false",
        // It takes 4 KiB of a pipe each time it looks: 2 MB/s, or 3,000 requests a second. Costs 2 % of a core when idle.
        "--poll_interval=2ms",
        "--poll_log_interval=1s",
      ],
      // The edge's own, which the pipe belongs to.
      user: "99:99",
      places: [],
      config: { directory: "/etc/mtail", files: { "edge.mtail": renderEdgeProgram() }, check: ["mtail", "--compile_only", "--logtostderr", "--progs={dir}"], onChange: "replace" },
      shared: [edge.edge.log],
      memoryMiB: 96,
      cpus: 0.5,
    },
    opts,
  );
  const watched = systems.map(({ config }) => watchedSystem(stack, config, { backend: [], frontend: [] }));
  const trusted = edge.caCertificate ?? edge.givenCertificate;
  const module = renderBlackbox({ systems: watched, trust: trust(stack), timeoutSeconds: Math.max(2, timeoutSeconds(stack.monitoring.scrapeSeconds) - 1) });
  const blackbox = platform.createDaemon(
    {
      name: "blackbox",
      image: platform.image("blackboxExporter"),
      command: ["--config.file=/etc/blackbox/blackbox.yml", "--log.level=warn"],
      user: nobody,
      places: ["edge"],
      config: {
        directory: "/etc/blackbox",
        files: pulumi.output(trusted).apply((pem): Record<string, string> => ({ "blackbox.yml": module, ...(pem === undefined ? {} : { [trustFile]: pem }) })),
        check: ["blackbox_exporter", "--config.check", "--config.file={dir}/blackbox.yml"],
        onChange: { signal: "SIGHUP" },
      },
      memoryMiB: 64,
      cpus: 0.25,
    },
    opts,
  );
  return [mtail, blackbox];
}

const trustFile = "edge.pem";

function trust(stack: StackConfig): ProbeTrust {
  const { tls } = stack.edge;
  if (tls.kind !== "acme") return { kind: "file", path: `/etc/blackbox/${trustFile}` };
  return { kind: tls.directoryUrl === undefined ? "public" : "unknown" };
}

/** Prometheus, told of new targets by every update; a system's joining or leaving doesn't restart it. */
export function createPrometheus(args: MetricsArgs, parts: readonly OptionalPart[], door: MonitoringDoor | undefined, opts: pulumi.ComponentResourceOptions): Daemon {
  const { platform, stack, systems } = args;
  const { metrics, scrapeSeconds } = stack.monitoring;
  const rules = renderRules(stack, systems, parts);
  const files = watchedSystems(stack, systems).apply((watched: WatchedSystem[]) => ({
    "prometheus.yml": renderPrometheus({
      stack: stack.stack,
      environment: stack.environment,
      scrapeSeconds,
      systems: watched,
      parts,
      ruleFiles: Object.keys(rules),
    }),
    ...rules,
  }));
  return platform.createDaemon(
    {
      name: "prometheus",
      image: platform.image("prometheus"),
      command: [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
        `--storage.tsdb.retention.time=${metrics.retentionDays}d`,
        `--storage.tsdb.retention.size=${metrics.maxSizeGiB}GB`,
        `--web.external-url=${door?.url ?? `http://prometheus:${ports.prometheus}`}`,
        "--log.format=json",
        "--log.level=warn",
      ],
      user: nobody,
      places: ["edge"],
      config: { directory: "/etc/prometheus", files, check: ["promtool", "check", "config", "{dir}/prometheus.yml"], onChange: { signal: "SIGHUP" } },
      data: platform.createFolder("stack", { name: "prometheus", path: "/prometheus" }, false, opts),
      healthcheck: { port: ports.prometheus, path: "/-/ready" },
      env: { GOMEMLIMIT: "680MiB" },
      memoryMiB: 768,
      cpus: 1,
      stopSeconds: 30,
    },
    opts,
  );
}

/** Last of all, when every container has its id. */
export function nameContainers(platform: Platform, prometheus: Daemon, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  const containers = pulumi.all(
    platform.containers().map(({ id, name, service, system }) => pulumi.all([id, name]).apply(([known, called]) => ({ id: known, name: called, service, system }) as WatchedContainer)),
  );
  return platform.addConfig(
    prometheus,
    "containers",
    {
      files: containers.apply((known) => ({
        [containerJobFile]: renderContainerJob(known),
        "containers/check.yaml": `scrape_config_files: ["*.yml"]\n`,
      })),
      check: ["promtool", "check", "config", "{dir}/containers/check.yaml"],
      onChange: { signal: "SIGHUP" },
    },
    opts,
  );
}
