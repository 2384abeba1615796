import * as pulumi from "@pulumi/pulumi";
import type { LogicalImage } from "../../config/types";
import type { Daemon } from "../../platforms/platform";
import { authorizationSha256, type EdgeDoor } from "../edge";
import { MonitoringAccess } from "./access";
import { createAlertmanager } from "./alertmanager";
import { monitoringDoors, type MonitoringDoor } from "./doors";
import { createExporters } from "./exporters";
import type { OptionalPart } from "./facts";
import { createGrafana } from "./grafana";
import { createLogs } from "./logs";
import { createMachineExporters } from "./machine";
import { createEdgeWatchers, createPrometheus, nameContainers, type MetricsArgs } from "./metrics";
import { createStatus } from "./status";

export type MonitoringArgs = MetricsArgs;

/** Images that a machine may be without, and what goes missing with them. */
const replaceable: readonly { readonly image: LogicalImage; readonly part: string }[] = [
  { image: "grafana", part: "dashboards" },
  { image: "loki", part: "logs" },
  { image: "collector", part: "collection of logs" },
  { image: "cadvisor", part: "metrics of containers" },
  { image: "mongodbExporter", part: "metrics of MongoDB" },
];

/**
 * What watches the stack, for whichever systems it runs. Nothing that serves visitors waits for any of it; the
 * update as a whole does, at its end, so that a part that doesn't start is an error and not a silence.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** Done when all of it is healthy. */
  readonly ready: pulumi.Resource;
  /** For the edge's routes. */
  readonly doors: readonly pulumi.Output<EdgeDoor>[];
  readonly outputs: Readonly<Record<string, pulumi.Input<unknown>>>;
  readonly credentials: Readonly<Record<string, pulumi.Input<unknown>>>;

  constructor(name: string, private readonly args: MonitoringArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:monitoring:Monitoring", name, {}, opts);
    const { platform, stack, systems } = args;
    const inside = { parent: this };
    const access = new MonitoringAccess(this);
    const doors = monitoringDoors(stack, (image) => platform.lacks(image));
    const door = (wanted: MonitoringDoor["name"]): MonitoringDoor | undefined => doors.find((candidate) => candidate.name === wanted);

    const exporters = [...createMachineExporters(platform, inside), ...createEdgeWatchers(args, inside), ...systems.flatMap((system) => createExporters(platform, stack, system, inside))];
    const logs = createLogs(platform, stack, systems, inside);
    const alertmanager = createAlertmanager(platform, stack, systems, door("alerts"), inside);
    const status = createStatus(platform, stack, systems, door("status"), inside);
    const parts = optionalParts([...exporters, ...logs, status]);
    const grafana = createGrafana({ platform, stack, systems, access, doors, parts }, inside);
    const prometheus = createPrometheus(args, parts, door("prometheus"), inside);
    const joined = platform.joinSites(prometheus, systems.map(({ system }) => system.site), inside);
    const daemons = [...exporters, ...logs, alertmanager, status, prometheus, ...(grafana === undefined ? [] : [grafana])];
    const named = parts.includes("cadvisor") ? [nameContainers(platform, prometheus, inside)] : [];
    this.ready = platform.awaitDaemons(daemons, { ...inside, dependsOn: [...joined, ...named] });

    this.doors = doors.map((open) => edgeDoor(open, access));
    const missing = this.missing();
    this.outputs = {
      prometheus: door("prometheus")?.url ?? null,
      alertmanager: door("alerts")?.url ?? null,
      grafana: door("grafana")?.url ?? null,
      status: door("status")?.url ?? null,
      statusContainer: status.container,
      missing,
    };
    this.credentials = {
      ...(doors.some(({ operatorsOnly }) => operatorsOnly) ? { operator: access.operator } : {}),
      ...(grafana === undefined ? {} : { grafana: { user: access.grafana.user, password: access.grafana.password } }),
    };
    this.registerOutputs({});
  }

  /** Said once, and in the outputs: a machine without an image does without the part. */
  private missing(): { part: string; why: string }[] {
    const { platform, stack } = this.args;
    const { dashboards, logs } = stack.monitoring;
    const wanted = replaceable.filter(({ image }) => (image === "grafana" ? dashboards.enabled : image === "loki" || image === "collector" ? logs.enabled : true));
    const missing = wanted.flatMap(({ image, part }) => {
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

function edgeDoor({ healthPath, host, name, operatorsOnly, target, websockets }: MonitoringDoor, access: MonitoringAccess): pulumi.Output<EdgeDoor> {
  const { password, user } = access.operator;
  const door: EdgeDoor = { name, host, target, healthPath, ...(websockets === undefined ? {} : { websockets }) };
  return operatorsOnly ? password.apply((words) => ({ ...door, authorizationSha256: authorizationSha256(user, words) })) : pulumi.output(door);
}
