import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/** Below what the kernel and Docker hand out by themselves (Linux: from 32768 on), and beside the tests' own fixed ports. */
const [least, most] = [10_000, 19_999];

/** Ports on which nobody listens, all different: no connection and no published port of a test beside this one takes them before they are used. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>();
  for (let attempt = 0; servers.size < count; attempt += 1) {
    if (attempt > 1000) throw new Error(`no ${count} ports from ${least} to ${most} are free`);
    const port = randomInt(least, most + 1);
    const server = await listening(port);
    if (server !== undefined) servers.set(port, server);
  }
  await Promise.all([...servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...servers.keys()];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no port is free");
  return port;
}

/** On all addresses of the machine; undefined: somebody has it. */
function listening(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(port, () => resolve(server));
  });
}
