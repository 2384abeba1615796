import * as pulumi from "@pulumi/pulumi";
import { renderAlertmanager } from "../../alerts/routing";
import { alertmanagerDirectory } from "../../alerts/routing/secretFiles";
import type { StackConfig } from "../../config/types";
import type { Daemon, Platform } from "../../platforms/platform";
import type { RunningSystem } from "../outputs";
import { closedTimes } from "./closed";
import type { MonitoringDoor } from "./doors";
import { ports } from "./facts";

/** Who is told, by the stack's `alerts`. Its secrets are files of its own, in no text. */
export function createAlertmanager(
  platform: Platform,
  stack: StackConfig,
  systems: readonly RunningSystem[],
  door: MonitoringDoor | undefined,
  opts: pulumi.ComponentResourceOptions,
): Daemon {
  const { files, secretFiles } = renderAlertmanager({
    stack: stack.stack,
    timeZone: stack.monitoring.timeZone,
    alerts: stack.alerts,
    closed: closedTimes(stack),
    systems: systems.map(({ config: { spec } }) => ({ id: spec.id, title: spec.title })),
  });
  return platform.createDaemon(
    {
      name: "alertmanager",
      image: platform.image("alertmanager"),
      command: [
        `--config.file=${alertmanagerDirectory}/alertmanager.yml`,
        "--storage.path=/alertmanager",
        // The links in its messages.
        `--web.external-url=${door?.url ?? `http://alertmanager:${ports.alertmanager}`}`,
        // There is one of it.
        "--cluster.listen-address=",
        "--log.format=json",
      ],
      user: "65534:65534",
      places: ["edge"],
      config: {
        directory: alertmanagerDirectory,
        files,
        secretFiles: pulumi.all(Object.fromEntries(Object.entries(secretFiles).map(([path, { namespace, key }]) => [path, new pulumi.Config(namespace).requireSecret(key)]))),
        check: ["amtool", "check-config", "{dir}/alertmanager.yml"],
        onChange: { signal: "SIGHUP" },
      },
      data: platform.createFolder("stack", { name: "alertmanager", path: "/alertmanager" }, false, opts),
      healthcheck: { port: ports.alertmanager, path: "/-/ready" },
      memoryMiB: 96,
      cpus: 0.25,
    },
    opts,
  );
}
