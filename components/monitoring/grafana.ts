import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import { boardsOf, grafanaEnv, linesFrom, renderDashboards, renderGrafana, type DashboardsInput } from "../../dashboards";
import type { Daemon, Platform, RotatingSecret } from "../../platforms/platform";
import type { RunningSystem } from "../outputs";
import { generatedSecret } from "../rotation/secret";
import type { MonitoringDoor } from "./doors";
import { ports, type OptionalPart } from "./facts";
import { catalogueInput } from "./rules";

const directory = "/etc/grafana-stackbook";

export interface GrafanaArgs {
  readonly platform: Platform;
  readonly stack: StackConfig;
  readonly systems: readonly RunningSystem[];
  readonly doors: readonly MonitoringDoor[];
  /** Optional parts that run here. */
  readonly parts: readonly OptionalPart[];
}

export interface Grafana {
  readonly daemon: Daemon;
  /** Generated, never a default (X3). */
  readonly login: { readonly user: string; readonly password: RotatingSecret };
}

/** Grafana, with everything it shows in files: what somebody clicks together is theirs to export. */
export function createGrafana(args: GrafanaArgs, opts: pulumi.ComponentResourceOptions): Grafana | undefined {
  const { doors, platform } = args;
  const door = doors.find(({ name }) => name === "grafana");
  if (door === undefined) return undefined;
  const secret = (name: string, generation?: number): RotatingSecret => generatedSecret(`grafana-${name}`, { length: 32, protect: false, generation }, opts.parent);
  const password = secret("adminPassword", args.stack.monitoring.rotations?.["grafana"]);
  const secrets = pulumi.all({ "secrets/admin-password": password.current, "secrets/secret-key": secret("secretKey").current });
  const daemon = platform.createDaemon(
    {
      name: "grafana",
      image: platform.image("grafana"),
      env: { ...grafanaEnv(directory), GOMEMLIMIT: "340MiB" },
      user: "472:472",
      places: ["edge"],
      config: { directory, files: grafanaFiles(args, door), secretFiles: secrets, onChange: "replace" },
      data: platform.createFolder("stack", { name: "grafana", path: "/var/lib/grafana" }, false, opts),
      healthcheck: { port: ports.grafana, path: "/api/health" },
      memoryMiB: 384,
      cpus: 1,
    },
    opts,
  );
  return { daemon, login: { user: "admin", password } };
}

function grafanaFiles({ doors, parts, stack, systems }: GrafanaArgs, door: MonitoringDoor): Record<string, string> {
  const logs = parts.includes("loki");
  const url = (name: MonitoringDoor["name"]): string | undefined => doors.find((candidate) => candidate.name === name)?.url;
  const [alertmanager, prometheus, status] = [url("alerts"), url("prometheus"), url("status")];
  const input: DashboardsInput = {
    systems: systems.map(({ config }) => ({ id: config.spec.id, title: config.spec.title, engine: config.spec.database.engine, redis: config.redis })),
    lines: linesFrom({ ...catalogueInput(stack, systems, parts), thresholds: stack.alerts.thresholds }),
    logs,
    backups: systems.some(({ config }) => config.backups !== undefined),
    drills: stack.backups.drill.enabled,
    publicUrls: {
      ...(alertmanager === undefined ? {} : { alertmanager }),
      ...(prometheus === undefined ? {} : { prometheus }),
      ...(status === undefined ? {} : { status }),
    },
  };
  return {
    ...renderGrafana(
      {
        directory,
        publicUrl: door.url,
        anonymous: stack.environment === "dev",
        scrapeSeconds: stack.monitoring.scrapeSeconds,
        timeZone: stack.monitoring.timeZone,
        prometheusUrl: `http://prometheus:${ports.prometheus}`,
        alertmanagerUrl: `http://alertmanager:${ports.alertmanager}`,
        ...(logs ? { lokiUrl: `http://loki:${ports.loki}` } : {}),
      },
      boardsOf(input),
    ),
    ...renderDashboards(input),
  };
}
