import { formatNetwork, parseNetwork } from "../../config/addresses";

/** Who may be reached from where: the balancer alone is public; tasks may call out where there is a way; data may not. */
export type Tier = "private" | "public" | "isolated";

export interface SubnetPlan {
  readonly tier: Tier;
  readonly zone: string;
  readonly cidr: string;
}

/** Each tier begins at a quarter of its own, so that a zone more moves none of the others. */
const quarters: Readonly<Record<Tier, number>> = { private: 0, public: 1, isolated: 2 };

/** A sixteenth of the network for each tier in each zone, of four at most. */
export function planSubnets(vpcCidr: string, zones: readonly string[]): SubnetPlan[] {
  const network = parseNetwork(vpcCidr);
  const prefix = network.prefix + 4;
  const size = 2n ** BigInt(32 - prefix);
  return (Object.keys(quarters) as Tier[]).flatMap((tier) =>
    zones.map((zone, at): SubnetPlan => ({ tier, zone, cidr: formatNetwork({ family: 4, first: network.first + size * BigInt(quarters[tier] * 4 + at), prefix }) })),
  );
}
