import { EventApiDestination } from "@pulumi/aws/cloudwatch/eventApiDestination";
import { EventConnection } from "@pulumi/aws/cloudwatch/eventConnection";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { LogResourcePolicy } from "@pulumi/aws/cloudwatch/logResourcePolicy";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import type * as pulumi from "@pulumi/pulumi";
import type { WatchArgs } from "./args";
import { caller, eventsLogPolicy } from "./policies";

/** What ECS tells of containers, in a log: ends are counted there, and people read why. */
export function createEventsLog(args: WatchArgs, child: pulumi.CustomResourceOptions): LogGroup {
  const { input: { places }, namePrefix, systemLogDays, tags } = args;
  const group = new LogGroup("events-log", { name: places.events, retentionInDays: systemLogDays, tags: tags("events") }, child);
  const policy = new LogResourcePolicy("events-log", { policyName: `${namePrefix}-events`, policyDocument: group.arn.apply((arn) => JSON.stringify(eventsLogPolicy(arn))) }, child);
  const cluster = places.cluster.apply((name) => JSON.stringify({ source: ["aws.ecs"], "detail-type": ["ECS Task State Change", "ECS Deployment State Change"], resources: [{ wildcard: `*/${name}/*` }] }));
  const rule = new EventRule("events", { name: `${namePrefix}-events`, description: "What ECS tells of the stack's containers", eventPattern: cluster, tags: tags("events") }, child);
  new EventTarget("events", { rule: rule.name, arn: group.arn }, { ...child, dependsOn: [policy] });
  return group;
}

/** Calls an address each minute, for somebody outside to miss: a region, an account or a schedule that is gone sends no alarm. */
export function createDeadMansSwitch(args: WatchArgs, child: pulumi.CustomResourceOptions): void {
  const { alerts: { deadMansSwitch }, namePrefix, secret, tags } = args;
  if (deadMansSwitch === undefined) return;
  const name = `${namePrefix}-dead-mans-switch`;
  // EventBridge calls nobody without a key; the address itself is the secret, so this one says who calls.
  const connection = new EventConnection("dead-mans-switch", { name, authorizationType: "API_KEY", authParameters: { apiKey: { key: "X-Stackbook-Stack", value: args.input.stack } } }, child);
  const destination = new EventApiDestination("dead-mans-switch", { name, connectionArn: connection.arn, httpMethod: "POST", invocationEndpoint: secret(deadMansSwitch.key), invocationRateLimitPerSecond: 1 }, child);
  const role = new Role("dead-mans-switch", { name, description: "Calls the dead man's switch", assumeRolePolicy: caller.trust, tags: tags("alerts") }, child);
  new RolePolicy("dead-mans-switch", { role: role.name, policy: destination.arn.apply(caller.policy) }, child);
  const rule = new EventRule("dead-mans-switch", { name, description: "Somebody outside misses these calls", scheduleExpression: "rate(1 minute)", tags: tags("alerts") }, child);
  new EventTarget("dead-mans-switch", { rule: rule.name, arn: destination.arn, roleArn: role.arn }, child);
}
