import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { Daemon, Platform } from "../../platforms/platform";
import type { RunningSystem } from "../outputs";
import type { MonitoringDoor } from "./doors";
import { ports } from "./facts";
import { watchedSystem } from "./watched";

/** The status page, the daily digest and notices of deploys: told what runs by every update. */
export function createStatus(
  platform: Platform,
  stack: StackConfig,
  systems: readonly RunningSystem[],
  door: MonitoringDoor | undefined,
  opts: pulumi.ComponentResourceOptions,
): Daemon {
  const { alerts, monitoring } = stack;
  const entries = pulumi.all(
    systems.map(({ config, system }) =>
      pulumi.all([system.images.backend.reference, system.images.frontend.reference]).apply(([backend, frontend]) => ({
        id: config.spec.id,
        title: config.spec.title,
        version: config.version,
        images: { backend, frontend },
        // Of settings, replicas, limits; the secrets among them are names only.
        configHash: createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 16),
        url: watchedSystem(stack, config, { backend: [], frontend: [] }).publicUrl,
      })),
    ),
  );
  const text = entries.apply(
    (running) =>
      `${JSON.stringify(
        {
          stack: stack.stack,
          environment: stack.environment,
          title: monitoring.statusPage.title,
          timeZone: monitoring.timeZone,
          digestAt: alerts.digest.at,
          alertmanagerUrl: `http://alertmanager:${ports.alertmanager}`,
          prometheusUrl: `http://prometheus:${ports.prometheus}`,
          publicUrl: door?.url ?? null,
          systems: running,
          maintenance: alerts.maintenance,
        },
        null,
        2,
      )}\n`,
  );
  return platform.createDaemon(
    {
      name: "status",
      image: platform.createAgentImage("status", opts).reference,
      user: "1000:1000",
      places: ["edge"],
      config: { directory: "/etc/stackbook", files: text.apply((status) => ({ "status.json": status })), onChange: { signal: "SIGHUP" } },
      data: platform.createFolder("stack", { name: "status", path: "/data" }, false, opts),
      healthcheck: { port: ports.status, path: "/healthz" },
      memoryMiB: 128,
      cpus: 0.5,
    },
    opts,
  );
}
