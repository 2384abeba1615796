import type Docker from "dockerode";
import { bags, isBag, number, stringMap, strings, text, word, type Bag, type Value } from "../../rpc/values";
import { labelMap } from "../labels";

const MIB = 1024 * 1024;
const UNITS_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** What Docker is asked to create, without its networks: they are connected one by one afterwards. */
export function createRequest(news: Bag): Docker.ContainerCreateOptions {
  const ports = portBindings(news.ports);
  const options: Docker.ContainerCreateOptions & { Domainname?: string } = {
    name: word(news.name),
    Image: word(news.image),
    Hostname: text(news.hostname),
    Domainname: text(news.domainname),
    User: text(news.user),
    WorkingDir: text(news.workingDir),
    Tty: news.tty === true,
    OpenStdin: news.stdinOpen === true,
    Env: optional(strings(news.envs)),
    Cmd: optional(strings(news.command)),
    Entrypoint: optional(strings(news.entrypoints)),
    Labels: labelMap(news.labels),
    StopSignal: text(news.stopSignal),
    StopTimeout: number(news.stopTimeout),
    Healthcheck: healthcheck(news.healthcheck),
    ExposedPorts: ports === undefined ? undefined : Object.fromEntries(Object.keys(ports).map((port) => [port, {}])),
    Volumes: anonymousVolumes(news.volumes),
    HostConfig: { ...hostConfig(news), ...limits(news), PortBindings: ports },
    ...(text(news.platform) !== undefined && { platform: text(news.platform) }),
  };
  return options;
}

/** The limits and the restart policy: the part that changes in place. Zero is Docker's word for none. */
export function limits(news: Bag): Docker.HostConfig {
  return {
    Memory: (number(news.memory) ?? 0) * MIB,
    MemoryReservation: (number(news.memoryReservation) ?? 0) * MIB,
    MemorySwap: swap(news),
    CpuShares: number(news.cpuShares) ?? 0,
    CpusetCpus: text(news.cpuSet),
    RestartPolicy: { Name: text(news.restart) ?? "no", MaximumRetryCount: number(news.maxRetryCount) ?? 0 },
  };
}

function swap(news: Bag): number {
  const mib = number(news.memorySwap) ?? 0;
  return mib > 0 ? mib * MIB : mib;
}

function hostConfig(news: Bag): Docker.HostConfig {
  const capabilities = isBag(news.capabilities) ? news.capabilities : {};
  return {
    AutoRemove: news.rm === true,
    Privileged: news.privileged === true,
    PublishAllPorts: news.publishAllPorts === true,
    ReadonlyRootfs: news.readOnly === true,
    Init: news.init === true,
    Runtime: text(news.runtime),
    CapAdd: optional(strings(capabilities.adds)),
    CapDrop: optional(strings(capabilities.drops)),
    SecurityOpt: optional(strings(news.securityOpts)),
    GroupAdd: optional(strings(news.groupAdds)),
    CgroupParent: text(news.cgroupParent),
    ...(text(news.cgroupnsMode) !== undefined && { CgroupnsMode: text(news.cgroupnsMode) as "private" | "host" }),
    NanoCpus: text(news.cpus) === undefined ? undefined : Math.round(Number(news.cpus) * 1e9),
    CpuPeriod: number(news.cpuPeriod),
    CpuQuota: number(news.cpuQuota),
    ShmSize: number(news.shmSize) === undefined ? undefined : Number(news.shmSize) * MIB,
    Ulimits: optional(bags(news.ulimits).map(({ name, soft, hard }) => ({ Name: word(name), Soft: Number(soft), Hard: Number(hard) }))),
    Sysctls: stringMap(news.sysctls),
    StorageOpt: stringMap(news.storageOpts),
    Tmpfs: stringMap(news.tmpfs),
    Mounts: optional(bags(news.mounts).map(mount)),
    Binds: optional(binds(news.volumes)),
    VolumesFrom: optional(bags(news.volumes).flatMap(({ fromContainer }) => text(fromContainer) ?? [])),
    Devices: optional(
      bags(news.devices).map(({ hostPath, containerPath, permissions }) => ({
        PathOnHost: word(hostPath),
        PathInContainer: text(containerPath) ?? word(hostPath),
        CgroupPermissions: text(permissions) ?? "rwm",
      })),
    ),
    NetworkMode: text(news.networkMode) ?? "bridge",
    ExtraHosts: optional(bags(news.hosts).map(({ host, ip }) => `${word(host)}:${word(ip)}`)),
    Dns: optional(strings(news.dns)),
    DnsOptions: optional(strings(news.dnsOpts)),
    DnsSearch: optional(strings(news.dnsSearches)),
    PidMode: text(news.pidMode),
    IpcMode: text(news.ipcMode),
    UsernsMode: text(news.usernsMode),
    LogConfig: { Type: text(news.logDriver) ?? "", Config: stringMap(news.logOpts) ?? {} },
  };
}

/** How the container joins one of its networks. */
export function endpoint(network: Bag): Docker.EndpointSettings {
  const options = strings(network.driverOpts).map((option) => [option.replace(/=.*$/s, ""), option.replace(/^[^=]*=?/, "")] as const);
  return {
    Aliases: strings(network.aliases),
    IPAMConfig: {
      IPv4Address: text(network.ipv4Address),
      IPv6Address: text(network.ipv6Address),
      LinkLocalIPs: optional(strings(network.linkLocalIps)),
    },
    MacAddress: text(network.macAddress),
    DriverOpts: options.length === 0 ? undefined : Object.fromEntries(options),
    ...(number(network.gwPriority) !== undefined && { GwPriority: number(network.gwPriority) }),
  };
}

function healthcheck(value: Value | undefined): Docker.HealthConfig | undefined {
  if (!isBag(value)) return undefined;
  return {
    Test: strings(value.tests),
    Interval: nanoseconds(value.interval),
    Timeout: nanoseconds(value.timeout),
    StartPeriod: nanoseconds(value.startPeriod),
    Retries: number(value.retries) ?? 0,
  };
}

/** `1m30s` -> 90_000_000_000 */
export function nanoseconds(duration: Value | undefined): number {
  return [...(text(duration) ?? "0s").matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (UNITS_NS[unit ?? "s"] ?? 0),
    0,
  );
}

function portBindings(ports: Value | undefined): Record<string, { HostIp: string; HostPort: string }[]> | undefined {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { internal, external, ip, protocol } of bags(ports)) {
    const key = `${word(internal)}/${text(protocol) ?? "tcp"}`;
    (bindings[key] ??= []).push({ HostIp: text(ip) ?? "0.0.0.0", HostPort: String(number(external) ?? 0) });
  }
  return Object.keys(bindings).length === 0 ? undefined : bindings;
}

function mount(value: Bag): Docker.MountSettings {
  const { bindOptions, volumeOptions, tmpfsOptions } = value;
  const driver = isBag(volumeOptions) ? text(volumeOptions.driverName) : undefined;
  return {
    Type: word(value.type) as Docker.MountType,
    Target: word(value.target),
    Source: text(value.source) ?? "",
    ReadOnly: value.readOnly === true,
    ...(isBag(bindOptions) && { BindOptions: { Propagation: text(bindOptions.propagation) as Docker.MountPropagation } }),
    ...(isBag(volumeOptions) && {
      VolumeOptions: {
        NoCopy: volumeOptions.noCopy === true,
        Labels: labelMap(volumeOptions.labels),
        DriverConfig: { Name: driver ?? "", Options: stringMap(volumeOptions.driverOptions) ?? {} },
      },
    }),
    ...(isBag(tmpfsOptions) && { TmpfsOptions: { SizeBytes: number(tmpfsOptions.sizeBytes) ?? 0, Mode: number(tmpfsOptions.mode) ?? 0 } }),
  };
}

function binds(volumes: Value | undefined): string[] {
  return bags(volumes).flatMap(({ containerPath, hostPath, volumeName, readOnly, selinuxRelabel }) => {
    const source = text(hostPath) ?? text(volumeName);
    if (source === undefined || text(containerPath) === undefined) return [];
    const mode = [readOnly === true ? "ro" : "rw", ...(text(selinuxRelabel) === undefined ? [] : [word(selinuxRelabel)])];
    return [`${source}:${word(containerPath)}:${mode.join(",")}`];
  });
}

function anonymousVolumes(volumes: Value | undefined): Record<string, Record<string, never>> | undefined {
  const paths = bags(volumes).flatMap(({ containerPath }) => text(containerPath) ?? []);
  return paths.length === 0 ? undefined : Object.fromEntries(paths.map((path) => [path, {}]));
}

function optional<T>(items: T[]): T[] | undefined {
  return items.length === 0 ? undefined : items;
}
