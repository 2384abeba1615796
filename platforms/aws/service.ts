import { Service } from "@pulumi/aws/ecs/service";
import { Service as DiscoveryService } from "@pulumi/aws/servicediscovery/service";
import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import type { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import * as pulumi from "@pulumi/pulumi";
import type { AwsContext, Tenant } from "./context";
import type { HardenedTask } from "./taskDefinition";
import type { Role } from "./tags";
import { Rollout } from "./tasks/rollout";

export interface ServiceArgs {
  /** Of its resources: `motel-backend-a`. */
  readonly name: string;
  readonly system: Tenant;
  readonly service: string;
  readonly role: Role;
  readonly slot?: string;
  readonly task: HardenedTask;
  readonly groups: readonly SecurityGroup[];
  readonly replicas: number;
  /** Somebody else says how many: what the update says counts only when it is made. @default false */
  readonly isScaled?: boolean;
  /** Name inside the namespace, `backend-a.motel`; absent: nobody asks it. */
  readonly hostName?: string;
  readonly target?: { readonly group: TargetGroup; readonly port: number };
  /** For messages: `motel backend 1.4.2`. */
  readonly title: string;
}

export interface MadeService {
  readonly service: Service;
  readonly host: pulumi.Output<string>;
  /** Done when what runs is what was asked for. */
  readonly ready: Rollout;
}

/** Longer than a start and a drain may take together, in which a rollout that makes no headway is given up, seconds. */
const rolloutSeconds = 900;

/**
 * Tasks of one version, each new one healthy before an old one goes. ECS takes back by itself what doesn't get healthy, and
 * tells nobody (pulumi/pulumi-awsx#1848): so the rollout is looked at besides, and fails the update.
 */
export function createService(context: AwsContext, args: ServiceArgs, opts: pulumi.CustomResourceOptions): MadeService {
  const { groups, name, role, service, system, target, task } = args;
  const child = { parent: opts.parent };
  const tags = context.tags(system, service, role, args.slot === undefined ? {} : { slot: args.slot });
  const known = args.hostName === undefined ? undefined : createName(context, name, args.hostName, tags, child);
  const made = new Service(
    name,
    {
      name,
      cluster: context.cluster.arn,
      taskDefinition: task.definition.arn,
      launchType: "FARGATE",
      platformVersion: "LATEST",
      desiredCount: args.replicas,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: "ENABLED",
      networkConfiguration: { subnets: context.network.subnets.private.map(({ id }) => id), securityGroups: groups.map(({ id }) => id), assignPublicIp: false },
      ...(known === undefined ? {} : { serviceRegistries: { registryArn: known.arn } }),
      ...(target === undefined ? {} : { loadBalancers: [{ targetGroupArn: target.group.arn, containerName: task.container, containerPort: target.port }], healthCheckGracePeriodSeconds: 60 }),
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      enableExecuteCommand: false,
      waitForSteadyState: false,
      tags,
    },
    context.options(opts, { dependsOn: context.network.ready, ...(args.isScaled === true ? { ignoreChanges: ["desiredCount"] } : {}) }),
  );
  const ready = new Rollout(
    `${name}-rollout`,
    {
      region: context.settings.region,
      cluster: context.cluster.name,
      service: made.name,
      taskDefinition: task.definition.arn,
      logGroup: task.logGroup.name,
      container: task.container,
      title: args.title,
      timeoutSeconds: rolloutSeconds,
    },
    context.taskOptions({ parent: opts.parent, dependsOn: [made] }),
  );
  context.inventory.services.push({ system, service, ...(args.slot === undefined ? {} : { slot: args.slot }), name: made.name, logGroup: task.logGroup.name, replicas: args.replicas });
  return { service: made, host: pulumi.interpolate`${args.hostName ?? name}.${context.namespace.name}`, ready };
}

/** One name for all of a service's tasks; ECS puts in each one that is healthy. */
function createName(context: AwsContext, name: string, hostName: string, tags: Record<string, string>, opts: pulumi.CustomResourceOptions): DiscoveryService {
  return new DiscoveryService(
    `${name}-name`,
    {
      name: hostName,
      dnsConfig: { namespaceId: context.namespace.id, routingPolicy: "MULTIVALUE", dnsRecords: [{ type: "A", ttl: 5 }] },
      healthCheckCustomConfig: {},
      forceDestroy: true,
      tags,
    },
    context.options(opts),
  );
}
