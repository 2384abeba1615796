import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../../config/types";
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
        configHash: createHash("sha256").update(JSON.stringify(settingsOf(config))).digest("hex").slice(0, 16),
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
          closed: closedForVisitors(stack, systems),
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

/** Of what people are told: that visitors are shared out otherwise, in which slot they are served, or when they are turned away, is no news of the version that runs. */
function settingsOf({ beside: _beside, maintenance: _maintenance, slot: _slot, ...settings }: SystemConfig): Omit<SystemConfig, "beside" | "maintenance" | "slot"> {
  return settings;
}

/** When visitors are turned away, and what they read then; who asked for it, and why, is for operators. */
function closedForVisitors({ maintenance }: StackConfig, systems: readonly RunningSystem[]): object[] {
  const entry = (of: readonly string[] | "all", { from, message, until }: StackConfig["maintenance"][number]): object => ({ systems: of, from, until, message });
  return [...maintenance.map((period) => entry("all", period)), ...systems.flatMap(({ config }) => config.maintenance.filter(({ all }) => !all).map((period) => entry([config.spec.id], period)))];
}
