import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { containers, inspect, setRestart, stats } from "./containers";
import type { Engine } from "./engine";
import { exec, interact, tunnel } from "./exec";
import { explained, statusOf, unreachable } from "./explained";
import { image, pull, registryDigest } from "./images";
import { logs } from "./logs";
import { createVolume, removeVolume, volumes } from "./volumes";

/** @param address unix://, tcp:// or ssh://; undefined: the local socket. As platforms/docker reaches it. */
export function connect(address: string | undefined): Engine {
  let known: Promise<Docker> | undefined;
  const docker = (): Promise<Docker> => (known ??= client(address));
  /** About one container; what goes wrong names it. */
  const about = async <T>(container: string, ask: (docker: Docker) => Promise<T>): Promise<T> => {
    try {
      return await ask(await docker());
    } catch (error) {
      throw explained(error, address, container);
    }
  };
  const general = async <T>(ask: (docker: Docker) => Promise<T>): Promise<T> => {
    try {
      return await ask(await docker());
    } catch (error) {
      throw unreachable(error, address);
    }
  };
  return {
    exec: (container, command, line, options) => about(container, (engine) => exec(engine, container, command, line, options)),
    interact: (container, command, terminal) => about(container, (engine) => interact(engine, container, command, terminal)),
    tunnel: (container, command) => about(container, (engine) => tunnel(engine, container, command)),
    containers: (labels, { all = true } = {}) => general((engine) => containers(engine, labels, all)),
    inspect: (container) => about(container, (engine) => inspect(engine, container)),
    logs: (container, options, onLine) => about(container, (engine) => logs(engine, container, options, onLine)),
    stats: (container) => about(container, (engine) => stats(engine, container)),
    start: (container) => about(container, (engine) => unless([304], engine.getContainer(container).start())),
    stop: (container, seconds) => about(container, (engine) => unless([304], engine.getContainer(container).stop({ t: seconds }))),
    // 409: it doesn't run.
    kill: (container, signal = "SIGKILL") => about(container, (engine) => unless([409], engine.getContainer(container).kill({ signal }))),
    restart: (container, seconds) => about(container, (engine) => engine.getContainer(container).restart({ t: seconds }).then(() => undefined)),
    setRestart: (container, policy) => about(container, (engine) => setRestart(engine, container, policy)),
    inspectWhole: (container) => about(container, async (engine) => ({ ...(await engine.getContainer(container).inspect()) })),
    connect: (network, container, aliases = []) =>
      about(container, (engine) => engine.getNetwork(network).connect({ Container: container, EndpointConfig: { Aliases: [...aliases] } }).then(() => undefined)),
    disconnect: (network, container) => about(container, (engine) => disconnect(engine, network, container)),
    image: (reference) => general((engine) => image(engine, reference)),
    pull: (reference, onProgress) => general((engine) => pull(engine, reference, onProgress)),
    registryDigest: (reference) => general((engine) => registryDigest(engine, reference)),
    volumes: (labels) => general((engine) => volumes(engine, labels)),
    createVolume: (name, labels) => general((engine) => createVolume(engine, name, labels)),
    removeVolume: (name) => general((engine) => removeVolume(engine, name)),
    archive: (container, path) => about(container, async (engine) => (await engine.getContainer(container).getArchive({ path })) as Readable),
    processes: (container) => about(container, (engine) => processes(engine, container)),
  };
}

/** What the engine says of a thing that is so already is no failure. */
async function unless(statuses: readonly number[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}

async function disconnect(docker: Docker, network: string, container: string): Promise<void> {
  const { networks } = await inspect(docker, container);
  if (!networks.some(({ name }) => name === network)) return;
  await docker.getNetwork(network).disconnect({ Container: container, Force: true });
}

async function processes(docker: Docker, container: string): Promise<readonly (readonly string[])[]> {
  // The library's types leave its answer open.
  const { Processes, Titles } = (await docker.getContainer(container).top()) as { Titles: string[]; Processes: string[][] };
  return [Titles, ...Processes];
}

/** The library is loaded when it is needed: it takes longer than all the rest. */
async function client(address: string | undefined): Promise<Docker> {
  const { default: Docker } = await import("dockerode");
  if (address === undefined || address === "") return new Docker();
  const url = new URL(address);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
  if (url.protocol !== "ssh:") return new Docker({ protocol: "http", host: url.hostname, port: url.port === "" ? 2375 : Number(url.port) });
  return new Docker({
    protocol: "ssh", host: url.hostname, port: url.port === "" ? 22 : Number(url.port), username: url.username === "" ? "root" : url.username,
    sshOptions: { agent: process.env["SSH_AUTH_SOCK"] },
  });
}
