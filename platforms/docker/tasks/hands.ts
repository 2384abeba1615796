import type Docker from "dockerode";
import type { Hands, Piece, Restart } from "../../../halts/hands";
import { checkHealth, lastLogLines } from "../engine";

/*
 * The engine as halts/ wants it, during an update. These functions are serialised into the state, like those of
 * `engine.ts`.
 */

export function handsOf(docker: Docker): Hands {
  return {
    async containers(labels) {
      const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const listed = await docker.listContainers({ all: true, filters: { label } });
      const pieces = await Promise.all(listed.map(({ Id }) => describe(docker, Id)));
      return pieces.flat();
    },
    stop: (id, seconds) => unless([304], docker.getContainer(id).stop({ t: seconds })),
    start: (id) => unless([304], docker.getContainer(id).start()),
    connect: (network, id, aliases) => docker.getNetwork(network).connect({ Container: id, EndpointConfig: { Aliases: [...aliases] } }) as Promise<void>,
    // 404: the container or the network has gone, or was never joined.
    disconnect: (network, id) => unless([403, 404], docker.getNetwork(network).disconnect({ Container: id, Force: true })),
    setRestart: (id, policy) => docker.getContainer(id).update({ RestartPolicy: { Name: policy } }) as Promise<void>,
    async volumes(labels) {
      const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const { Volumes } = await docker.listVolumes({ filters: { label } });
      return ((Volumes as typeof Volumes | null) ?? []).map(({ Labels, Name }) => ({ name: Name, labels: (Labels as Record<string, string> | null) ?? {} }));
    },
    createVolume: async (name, labels) => void (await docker.createVolume({ Name: name, Labels: { ...labels } })),
    removeVolume: (name) => unless([404], docker.getVolume(name).remove()),
  };
}

/** None: removed since it was listed. */
async function describe(docker: Docker, id: string): Promise<Piece[]> {
  try {
    const { Config, HostConfig, Id, Name, NetworkSettings, State } = await docker.getContainer(id).inspect();
    const networks = Object.entries(NetworkSettings.Networks).map(([name, network]) => ({ name, aliases: (network.Aliases as string[] | null | undefined) ?? [] }));
    const policy = HostConfig.RestartPolicy?.Name ?? "";
    return [{ id: Id, name: Name.replace(/^\//, ""), state: State.Status, labels: Config.Labels, networks, restart: (policy === "" ? "no" : policy) as Restart }];
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return [];
    throw error;
  }
}

async function unless(statuses: readonly number[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!statuses.includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
  }
}

/** What ails a container that was started; undefined once its own check is content, or where it has none. */
export async function ailOf(docker: Docker, id: string, seconds: number): Promise<string | undefined> {
  const container = docker.getContainer(id);
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { Config, RestartCount, State } = await container.inspect();
    const { Test: test = [] } = Config.Healthcheck ?? {};
    const lines = async (what: string): Promise<string> => `${what}; its last lines:\n${await lastLogLines(container, 10)}`;
    if (!State.Running && !State.Restarting) return lines(`has stopped with exit code ${State.ExitCode}`);
    if (RestartCount >= 3) return lines(`keeps stopping (exit code ${State.ExitCode})`);
    if (State.Running) {
      if (test.length === 0 || test[0] === "NONE") return undefined;
      // Whoever has stopped meanwhile can't be asked; the next round says so.
      if ((await checkHealth(container, test).catch(() => ({ healthy: false }))).healthy) return undefined;
    }
    if (Date.now() > deadline) return lines(`is not healthy after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
