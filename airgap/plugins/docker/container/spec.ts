import { boolean, integer, listOf, map, object, setOf, string, stringList, stringSet, type ResourceSpec } from "../../bridge/spec";
import { labelFields } from "../labels";

const file = "airgap/plugins/docker/container/spec.ts";
const replaces = { replaces: true } as const;
const settled = { replaces: true, computed: true } as const;
const duration = { default: "0s", pattern: /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/ };

/** As declared by the official plugin 5.2; inputs that are not listed here are refused. */
export const containerSpec: ResourceSpec = {
  file,
  autoName: true,
  deleteBeforeReplace: true,
  schemaVersion: 2,
  properties: {
    name: string(replaces),
    image: string({ required: true, ...replaces }),

    // What runs in it.
    command: stringList(settled),
    entrypoints: stringList(settled),
    envs: stringSet(settled),
    user: string(settled),
    workingDir: string(settled),
    hostname: string(settled),
    domainname: string(replaces),
    labels: setOf(labelFields, settled),
    healthcheck: object(
      {
        tests: stringList(),
        interval: string(duration),
        timeout: string(duration),
        startPeriod: string(duration),
        // Engines before 25 don't know it and drop it silently: it could never settle.
        startInterval: string({ ...duration, pattern: /^0s$/ }),
        retries: integer({ default: 0, minimum: 0 }),
      },
      { computed: true },
    ),
    init: boolean({ computed: true }),
    tty: boolean({ default: false, ...replaces }),
    stdinOpen: boolean({ default: false, ...replaces }),
    stopSignal: string(settled),
    stopTimeout: integer(settled),

    // How it is kept running: these are changed, or only looked at, in place.
    restart: string({ default: "no", pattern: /^(no|on-failure|always|unless-stopped)$/ }),
    maxRetryCount: integer({ minimum: 0 }),
    mustRun: boolean({ default: true }),
    rm: boolean({ default: false }),
    start: boolean({ default: true }),
    attach: boolean({ default: false }),
    logs: boolean({ default: false }),
    wait: boolean({ default: false }),
    waitTimeout: integer({ default: 60, minimum: 1 }),
    containerReadRefreshTimeoutMilliseconds: integer({ default: 15000 }),
    destroyGraceSeconds: integer({ minimum: 0 }),
    removeVolumes: boolean({ default: true }),

    // What it may use.
    memory: integer({ minimum: 0 }),
    memoryReservation: integer({ default: 0, minimum: 0 }),
    memorySwap: integer({ minimum: -1 }),
    shmSize: integer({ ...settled, minimum: 0 }),
    cpus: string({ ...replaces, pattern: /^\d+(\.\d+)?$/ }),
    cpuShares: integer({ minimum: 0 }),
    cpuSet: string({ pattern: /^\d+([,-]\d+)*$/ }),
    cpuPeriod: integer({ minimum: 0, replaces: true }),
    cpuQuota: integer({ minimum: 0, replaces: true }),
    ulimits: setOf({ name: string({ required: true }), soft: integer({ required: true }), hard: integer({ required: true }) }, replaces),
    sysctls: map(replaces),
    storageOpts: map(replaces),

    // What it may do.
    privileged: boolean(replaces),
    readOnly: boolean({ default: false, ...replaces }),
    capabilities: object({ adds: stringSet(), drops: stringSet() }, replaces),
    securityOpts: stringSet(settled),
    groupAdds: stringSet(replaces),
    cgroupnsMode: string({ ...replaces, pattern: /^(private|host)$/ }),
    cgroupParent: string(replaces),
    runtime: string(settled),
    platform: string(settled),

    // Files.
    mounts: setOf(
      {
        type: string({ required: true, pattern: /^(bind|volume|tmpfs)$/ }),
        target: string({ required: true }),
        source: string(),
        readOnly: boolean(),
        bindOptions: object({ propagation: string() }),
        volumeOptions: object({ noCopy: boolean(), labels: setOf(labelFields), driverName: string(), driverOptions: map() }),
        tmpfsOptions: object({ sizeBytes: integer(), mode: integer() }),
      },
      replaces,
    ),
    // The official plugin "updates" these in place without changing anything; a replacement is what was meant.
    tmpfs: map(replaces),
    volumes: setOf(
      {
        containerPath: string(),
        fromContainer: string(),
        hostPath: string({ pattern: /^\// }),
        volumeName: string(),
        readOnly: boolean(),
        selinuxRelabel: string({ pattern: /^[zZ]$/ }),
      },
      replaces,
    ),
    uploads: setOf(
      {
        file: string({ required: true }),
        content: string(),
        contentBase64: string(),
        source: string(),
        sourceHash: string(),
        executable: boolean({ default: false }),
        permissions: string({ pattern: /^0[0-7]{3}$/ }),
      },
      replaces,
    ),
    devices: setOf({ hostPath: string({ required: true }), containerPath: string(), permissions: string({ default: "rwm" }) }, replaces),

    // Networks.
    networkMode: string({ default: "bridge", ...replaces }),
    networksAdvanced: setOf(
      {
        name: string({ required: true }),
        aliases: stringSet(),
        ipv4Address: string(),
        ipv6Address: string(),
        linkLocalIps: stringSet(),
        macAddress: string(),
        driverOpts: stringSet(),
        gwPriority: integer({ minimum: 0 }),
      },
      replaces,
    ),
    ports: listOf(
      {
        internal: integer({ required: true, minimum: 1, maximum: 65535 }),
        external: integer({ computed: true, minimum: 0, maximum: 65535 }),
        ip: string({ default: "0.0.0.0" }),
        protocol: string({ default: "tcp", pattern: /^(tcp|udp|sctp)$/ }),
      },
      replaces,
    ),
    publishAllPorts: boolean(replaces),
    hosts: setOf({ host: string({ required: true }), ip: string({ required: true }) }, replaces),
    dns: stringSet(replaces),
    dnsOpts: stringSet(replaces),
    dnsSearches: stringSet(replaces),
    pidMode: string(replaces),
    ipcMode: string(settled),
    usernsMode: string(replaces),

    logDriver: string(settled),
    logOpts: map(replaces),

    // What only Docker can tell.
    bridge: string({ output: true }),
    networkDatas: listOf({}, { output: true }),
    exitCode: integer({ output: true }),
    containerLogs: string({ output: true }),
  },
};
