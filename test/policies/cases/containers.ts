import { dockerRemoteImage, dockerTask, dockerVolume, later } from "../../../policies/rule";
import { docker, ecs, kubernetes, ownLabels, pinnedImage } from "./platforms";
import { of, type Case } from "./types";

const hostFolder = (source: string, readOnly = true) => ({ mounts: [{ type: "bind", source, target: source, readOnly }] });
const hostPath = (path: string, readOnly = true): [object, object] => [{ volumeMounts: [{ name: "host", mountPath: "/host", readOnly }] }, { volumes: [{ name: "host", hostPath: { path } }] }];
const ecsHost = (path: string, readOnly = true): [object, object] => [{ mountPoints: [{ sourceVolume: "host", containerPath: "/host", readOnly }] }, { volumes: [{ name: "host", hostPath: path }] }];
const volume = (change: object, service = "database") => of(dockerVolume, { labels: Object.entries(ownLabels("volume", service.startsWith("backups") ? "stack" : "motel", service)).map(([label, value]) => ({ label, value })), ...change });
const collector = { user: "0:0", ...hostFolder("/var/lib/docker/containers") };

export const containers: readonly Case[] = [
  {
    rule: "image-pinned",
    good: [[docker()], [kubernetes()], [ecs()], [docker({ image: "stackbook-dev/motel-backend:1.0.0-0123456789ab" })], [docker({ image: later })], [docker({ image: `sha256:${"b".repeat(64)}` })], [of(dockerRemoteImage, { name: pinnedImage })]],
    bad: [
      ["refuses a moving tag", [docker({ image: "postgres:latest" })], /^image is "postgres:latest"; append its digest: postgres:latest@sha256:/],
      ["refuses a tag without digest", [docker({ image: "postgres:16.9" })], /append its digest/],
      ["refuses it in a pod", [kubernetes({ image: "nginx:1.27" })], /^spec\.template\.spec\.containers\[0\]: image is "nginx:1\.27"/],
      ["refuses it in an init container", [kubernetes({}, { initContainers: [{ name: "wait", image: "busybox" }] })], /initContainers\[0\]: image is "busybox"/],
      ["refuses it in a CronJob", [kubernetes({ image: "alpine" }, {}, "batch/v1:CronJob")], /^spec\.jobTemplate\.spec\.template\.spec\.containers\[0\]: image/],
      ["refuses it in a task of ECS", [ecs({ image: "nginx:latest" })], /^containerDefinitions\[0\]: image/],
      ["refuses it of what is pulled", [of(dockerRemoteImage, { name: "redis:7" })], /image is "redis:7"/],
      ["refuses it of a task of ours", [of(dockerTask, { image: "postgres:16", command: [], env: [], labels: {} })], /image is "postgres:16"/],
    ],
  },
  {
    rule: "no-root",
    good: [[docker()], [kubernetes()], [ecs()], [kubernetes({ securityContext: { runAsNonRoot: true } })], [kubernetes({ securityContext: {} }, { securityContext: { runAsUser: 5 } })], [docker(collector, "collector")], [docker({ user: later })]],
    bad: [
      ["refuses root by number", [docker({ user: "0:0" })], /^user is "0:0"; set user to a number other than 0/],
      ["refuses root by name", [docker({ user: "root" })], /user is "root"/],
      ["refuses an image's own user, which may be root", [docker({ user: undefined })], /user is "not set"/],
      ["refuses root in a pod", [kubernetes({ securityContext: { runAsUser: 0 } })], /user is "0"; set securityContext\.runAsUser/],
      ["refuses whoever a pod's image says", [kubernetes({ securityContext: {} })], /user is "not set"/],
      ["refuses root in ECS", [ecs({ user: "root" })], /user is "root"/],
      ["refuses another role the collector's exception", [docker(collector, "monitoring")], /user is "0:0"/],
      ["refuses the collector a capability", [docker({ ...collector, capabilities: { adds: ["DAC_OVERRIDE"], drops: ["ALL"] } }, "collector")], /the collector is root and keeps capabilities/],
      ["refuses it the engine's default capabilities", [docker({ ...collector, capabilities: undefined }, "collector")], /keeps capabilities/],
      ["refuses it a published port", [docker({ ...collector, ports: [{ internal: 4318 }] }, "collector")], /publishes a port/],
      ["refuses it a writable folder of the host", [docker({ ...collector, ...hostFolder("/var/log", false) }, "collector")], /may write to the host's \/var\/log/],
      ["refuses it without a reason", [docker({ ...collector, mounts: [] }, "collector")], /reads nothing of the host/],
    ],
  },
  {
    rule: "no-privilege",
    good: [[docker()], [kubernetes()], [ecs()], [ecs({ dockerSecurityOptions: ["no-new-privileges"] }, { requiresCompatibilities: ["EC2"] })]],
    bad: [
      ["refuses a privileged container", [docker({ privileged: true })], /privileged is true; remove it/],
      ["refuses new privileges", [docker({ securityOpts: [] })], /may gain privileges; add "no-new-privileges:true"/],
      ["refuses a privileged pod", [kubernetes({ securityContext: { privileged: true, allowPrivilegeEscalation: false } })], /privileged is true/],
      ["refuses a pod that doesn't say", [kubernetes({ securityContext: {} })], /set securityContext\.allowPrivilegeEscalation to false/],
      ["refuses a privileged task", [ecs({ privileged: true })], /privileged is true/],
      ["refuses new privileges on machines of one's own", [ecs({}, { requiresCompatibilities: ["EC2"] })], /dockerSecurityOptions/],
    ],
  },
  {
    rule: "no-capability",
    good: [[docker()], [kubernetes()], [ecs()]],
    bad: [
      ["refuses an added capability", [docker({ capabilities: { adds: ["NET_ADMIN"], drops: ["ALL"] } })], /NET_ADMIN are added; remove them/],
      ["refuses kept ones", [docker({ capabilities: {} })], /capabilities are kept; set capabilities to \{ drops/],
      ["refuses one in a pod", [kubernetes({ securityContext: { capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] } } })], /SYS_PTRACE/],
      ["refuses what a pod keeps", [kubernetes({ securityContext: {} })], /securityContext\.capabilities/],
      ["refuses one in ECS", [ecs({ linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } })], /SYS_PTRACE/],
    ],
  },
  {
    rule: "no-host-namespace",
    good: [[docker()], [kubernetes()], [ecs()], [docker({ networkMode: "bridge" })]],
    bad: [
      ["refuses the host's network", [docker({ networkMode: "host" })], /shares the host's network; remove networkMode/],
      ["refuses its processes", [docker({ pidMode: "host" })], /host's pid/],
      ["refuses its memory", [docker({ ipcMode: "host" })], /host's ipc/],
      ["refuses the node's network", [kubernetes({}, { hostNetwork: true })], /remove hostNetwork/],
      ["refuses the node's processes", [kubernetes({}, { hostPID: true })], /host's pid/],
      ["refuses it in ECS", [ecs({}, { networkMode: "host" })], /use "awsvpc"/],
    ],
  },
  {
    rule: "no-engine-socket",
    good: [[docker()], [docker(hostFolder("/sys"), "monitoring")], [kubernetes()], [ecs()]],
    bad: [
      ["refuses the engine's socket", [docker(hostFolder("/var/run/docker.sock"))], /mounts \/var\/run\/docker\.sock; remove it/],
      ["refuses it in the provider's other form, and read-only", [docker({ volumes: [{ hostPath: "/run/containerd/containerd.sock", readOnly: true }] })], /containerd\.sock/],
      ["refuses the folder that it is in", [docker(hostFolder("/var/run"), "monitoring")], /\/var\/run;/],
      ["refuses it in a pod", [kubernetes(...hostPath("/var/run/docker.sock"))], /docker\.sock/],
      ["refuses it in ECS", [ecs(...ecsHost("/var/run/docker.sock"))], /docker\.sock/],
    ],
  },
  {
    rule: "limits",
    good: [[docker()], [kubernetes()], [ecs()], [ecs({ memory: undefined, cpu: undefined }, { memory: "512", cpu: "256" })], [docker({ cpus: undefined, cpuQuota: 50_000 })], [docker({ memory: later })]],
    bad: [
      ["refuses a container without memory limit", [docker({ memory: undefined })], /^memory is not limited; set memory, in MiB/],
      ["refuses a limit of nothing", [docker({ memory: 0 })], /memory is not limited/],
      ["refuses a container without CPU limit", [docker({ cpus: undefined })], /^CPU is not limited; set cpus/],
      ["refuses a pod without memory limit", [kubernetes({ resources: { limits: { cpu: "1" } } })], /resources\.limits\.memory/],
      ["refuses a pod without CPU limit", [kubernetes({ resources: { limits: { memory: "1Gi" } } })], /resources\.limits\.cpu/],
      ["refuses a task without memory limit", [ecs({ memory: undefined })], /memory is not limited/],
    ],
  },
  {
    rule: "read-only-root",
    good: [[docker()], [kubernetes()], [ecs()]],
    bad: [
      ["refuses a writable root", [docker({ readOnly: false })], /its root is writable; set readOnly/],
      ["refuses it in a pod", [kubernetes({ securityContext: {} })], /readOnlyRootFilesystem/],
      ["refuses it in ECS", [ecs({ readonlyRootFilesystem: undefined })], /readonlyRootFilesystem/],
    ],
  },
  {
    rule: "host-folders",
    good: [[docker()], [docker(hostFolder("/"), "monitoring")], [kubernetes()], [ecs()], [docker({ mounts: [{ type: "volume", source: "motel-database-1a2b3c4", readOnly: false }] })]],
    bad: [
      ["refuses a folder of the host for what isn't watching it", [docker(hostFolder("/home"), "database")], /^a database mounts the host's \/home; use a volume/],
      ["refuses it in the provider's other form", [docker({ volumes: [{ hostPath: "/home", readOnly: true }] })], /mounts the host's \/home/],
      ["refuses what watches the host a writable folder", [docker(hostFolder("/", false), "monitoring")], /^the host's \/ is mounted writable; set readOnly/],
      ["refuses a node's folder", [kubernetes(...hostPath("/etc"))], /mounts the host's \/etc/],
      ["refuses it in ECS", [ecs(...ecsHost("/etc"))], /mounts the host's \/etc/],
    ],
  },
  {
    rule: "host-volumes",
    good: [[volume({})], [volume({ driverOpts: { type: "none", o: "bind", device: "/srv/backups" } }, "backups-nas")], [volume({ driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m" } }, "log")], [of("kubernetes:core/v1:PersistentVolume", { spec: { csi: {} } })]],
    bad: [
      ["refuses a volume that is a folder of the host", [volume({ driverOpts: { type: "none", o: "bind", device: "/srv/backups" } })], /^it is the host's \/srv\/backups; remove driverOpts/],
      ["refuses one that is the node's", [of("kubernetes:core/v1:PersistentVolume", { spec: { hostPath: { path: "/data" } } })], /node's \/data/],
    ],
  },
  {
    rule: "healthcheck",
    good: [[docker()], [kubernetes()], [ecs()], [docker({ healthcheck: undefined }, "edge", "stack", "acme")], [docker({ healthcheck: undefined }, "monitoring")], [docker({ healthcheck: undefined, mustRun: false })],
      [kubernetes({ readinessProbe: undefined }, {}, "batch/v1:Job")], [kubernetes({}, { initContainers: [{ name: "once" }] })], [docker({ healthcheck: { tests: later } })]],
    bad: [
      ["refuses a database without health check", [docker({ healthcheck: undefined }, "database")], /role database has no health check; set healthcheck\.tests/],
      ["refuses a backup agent without one", [docker({ healthcheck: undefined }, "backup")], /role backup/],
      ["refuses one that is switched off", [docker({ healthcheck: { tests: ["NONE"] } })], /has no health check/],
      ["refuses a container of no role", [docker({ healthcheck: undefined, labels: [] })], /role none/],
      ["refuses a pod without probes", [kubernetes({ readinessProbe: undefined })], /set readinessProbe/],
      ["refuses a sidecar without", [kubernetes({}, { initContainers: [{ name: "sidecar", restartPolicy: "Always" }] })], /initContainers\[0\]: a container/],
      ["refuses a task without", [ecs({ healthCheck: undefined })], /healthCheck\.command/],
      ["refuses an exporter that Prometheus doesn't ask", [docker({ healthcheck: undefined }, "monitoring", "motel", "exporter"), of("pulumi-nodejs:dynamic/stackbook:ConfigFiles", { files: { "prometheus.yml": "scrape_configs:\n  - static_configs:\n      - targets: [loki:3100]\n" } })], /role monitoring/],
    ],
  },
];
