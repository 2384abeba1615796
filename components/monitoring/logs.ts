import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { Daemon, Platform } from "../../platforms/platform";
import type { RunningSystem } from "../outputs";
import { collectorFolders, collectorMemory, renderCollector } from "./collector";
import { ports } from "./facts";
import { lokiFolder, renderLoki } from "./loki";

/** Loki and what fills it. Without Loki's image there is nothing to fill. */
export function createLogs(
  platform: Platform,
  stack: StackConfig,
  systems: readonly RunningSystem[],
  opts: pulumi.ComponentResourceOptions,
): Daemon[] {
  const { logs } = stack.monitoring;
  if (!logs.enabled || platform.lacks("loki") !== undefined) return [];
  const loki = platform.createDaemon(
    {
      name: "loki",
      image: platform.image("loki"),
      command: ["-config.file=/etc/loki/loki.yaml"],
      user: "10001:10001",
      places: [],
      config: {
        directory: "/etc/loki",
        files: { "loki.yaml": renderLoki(logs.retentionDays) },
        check: ["loki", "-verify-config", "-config.file={dir}/loki.yaml"],
        onChange: "replace",
      },
      data: platform.createFolder("stack", { name: "loki", path: lokiFolder }, false, opts),
      env: { GOMEMLIMIT: "340MiB" },
      memoryMiB: 384,
      cpus: 1,
      // It writes down what it holds in memory.
      stopSeconds: 30,
    },
    opts,
  );
  if (platform.lacks("collector") !== undefined) return [loki];
  const audited = systems.flatMap(({ config, data }) =>
    data.folders.filter(({ name }) => name === "audit").map((folder) => ({ ...folder, path: `${collectorFolders.audit}/${config.spec.id}` })),
  );
  const collector = platform.createDaemon(
    {
      name: "collector",
      image: platform.image("collector"),
      command: ["--config=/etc/otelcol/config.yaml"],
      // The engine keeps its files where only the host's root may look; it has none of root's capabilities, so it
      // reads the audit logs by being in the group of the servers that write them.
      user: "0:1000",
      readsHostAsRoot: true,
      places: [],
      config: {
        directory: "/etc/otelcol",
        files: {
          "config.yaml": renderCollector({
            stack: stack.stack,
            environment: stack.environment,
            lokiUrl: `http://${loki.host}:${ports.loki}`,
            systems: systems.map(({ config: { spec } }) => ({ id: spec.id, auditLog: spec.auditLog !== undefined })),
          }),
        },
        check: ["/otelcol-contrib", "validate", "--config={dir}/config.yaml"],
        onChange: { signal: "SIGHUP" },
      },
      data: platform.createFolder("stack", { name: "collector", path: collectorFolders.state }, false, opts),
      shared: audited,
      hostFolders: [{ hostPath: logs.hostDirectory, path: collectorFolders.containers }],
      env: { GOMEMLIMIT: `${collectorMemory.softMiB}MiB` },
      memoryMiB: collectorMemory.limitMiB,
      cpus: 0.5,
      stopSeconds: 20,
    },
    pulumi.mergeOptions(opts, { dependsOn: loki.ready }),
  );
  return [loki, collector];
}
