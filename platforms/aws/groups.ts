import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";

export interface Way {
  /** Of its two rules. */
  readonly name: string;
  readonly from: SecurityGroup;
  readonly to: SecurityGroup;
  readonly port: number;
}

/** Both of its ends: who may call, and who is let in. */
export function open(context: AwsContext, { from, name, port, to }: Way, opts: pulumi.CustomResourceOptions = {}): void {
  const on = { ipProtocol: "tcp", fromPort: port, toPort: port, description: name, tags: context.tags("stack", name, "network") };
  new SecurityGroupIngressRule(`${name}-in`, { ...on, securityGroupId: to.id, referencedSecurityGroupId: from.id }, context.options(opts));
  new SecurityGroupEgressRule(`${name}-out`, { ...on, securityGroupId: from.id, referencedSecurityGroupId: to.id }, context.options(opts));
}

/** What every task has: the way to its image, its secrets and its log. */
export const baseGroup = (context: AwsContext): SecurityGroup => context.group("stack", "tasks");

/** Of the stack as a whole. What systems add is in site.ts. */
export function openWays(context: AwsContext): void {
  const { settings, network } = context;
  const tags = (service: string): Record<string, string> => context.tags("stack", service, "network");
  const tasks = baseGroup(context);
  open(context, { name: "tasks-to-endpoints", from: tasks, to: context.group("stack", "endpoints"), port: 443 });
  const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
  // Layers of images lie in S3.
  new SecurityGroupEgressRule("tasks-to-s3", { ...https, securityGroupId: tasks.id, prefixListId: network.s3PrefixList, description: "S3", tags: tags("tasks-to-s3") }, context.options({}));
  // A registry elsewhere.
  if (settings.nat !== "none") new SecurityGroupEgressRule("tasks-to-registries", { ...https, securityGroupId: tasks.id, cidrIpv4: "0.0.0.0/0", description: "registries", tags: tags("tasks-to-registries") }, context.options({}));
}
