import { run } from "../setup/base/run.mjs";

/** The Compose that is there, as a plugin of Docker or by itself, or undefined. */
export async function findCompose(env) {
  for (const command of [["docker", "compose"], ["docker-compose"]]) {
    const { code, out } = await run(command[0], [...command.slice(1), "version", "--short"], { env, timeoutSeconds: 20 }).catch(() => ({ code: 1, out: "" }));
    if (code === 0) return { command, version: out.trim() };
  }
  return undefined;
}

/**
 * A Compose file of the very containers that run: same images, settings, networks, volumes and limits. Networks
 * and volumes are the stack's own, so that the servers find their data.
 * @param {readonly any[]} containers as the engine's `inspect` says
 */
export function composeFile(containers) {
  const networks = new Set();
  const volumes = new Set();
  const services = {};
  for (const container of containers) {
    const name = nameOf(container);
    services[name] = serviceOf(container);
    for (const network of Object.keys(services[name].networks)) networks.add(network);
    for (const mount of container.HostConfig.Mounts ?? []) volumes.add(mount.Source);
  }
  const external = (names) => Object.fromEntries([...names].sort().map((name) => [name, { external: true, name }]));
  return { version: "3.8", services, networks: external(networks), volumes: external(volumes) };
}

const nameOf = (container) => container.Name.replace(/^\//, "");

function serviceOf(container) {
  const { Config, HostConfig, NetworkSettings } = container;
  const short = container.Id.slice(0, 12);
  return escaped({
    image: Config.Image,
    entrypoint: Config.Entrypoint ?? [],
    command: Config.Cmd ?? [],
    environment: Config.Env,
    user: Config.User,
    labels: Object.fromEntries(Object.entries(Config.Labels).filter(([key]) => !key.startsWith("stackbook."))),
    healthcheck: healthcheckOf(Config.Healthcheck),
    stop_signal: Config.StopSignal,
    stop_grace_period: Config.StopTimeout === undefined ? undefined : `${Config.StopTimeout}s`,
    init: HostConfig.Init,
    read_only: HostConfig.ReadonlyRootfs,
    cap_drop: HostConfig.CapDrop ?? [],
    security_opt: HostConfig.SecurityOpt ?? [],
    restart: HostConfig.RestartPolicy.Name,
    mem_limit: HostConfig.Memory,
    memswap_limit: HostConfig.MemorySwap,
    cpus: HostConfig.NanoCpus > 0 ? HostConfig.NanoCpus / 1e9 : undefined,
    logging: { driver: HostConfig.LogConfig.Type, options: HostConfig.LogConfig.Config },
    tmpfs: Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    volumes: (HostConfig.Mounts ?? []).map((mount) => ({ type: mount.Type, source: mount.Source, target: mount.Target, read_only: mount.ReadOnly === true })),
    ports: Object.entries(HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) => bindings.map(({ HostIp, HostPort }) => `${HostIp === "" ? "" : `${HostIp}:`}${HostPort}:${inside}`)),
    networks: Object.fromEntries(
      // The container's own short name is an alias that Docker adds by itself.
      Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [network, { aliases: [...(Aliases ?? []).filter((alias) => alias !== short), nameOf(container)] }]),
    ),
  });
}

function healthcheckOf(check) {
  if (!check?.Test?.length) return undefined;
  const seconds = (nanoseconds) => (nanoseconds > 0 ? `${nanoseconds / 1e9}s` : undefined);
  return { test: check.Test, interval: seconds(check.Interval), timeout: seconds(check.Timeout), start_period: seconds(check.StartPeriod), retries: check.Retries };
}

/** Compose replaces `$NAME` in every text; here all are meant as they stand. */
function escaped(value) {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}
