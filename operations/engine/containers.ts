import type Docker from "dockerode";
import type { Container, ContainerState, Labels, RestartPolicy, Stats } from "./engine";
import { statusOf } from "./explained";

/** An engine answers each in milliseconds, but over SSH each is a connection, and sshd refuses many at once. */
const questionsAtOnce = 8;

export async function containers(docker: Docker, labels: Labels, all: boolean): Promise<readonly Container[]> {
  const label = Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const listed = await docker.listContainers({ all, filters: { label } });
  const known = await eachOf(listed, questionsAtOnce, async ({ Id }) => {
    try {
      return [await inspect(docker, Id)];
    } catch (error) {
      // Removed since it was listed.
      if (statusOf(error) === 404) return [];
      throw error;
    }
  });
  return known.flat().sort((a, b) => a.name.localeCompare(b.name));
}

export async function setRestart(docker: Docker, container: string, policy: RestartPolicy): Promise<void> {
  // All limits stay as they are: what is left out is not changed.
  await docker.getContainer(container).update({ RestartPolicy: { Name: policy } });
}

export async function inspect(docker: Docker, container: string): Promise<Container> {
  return describe(await docker.getContainer(container).inspect());
}

/** The engine's word for "never". */
const never = "0001-01-01T00:00:00Z";

export function describe(found: Docker.ContainerInspectInfo): Container {
  const { Config, HostConfig, Name, NetworkSettings, RestartCount, State } = found;
  const running = State.Running || State.Restarting || State.Paused;
  const ended = !running && State.StartedAt !== never;
  return {
    id: found.Id,
    name: Name.replace(/^\//, ""),
    image: { id: found.Image, reference: Config.Image },
    state: State.Status as ContainerState,
    health: running ? healthIn(State.Health?.Status) : undefined,
    startedAt: State.StartedAt === never ? undefined : new Date(State.StartedAt),
    finishedAt: ended && State.FinishedAt !== never ? new Date(State.FinishedAt) : undefined,
    exitCode: ended ? State.ExitCode : undefined,
    outOfMemory: State.OOMKilled,
    restarts: RestartCount,
    labels: Config.Labels,
    networks: Object.entries(NetworkSettings.Networks).map(([name, network]) => ({ name, aliases: (network.Aliases as string[] | null | undefined) ?? [] })),
    ...healthTestOf(Config),
    ...(HostConfig.RestartPolicy === undefined ? {} : { restart: (HostConfig.RestartPolicy.Name === "" ? "no" : HostConfig.RestartPolicy.Name) as RestartPolicy }),
    limits: { memoryBytes: positive(HostConfig.Memory), cpus: positive((HostConfig.NanoCpus ?? 0) / 1e9) },
  };
}

/** The library's types leave it out. */
function healthTestOf(config: { readonly Healthcheck?: { readonly Test?: readonly string[] } }): Pick<Container, "healthTest"> {
  const test = config.Healthcheck?.Test;
  return test === undefined || test.length === 0 || test[0] === "NONE" ? {} : { healthTest: test };
}

function healthIn(status: string | undefined): Container["health"] {
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value === 0 ? undefined : value;
}

export async function stats(docker: Docker, container: string): Promise<Stats> {
  return describeStats(await docker.getContainer(container).stats({ stream: false }));
}

export function describeStats(found: Docker.ContainerStats): Stats {
  const { blkio_stats: disk, cpu_stats: now, memory_stats: memory, precpu_stats: before } = found;
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const counters = memory.stats as Partial<Record<string, number>> | undefined;
  const networks = Object.values((found.networks as Docker.ContainerStats["networks"] | undefined) ?? {});
  const transferred = (kind: string): number => sum((disk?.io_service_bytes_recursive ?? []).filter(({ op }) => op.toLowerCase() === kind).map(({ value }) => value));
  return {
    cpus: passed > 0 && used > 0 ? (used / passed) * now.online_cpus : 0,
    // Control groups v1 and v2 name it differently.
    memoryBytes: Math.max(0, (memory.usage ?? 0) - (counters?.["total_inactive_file"] ?? counters?.["inactive_file"] ?? 0)),
    memoryLimitBytes: memory.limit ?? 0,
    receivedBytes: sum(networks.map(({ rx_bytes }) => rx_bytes)),
    sentBytes: sum(networks.map(({ tx_bytes }) => tx_bytes)),
    readBytes: transferred("read"),
    writtenBytes: transferred("write"),
    processes: found.pids_stats?.current ?? 0,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** @param atOnce how many are under way at a time */
export async function eachOf<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (let at = next++; at < items.length; at = next++) {
        const item = items[at] as T;
        results[at] = await work(item);
      }
    }),
  );
  return results;
}
