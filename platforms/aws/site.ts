import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { Access, Site, SiteArgs } from "../platform";
import { engines } from "../stores/engines";
import type { AwsContext } from "./context";
import { baseGroup, open } from "./groups";

/**
 * One system's places, as security groups: who is in `to-database` may call the database, and nobody else; only the system's
 * own tasks are put there (X2).
 */
export function createSite(context: AwsContext, { hasCache, system }: SiteArgs, opts: pulumi.ComponentResourceOptions): Site {
  const at = { parent: opts.parent };
  const { spec } = context.system(system);
  const web = context.group(system, "web");
  for (const { name, port } of Object.values(spec.services)) {
    open(context, { name: `${system}-edge-to-${name}`, from: context.group("stack", "edge"), to: web, port }, at);
    open(context, { name: `${system}-web-to-${name}`, from: web, to: web, port }, at);
  }
  // As on Docker, an application may call services in the net, where there is a way.
  if (context.settings.nat !== "none") new SecurityGroupEgressRule(`${system}-web-to-net`, { ipProtocol: "-1", securityGroupId: web.id, cidrIpv4: "0.0.0.0/0", description: "services in the net", tags: context.tags(system, "web", "network") }, context.options(at));
  open(context, { name: `${system}-to-database`, from: context.group(system, "to-database"), to: context.group(system, "database"), port: engines[spec.database.engine].port }, at);
  if (hasCache) open(context, { name: `${system}-to-cache`, from: context.group(system, "to-cache"), to: context.group(system, "cache"), port: 6379 }, at);
  if (spec.uploads !== undefined || spec.auditLog !== undefined) open(context, { name: `${system}-to-folders`, from: context.group(system, "to-folders"), to: context.group(system, "folders"), port: 2049 }, at);
  return { system, web };
}

/** Of a task: five at most, AWS's limit. */
export function groupsOf(context: AwsContext, system: SystemId, access: readonly Access[], hasFolders: boolean): SecurityGroup[] {
  const named: Readonly<Record<Access, SecurityGroup | undefined>> = {
    web: access.includes("web") ? context.group(system, "web") : undefined,
    database: access.includes("database") ? context.group(system, "to-database") : undefined,
    cache: access.includes("cache") ? context.group(system, "to-cache") : undefined,
    edge: access.includes("edge") ? context.group("stack", "edge") : undefined,
  };
  return [baseGroup(context), ...Object.values(named).filter((group) => group !== undefined), ...(hasFolders ? [context.group(system, "to-folders")] : [])];
}
