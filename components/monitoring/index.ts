import * as pulumi from "@pulumi/pulumi";
import type { LogicalImage } from "../../config/types";
import type { Daemon } from "../../platforms/platform";
import { createAlertmanager } from "./alertmanager";
import type { MonitoringDoor } from "./doors";
import { createExporters } from "./exporters";
import type { OptionalPart } from "./facts";
import { createGrafana } from "./grafana";
import { exchangeGrafanaPassword } from "./grafanaPassword";
import { createLogs } from "./logs";
import { createMachineExporters } from "./machine";
import { createEdgeWatchers, createPrometheus, nameContainers, type MetricsArgs } from "./metrics";
import { rulesInput } from "./rules";
import { createStatus } from "./status";

export interface MonitoringArgs extends MetricsArgs {
  /** What comes first: visitors reach the new version before anything here is touched. */
  readonly routes: pulumi.Resource;
}

/** Images that a machine may be without, and what goes missing with them. */
const replaceable: readonly { readonly image: LogicalImage; readonly part: string }[] = [
  { image: "grafana", part: "dashboards" },
  { image: "loki", part: "logs" },
  { image: "collector", part: "collection of logs" },
  { image: "cadvisor", part: "metrics of containers" },
  { image: "mongodbExporter", part: "metrics of MongoDB" },
];

/**
 * What watches the stack, for whichever systems it runs. It comes when everything that serves visitors is done, as
 * Pulumi begins nothing more once something has failed; what doesn't start here fails the update at its end.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Done when all of it is healthy. */
  readonly ready: pulumi.Resource;
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;
  readonly credentials: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, private readonly args: MonitoringArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:monitoring:Monitoring", name, {}, opts);
    const { edge, platform, stack, systems } = args;
    const inside = { parent: this, dependsOn: [args.routes] };
    const door = (wanted: MonitoringDoor["name"]): MonitoringDoor | undefined => edge.doors.find((candidate) => candidate.name === wanted);

    const exporters = [...createMachineExporters(platform, inside), ...createEdgeWatchers(args, inside), ...systems.flatMap((system) => createExporters(platform, stack, system, inside))];
    const logs = createLogs(platform, stack, systems, inside);
    const alertmanager = createAlertmanager(platform, stack, systems, door("alerts"), inside);
    const status = createStatus(platform, stack, systems, door("status"), inside);
    const parts = optionalParts([...exporters, ...logs, status]);
    const grafana = createGrafana({ platform, stack, systems, doors: edge.doors, parts }, inside);
    const prometheus = createPrometheus(args, parts, door("prometheus"), inside);
    const joined = platform.joinSites(prometheus, systems.map(({ system }) => system.site), inside);
    const daemons = [...exporters, ...logs, alertmanager, status, prometheus, ...(grafana === undefined ? [] : [grafana.daemon])];
    const named = parts.includes("cadvisor") ? [nameContainers(platform, prometheus, inside)] : [];
    this.ready = platform.awaitDaemons("monitoring", daemons, { ...inside, dependsOn: [...joined, ...named] });

    if (grafana !== undefined) exchangeGrafanaPassword(platform, grafana.daemon, grafana.login.password, { parent: this, dependsOn: [this.ready] });

    const missing = this.missing();
    this.outputs = {
      prometheus: door("prometheus")?.url ?? null,
      alertmanager: door("alerts")?.url ?? null,
      grafana: door("grafana")?.url ?? null,
      status: door("status")?.url ?? null,
      statusContainer: status.container,
      rules: rulesInput(stack, systems, parts),
      missing,
    };
    this.credentials = {
      ...(edge.operator === undefined ? {} : { operator: edge.operator }),
      ...(grafana === undefined ? {} : { grafana: { ...grafana.login, password: grafana.login.password.current } }),
    };
    this.registerOutputs({});
  }

  /** Said once, and in the outputs: a machine without an image does without the part. */
  private missing(): { part: string; why: string }[] {
    const { platform, stack, systems } = this.args;
    const { dashboards, logs } = stack.monitoring;
    const wanted: Partial<Record<LogicalImage, boolean>> = {
      grafana: dashboards.enabled,
      loki: logs.enabled,
      // Without Loki there is nothing to collect for.
      collector: logs.enabled && platform.lacks("loki") === undefined,
      mongodbExporter: systems.some(({ config }) => config.spec.database.engine === "mongodb"),
    };
    const missing = replaceable.filter(({ image }) => wanted[image] ?? true).flatMap(({ image, part }) => {
      const why = platform.lacks(image);
      return why === undefined ? [] : [{ part, why }];
    });
    if (missing.length > 0) void pulumi.log.info(`monitoring runs without ${missing.map(({ part, why }) => `${part} (${why})`).join(", ")}`, this);
    return missing;
  }
}

/** Which of the parts that may be missing are there, by their names. */
function optionalParts(daemons: readonly Daemon[]): OptionalPart[] {
  const names: readonly OptionalPart[] = ["cadvisor", "loki", "collector", "status"];
  return names.filter((name) => daemons.some(({ host }) => host === name));
}
