import Docker from "dockerode";

export const engine = new Docker();

export function containersOf(stack: string, filter: Readonly<Record<string, string>> = {}): Promise<Docker.ContainerInfo[]> {
  const label = [`stackbook.stack=${stack}`, ...Object.entries(filter).map(([key, value]) => `stackbook.${key}=${value}`)];
  return engine.listContainers({ all: true, filters: { label } });
}

/** What is left on the engine of a stack, by kind. */
export async function leftovers(stack: string): Promise<{ containers: string[]; networks: string[]; volumes: string[] }> {
  const filters = { label: [`stackbook.stack=${stack}`] };
  const [containers, networks, volumes] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ]);
  return {
    containers: containers.map(({ Names }) => Names[0] ?? ""),
    networks: networks.map(({ Name }) => Name),
    volumes: volumes.Volumes.map(({ Name }) => Name),
  };
}

/** Runs a command in a throwaway container and returns its exit code and output. */
export async function runOnce(image: string, command: string[], network: string): Promise<{ code: number; output: string }> {
  const container = await engine.createContainer({ Image: image, Cmd: command, Entrypoint: [], HostConfig: { NetworkMode: network } });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const logs = await container.logs({ stdout: true, stderr: true });
    return { code: StatusCode, output: logs.toString("utf8") };
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Watches the engine for two running containers on one data volume; returns every such pair seen. */
export function watchVolumes(stack: string): { stop(): Promise<string[]> } {
  const seen = new Set<string>();
  let running = true;
  const watching = (async () => {
    while (running) {
      const owners = new Map<string, string>();
      for (const { Names, Mounts, Labels, State } of await containersOf(stack)) {
        if (State !== "running" || !["database", "cache"].includes(Labels["stackbook.role"] ?? "")) continue;
        for (const { Name } of Mounts) {
          const other = owners.get(Name ?? "");
          if (other !== undefined) seen.add(`${Name}: ${other} and ${Names[0]}`);
          owners.set(Name ?? "", Names[0] ?? "");
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  })();
  return {
    async stop() {
      running = false;
      await watching;
      return [...seen];
    },
  };
}
