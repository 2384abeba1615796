import { Policy } from "@pulumi/aws/appautoscaling/policy";
import { Target } from "@pulumi/aws/appautoscaling/target";
import * as pulumi from "@pulumi/pulumi";
import { mostServers } from "../../config/aws-checks";
import type { SidecarArgs, Workload, WorkloadArgs } from "../platform";
import { scaleOf, type Scale } from "../scale";
import { httpHealthcheck } from "../stores/healthcheck";
import type { AwsContext } from "./context";
import { createService, type MadeService } from "./service";
import { groupsOf } from "./site";
import { createTask } from "./taskDefinition";

/** Who the process is: static artefacts run on the web server's user, servers on `node`'s. */
export const users = { server: "1000:1000", static: "101:101" } as const;

/**
 * A version in its slot: a service behind a name of its own. Another image is rolled in, each new task before an old one
 * goes; one that doesn't get healthy fails the update, and the old ones serve on.
 */
export function createWorkload(context: AwsContext, args: WorkloadArgs, opts: pulumi.ComponentResourceOptions): Workload {
  const { access, folders, replicas, service, slot, system, version } = args;
  const name = `${system}-${service.name}-${slot}`;
  const { health, port } = service;
  const task = createTask(
    context,
    {
      name,
      system,
      service: service.name,
      role: "app",
      slot,
      image: args.image.reference,
      settings: args.settings,
      user: users[service.kind],
      ports: [port],
      healthcheck: httpHealthcheck(port, health.ready ?? health.path),
      memoryMiB: args.memoryMiB,
      cpus: args.cpus,
      folders: folders.map((folder) => ({ folder, readOnly: false })),
      // The official nginx image writes to both.
      scratch: ["/tmp", ...(service.kind === "static" ? ["/var/cache/nginx"] : [])],
      stopSeconds: args.stopSeconds,
      logs: "application",
    },
    { parent: opts.parent },
  );
  const scale = scaleOf(args, mostServers);
  const before = service.name === "frontend" ? context.backendOf(system, slot) : [];
  const made = createService(
    context,
    {
      name,
      system,
      service: service.name,
      role: "app",
      slot,
      task,
      groups: groupsOf(context, system, access, folders.length > 0),
      replicas,
      isScaled: scale !== undefined,
      hostName: `${service.name}-${slot}.${system}`,
      title: `${system} ${service.name} ${version}`,
    },
    pulumi.mergeOptions({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: before }),
  );
  if (service.name === "backend") context.keepBackend(system, slot, made.ready);
  if (scale !== undefined) createScaling(context, name, made, scale, { parent: opts.parent });
  // As many as there may ever be: the edge gives each an address of its own from what the name tells, and lets the others be.
  const servers = Array.from({ length: scale?.to ?? replicas }, (_, at) => ({ name: `${slot}-${at}`, host: made.host }));
  return { servers, ready: [made.ready] };
}

function createScaling(context: AwsContext, name: string, { service }: MadeService, { cpuPercent, from, memoryPercent, to }: Scale, opts: pulumi.CustomResourceOptions): void {
  const target = new Target(
    `${name}-scale`,
    { serviceNamespace: "ecs", scalableDimension: "ecs:service:DesiredCount", resourceId: pulumi.interpolate`service/${context.cluster.name}/${service.name}`, minCapacity: from, maxCapacity: to },
    context.options(opts),
  );
  const on = { serviceNamespace: target.serviceNamespace, scalableDimension: target.scalableDimension, resourceId: target.resourceId, policyType: "TargetTrackingScaling" };
  for (const [figure, predefinedMetricType, targetValue] of [["cpu", "ECSServiceAverageCPUUtilization", cpuPercent], ["memory", "ECSServiceAverageMemoryUtilization", memoryPercent]] as const) {
    new Policy(
      `${name}-scale-${figure}`,
      { ...on, name: context.name(name, figure), targetTrackingScalingPolicyConfiguration: { predefinedMetricSpecification: { predefinedMetricType }, targetValue, scaleInCooldown: 300, scaleOutCooldown: 60 } },
      context.options(opts),
    );
  }
}

/** A process beside a system that serves nobody. */
export function createSidecar(context: AwsContext, args: SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  const name = `${args.system}-${args.name}`;
  const { access, command, image, memoryMiB, settings, system } = args;
  const task = createTask(context, { name, system, service: args.name, role: "demo", image: image.reference, command, settings, user: users.server, memoryMiB, cpus: 0.25, logs: "application" }, { parent: opts.parent });
  const groups = groupsOf(context, system, access, false);
  return createService(context, { name, system, service: args.name, role: "demo", task, groups, replicas: 1, title: `${system} ${args.name}` }, { parent: opts.parent, dependsOn: opts.dependsOn }).ready;
}
