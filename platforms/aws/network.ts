import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";
import { planSubnets, type Tier } from "./subnets";

export interface Network {
  readonly vpc: Vpc;
  /** By tier, in the order of the zones. */
  readonly subnets: Readonly<Record<Tier, readonly Subnet[]>>;
  /** Addresses of S3, which are reached without leaving AWS. */
  readonly s3PrefixList: pulumi.Output<string>;
  /** Without these no task can be started: it would not get its image, its secrets and its log. */
  readonly ready: pulumi.Resource[];
}

/** What a task in a network without a way out is started by. */
const services = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"] as const;

/** A network of the stack's own: the balancer in front, tasks behind it, data behind these. */
export function createNetwork(context: AwsContext): Network {
  const { settings } = context;
  const tags = (service: string): Record<string, string> => context.tags("stack", service, "network");
  // Without names of its own no endpoint is found, and no Cloud Map.
  const vpc = new Vpc("network", { cidrBlock: settings.vpcCidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tags("network") }, context.options({}));
  const plan = planSubnets(settings.vpcCidr, settings.zones);
  const subnetsOf = (tier: Tier): Subnet[] =>
    plan.filter((each) => each.tier === tier).map(({ cidr, zone }) => new Subnet(`${tier}-${zone.slice(-1)}`, { vpcId: vpc.id, availabilityZone: zone, cidrBlock: cidr, mapPublicIpOnLaunch: false, tags: tags(tier) }, context.options({})));
  const subnets = { private: subnetsOf("private"), public: subnetsOf("public"), isolated: subnetsOf("isolated") };
  const gateway = new InternetGateway("internet", { vpcId: vpc.id, tags: tags("internet") }, context.options({}));
  const out = new RouteTable("public", { vpcId: vpc.id, tags: tags("public") }, context.options({}));
  new Route("public-out", { routeTableId: out.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id }, context.options({}));
  for (const [at, subnet] of subnets.public.entries()) join(context, `public-${at}`, subnet, out);
  const inside = subnets.private.map((subnet, at) => {
    const table = new RouteTable(`private-${at}`, { vpcId: vpc.id, tags: tags("private") }, context.options({}));
    return { table, joined: join(context, `private-${at}`, subnet, table) };
  });
  // No route but to each other.
  const closed = new RouteTable("isolated", { vpcId: vpc.id, tags: tags("isolated") }, context.options({}));
  for (const [at, subnet] of subnets.isolated.entries()) join(context, `isolated-${at}`, subnet, closed);
  const ways = createNat(context, subnets.public, inside.map(({ table }) => table), gateway);
  const s3 = new VpcEndpoint("s3", { vpcId: vpc.id, serviceName: `com.amazonaws.${settings.region}.s3`, vpcEndpointType: "Gateway", routeTableIds: inside.map(({ table }) => table.id), tags: tags("s3") }, context.options({}));
  const group = context.group("stack", "endpoints", vpc);
  const endpoints = services.map(
    (service) =>
      new VpcEndpoint(
        `endpoint-${service.replace(".", "-")}`,
        {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${settings.region}.${service}`,
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: subnets.private.map(({ id }) => id),
          securityGroupIds: [group.id],
          tags: tags(`endpoint-${service}`),
        },
        context.options({}),
      ),
  );
  return { vpc, subnets, s3PrefixList: s3.prefixListId, ready: [...inside.map(({ joined }) => joined), ...ways, s3, ...endpoints] };
}

function join(context: AwsContext, name: string, subnet: Subnet, table: RouteTable): RouteTableAssociation {
  return new RouteTableAssociation(name, { subnetId: subnet.id, routeTableId: table.id }, context.options({}));
}

/** One for all zones costs a third, and goes with its zone. */
function createNat(context: AwsContext, doors: readonly Subnet[], tables: readonly RouteTable[], gateway: InternetGateway): pulumi.Resource[] {
  const { nat } = context.settings;
  if (nat === "none") return [];
  const gateways = doors.slice(0, nat === "one" ? 1 : doors.length).map((subnet, at) => {
    const address = new Eip(`nat-${at}`, { domain: "vpc", tags: context.tags("stack", "nat", "network") }, context.options({}));
    return new NatGateway(`nat-${at}`, { subnetId: subnet.id, allocationId: address.id, tags: context.tags("stack", "nat", "network") }, context.options({ dependsOn: [gateway] }));
  });
  return tables.flatMap((table, at) => {
    const way = gateways[at] ?? gateways[0];
    return way === undefined ? [] : [new Route(`private-out-${at}`, { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: way.id }, context.options({}))];
  });
}
