import type Docker from "dockerode";
import { withoutNotes } from "../../bridge/check";
import { meta } from "../../bridge/spec";
import { bags, isBag, text, word, type Bag, type Value } from "../../rpc/values";
import { containerSpec } from "./spec";

const MIB = 1024 * 1024;

/** Fields the client's types leave out. */
type Inspected = Docker.ContainerInspectInfo & {
  readonly Config: { readonly Healthcheck?: Docker.HealthConfig; readonly StopSignal?: string; readonly StopTimeout?: number };
  readonly HostConfig: { readonly Tmpfs?: Record<string, string>; readonly Runtime?: string };
};

/**
 * The state of a container: what was asked for, and what Docker made of it. Environment and labels
 * are kept as asked for, since Docker mixes the image's in; so does the official plugin.
 */
export function containerOutputs(info: Docker.ContainerInspectInfo, known: Bag): Bag {
  const { Config: config, HostConfig: host, NetworkSettings: network, State: state } = info as Inspected;
  const asked = withoutNotes(known);
  const publishes = bags(asked.ports).length > 0 && (state.Running || asked.mustRun === true);
  return {
    ...asked,
    ...meta(containerSpec),
    name: info.Name.replace(/^\//, ""),
    image: word(asked.image).startsWith("sha256:") ? info.Image : config.Image,
    hostname: config.Hostname,
    domainname: config.Domainname,
    user: config.User,
    workingDir: config.WorkingDir,
    command: config.Cmd ?? [],
    entrypoints: config.Entrypoint === undefined || config.Entrypoint === null ? [] : [config.Entrypoint].flat(),
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    ...(config.StopSignal !== undefined && { stopSignal: config.StopSignal }),
    ...(config.StopTimeout !== undefined && { stopTimeout: config.StopTimeout }),
    ...(config.Healthcheck !== undefined && { healthcheck: healthOutputs(config.Healthcheck) }),

    // A container that should run and does not is noted as such: the next update then starts it.
    ...(!state.Running && { exitCode: state.ExitCode, ...(asked.mustRun === true && { mustRun: false }) }),
    rm: host.AutoRemove ?? false,
    init: host.Init ?? false,
    restart: text(host.RestartPolicy?.Name) ?? "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    memory: (host.Memory ?? 0) / MIB,
    memoryReservation: (host.MemoryReservation ?? 0) / MIB,
    memorySwap: (host.MemorySwap ?? 0) > 0 ? (host.MemorySwap ?? 0) / MIB : (host.MemorySwap ?? 0),
    shmSize: Math.floor((host.ShmSize ?? 0) / MIB),
    ...((host.NanoCpus ?? 0) > 0 && { cpus: String((host.NanoCpus ?? 0) / 1e9) }),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",

    privileged: host.Privileged ?? false,
    publishAllPorts: host.PublishAllPorts ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    ...(((host.CapAdd as string[] | null) ?? (host.CapDrop as string[] | null)) && {
      capabilities: { adds: (host.CapAdd as string[] | null) ?? [], drops: (host.CapDrop as string[] | null) ?? [] },
    }),
    securityOpts: (host.SecurityOpt as string[] | null | undefined) ?? [],
    groupAdds: host.GroupAdd ?? [],
    runtime: host.Runtime ?? "",
    platform: info.Platform,
    mounts: (host.Mounts ?? []).map(mountOutputs),
    tmpfs: host.Tmpfs ?? {},
    ulimits: asked.ulimits,
    sysctls: host.Sysctls ?? {},
    storageOpts: host.StorageOpt ?? {},

    networkMode: host.NetworkMode ?? "bridge",
    ipcMode: host.IpcMode ?? "",
    usernsMode: host.UsernsMode ?? "",
    hosts: ((host.ExtraHosts as string[] | null | undefined) ?? []).map((line) => {
      const colon = line.indexOf(":");
      return { host: line.slice(0, colon), ip: line.slice(colon + 1) };
    }),
    dns: host.Dns ?? [],
    dnsOpts: host.DnsOptions ?? [],
    dnsSearches: host.DnsSearch ?? [],
    logDriver: host.LogConfig?.Type ?? "",
    ...(isBag(asked.logOpts) && { logOpts: (host.LogConfig?.Config as Bag | undefined) ?? {} }),

    ...(publishes && { ports: portOutputs(network.Ports) }),
    bridge: (network as { Bridge?: string }).Bridge ?? "",
    networkDatas: networkOutputs(network.Networks),
  };
}

/** What would have to be written to declare a container that is there: for `pulumi import`. */
export function importedInputs(info: Docker.ContainerInspectInfo, outputs: Bag): Bag {
  return { __defaults: [], name: outputs.name ?? null, image: info.Config.Image };
}

function healthOutputs(check: Docker.HealthConfig): Bag {
  return {
    tests: check.Test ?? [],
    interval: duration(check.Interval),
    timeout: duration(check.Timeout),
    startPeriod: duration(check.StartPeriod),
    startInterval: "0s",
    retries: check.Retries ?? 0,
  };
}

/** As Go writes it: 90_000_000_000 -> `1m30s` */
export function duration(nanoseconds: number | undefined): string {
  const ns = nanoseconds ?? 0;
  if (ns === 0) return "0s";
  if (ns < 1e9) return `${ns / 1e6}ms`;
  const hours = Math.floor(ns / 3600e9);
  const minutes = Math.floor((ns % 3600e9) / 60e9);
  const seconds = (ns % 60e9) / 1e9;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function mountOutputs(mount: Docker.MountSettings): Bag {
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs } = mount;
  return {
    type: mount.Type,
    target: mount.Target,
    source: mount.Source ?? "",
    readOnly: mount.ReadOnly ?? false,
    ...(bind && { bindOptions: { propagation: bind.Propagation ?? "" } }),
    ...(volume && {
      volumeOptions: {
        noCopy: volume.NoCopy ?? false,
        labels: Object.entries(volume.Labels ?? {}).map(([label, value]) => ({ label, value })),
        driverName: volume.DriverConfig?.Name ?? "",
        driverOptions: volume.DriverConfig?.Options ?? {},
      },
    }),
    ...(tmpfs && { tmpfsOptions: { sizeBytes: tmpfs.SizeBytes, mode: tmpfs.Mode } }),
  };
}

function portOutputs(ports: Docker.ContainerInspectInfo["NetworkSettings"]["Ports"] | undefined): Bag[] {
  return Object.entries(ports ?? {})
    .sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .flatMap(([key, bindings]) => {
      const [internal, protocol = "tcp"] = key.split("/");
      return ((bindings as { HostIp: string; HostPort: string }[] | null) ?? []).map((binding) => ({
        internal: Number(internal),
        external: Number(binding.HostPort),
        ip: binding.HostIp,
        protocol,
      }));
    });
}

function networkOutputs(networks: Docker.NetworkInfo | Record<string, Docker.EndpointSettings> | undefined): Value {
  return Object.entries((networks ?? {}) as Record<string, Docker.EndpointSettings>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, data]) => ({
      networkName: name,
      ipAddress: data.IPAddress ?? "",
      ipPrefixLength: data.IPPrefixLen ?? 0,
      gateway: data.Gateway ?? "",
      globalIpv6Address: data.GlobalIPv6Address ?? "",
      globalIpv6PrefixLength: (data as { GlobalIPv6PrefixLen?: number }).GlobalIPv6PrefixLen ?? 0,
      ipv6Gateway: data.IPv6Gateway ?? "",
      macAddress: data.MacAddress ?? "",
    }));
}
