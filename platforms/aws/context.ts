import { Cluster } from "@pulumi/aws/ecs/cluster";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import type { Vpc } from "@pulumi/aws/ec2/vpc";
import { Provider, type ProviderArgs } from "@pulumi/aws/provider";
import { PrivateDnsNamespace } from "@pulumi/aws/servicediscovery/privateDnsNamespace";
import * as pulumi from "@pulumi/pulumi";
import type { AwsConfig, LogicalImage, StackConfig, SystemConfig } from "../../config/types";
import type { SystemId } from "../../systems";
import { officialImages, resolveImage } from "../images";
import { openWays } from "./groups";
import { Inventory } from "./inventory";
import { createNetwork, type Network } from "./network";
import { tagMap, type Role, type Tags } from "./tags";

/** Whose something is: a system's, or the stack's own. */
export type Tenant = SystemId | "stack";

/** What all of the AWS platform's parts share: where, under which names, and what was made already. */
export class AwsContext {
  readonly stack: string;
  readonly settings: AwsConfig;
  readonly provider: Provider;
  readonly network: Network;
  readonly cluster: Cluster;
  /** Names of services, for those inside the network alone. */
  readonly namespace: PrivateDnsNamespace;
  /** What has figures in CloudWatch. */
  readonly inventory = new Inventory();
  private readonly groups = new Map<string, SecurityGroup>();
  private readonly once = new Map<string, pulumi.Resource>();
  private readonly backends = new Map<string, pulumi.Resource>();

  constructor(
    readonly config: StackConfig,
    private readonly tasks: pulumi.ProviderResource,
  ) {
    const { aws } = config;
    if (aws === undefined) throw new Error("the stack's platform is not aws");
    this.stack = config.stack;
    this.settings = aws;
    // One of AWS's own names, which the type lists; config/aws-checks.ts has looked it up.
    const region = aws.region as NonNullable<ProviderArgs["region"]>;
    this.provider = new Provider("cloud", { region, ...(aws.account === undefined ? {} : { allowedAccountIds: [aws.account] }) });
    this.network = createNetwork(this);
    openWays(this);
    this.cluster = new Cluster("cluster", { name: aws.namePrefix, settings: [{ name: "containerInsights", value: "enabled" }], tags: this.tags("stack", "cluster", "network") }, this.options({}));
    this.namespace = new PrivateDnsNamespace("namespace", { name: `${aws.namePrefix}.internal`, vpc: this.network.vpc.id, tags: this.tags("stack", "namespace", "network") }, this.options({}));
  }

  /** `stackbook-prod-motel-backend-a` */
  name(...parts: readonly string[]): string {
    return [this.settings.namePrefix, ...parts].join("-");
  }

  tags(system: Tenant, service: string, role: Role, more: Partial<Tags> = {}): Record<string, string> {
    return tagMap({ stack: this.stack, system, service, role, ...more }, this.config.tags);
  }

  /** Made when somebody first asks. Nobody is let in or out but by rules of their own, see groups.ts and site.ts. */
  group(tenant: Tenant, place: string, vpc: Vpc = this.network.vpc): SecurityGroup {
    const name = `${tenant}-${place}`;
    let group = this.groups.get(name);
    if (group === undefined) {
      const tags = this.tags(tenant, place, "network");
      group = new SecurityGroup(`${name}-group`, { name: this.name(tenant, place), description: `${tenant}: ${place}`, vpcId: vpc.id, tags }, this.options({}));
      this.groups.set(name, group);
    }
    return group;
  }

  /** From the stack's configuration, or the official one, by way of the mirror where there is one. */
  image(name: LogicalImage): string {
    const { mirror } = this.settings;
    const reference = resolveImage(name, this.config.images, {});
    if (reference === undefined) throw new Error(`images.${name} is missing: on AWS it must be an image reference, as nothing is built for it`);
    if (mirror === undefined || this.config.images[name] !== undefined || !Object.values(officialImages).includes(reference)) return reference;
    return `${mirror}/${reference.includes("/") ? reference : `library/${reference}`}`;
  }

  system(id: SystemId): SystemConfig {
    const found = this.config.systems.find(({ spec }) => spec.id === id);
    if (found === undefined) throw new Error(`${id} is no part of the stack`);
    return found;
  }

  /** One for all who ask under a name. */
  oneOf<T extends pulumi.Resource>(name: string, make: () => T): T {
    const known = this.once.get(name);
    // Under one name always the same kind is made.
    if (known !== undefined) return known as T;
    const made = make();
    this.once.set(name, made);
    return made;
  }

  /** What a slot's frontend comes after: rolled in place, it would else be the new one beside a backend whose migration has failed. */
  backendOf(system: string, slot: string): pulumi.Resource[] {
    const backend = this.backends.get(`${system}-${slot}`);
    return backend === undefined ? [] : [backend];
  }

  keepBackend(system: string, slot: string, backend: pulumi.Resource): void {
    this.backends.set(`${system}-${slot}`, backend);
  }

  taskOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.tasks };
  }

  options(opts: pulumi.CustomResourceOptions, more: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions(pulumi.mergeOptions({ parent: opts.parent, dependsOn: opts.dependsOn }, { provider: this.provider }), more);
  }
}
