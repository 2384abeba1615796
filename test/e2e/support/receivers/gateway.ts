import { engine } from "../engine";

/** This machine's address on the engine's default bridge: what containers of every network reach through their way out. */
export async function gatewayAddress(): Promise<string> {
  const { IPAM } = (await engine.getNetwork("bridge").inspect()) as { IPAM?: { Config?: readonly { Gateway?: string; Subnet?: string }[] } };
  const [pool] = IPAM?.Config ?? [];
  // Older engines leave the gateway out of the answer until a container has used the bridge; it is the pool's first address.
  const gateway = pool?.Gateway ?? pool?.Subnet?.replace(/\.\d+\/\d+$/, ".1");
  if (gateway === undefined) throw new Error("the engine has no default bridge; containers can't reach this test's receivers");
  return gateway;
}
