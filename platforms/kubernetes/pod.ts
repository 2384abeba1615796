import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";

type Container = inputs.core.v1.Container;
type PodSpec = inputs.core.v1.PodSpec;

/** A pod of one container, with what every pod of ours has already decided. */
export interface HardenedPodArgs {
  readonly name: string;
  readonly image: pulumi.Input<string>;
  /** Absent: the image's own. */
  readonly command?: readonly string[];
  readonly args?: readonly pulumi.Input<string>[];
  /** Name of the Secret that holds its environment. */
  readonly environment?: pulumi.Input<string>;
  /** Which of it, one by one, so that whoever judges the pod sees what it is given; absent: all. */
  readonly variables?: readonly string[];
  /** `uid:gid` in numbers, never root. */
  readonly user: string;
  readonly serviceAccount: pulumi.Input<string>;
  readonly claims?: readonly { readonly claim: pulumi.Input<string>; readonly path: string; readonly readOnly?: boolean }[];
  /** Writable places on the otherwise read-only root. @default ["/tmp"] */
  readonly scratch?: readonly string[];
  /** Further volumes, read-only. */
  readonly mounted?: readonly { readonly path: string; readonly volume: Omit<inputs.core.v1.Volume, "name"> }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly probes?: Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe">;
  /** Request and limit: memory that isn't there can't be waited for. */
  readonly memoryMiB: number;
  /** Limit. */
  readonly cpus: number;
  /** Of the limit. @default 0.25 */
  readonly cpuShare?: number;
  /** Seconds between the stop signal and the kill. @default 10 */
  readonly stopSeconds?: number;
  readonly preStop?: inputs.core.v1.LifecycleHandler;
  readonly restartPolicy?: "Always" | "Never";
  readonly placement?: Pick<PodSpec, "affinity" | "topologySpreadConstraints">;
}

/** No root, no capability, no new privileges, read-only root, limits, no token of the cluster's API (X4): what `restricted` asks, and more. */
export function hardenedPod(args: HardenedPodArgs): PodSpec {
  const [uid = 0, gid = 0] = args.user.split(":").map(Number);
  const claims = (args.claims ?? []).map((mount, i) => ({ name: `claim-${i}`, ...mount }));
  const scratch = (args.scratch ?? ["/tmp"]).map((path, i) => ({ name: `scratch-${i}`, path }));
  const mounted = (args.mounted ?? []).map((mount, i) => ({ name: `mounted-${i}`, ...mount }));
  const container: Container = {
    name: args.name,
    image: args.image,
    ...(args.command === undefined ? {} : { command: [...args.command] }),
    ...(args.args === undefined ? {} : { args: [...args.args] }),
    ...environmentOf(args),
    ...(args.ports === undefined ? {} : { ports: args.ports.map((port) => ({ ...port, protocol: "TCP" })) }),
    volumeMounts: [
      ...claims.map(({ name, path, readOnly }) => ({ name, mountPath: path, ...(readOnly === true ? { readOnly } : {}) })),
      ...scratch.map(({ name, path }) => ({ name, mountPath: path })),
      ...mounted.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
    ],
    resources: {
      requests: { cpu: milli(args.cpus * (args.cpuShare ?? 0.25)), memory: `${args.memoryMiB}Mi` },
      limits: { cpu: milli(args.cpus), memory: `${args.memoryMiB}Mi` },
    },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    ...args.probes,
    ...(args.preStop === undefined ? {} : { lifecycle: { preStop: args.preStop } }),
  };
  return {
    serviceAccountName: args.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, fsGroup: gid, fsGroupChangePolicy: "OnRootMismatch", seccompProfile: { type: "RuntimeDefault" } },
    terminationGracePeriodSeconds: args.stopSeconds ?? 10,
    ...(args.restartPolicy === undefined ? {} : { restartPolicy: args.restartPolicy }),
    ...args.placement,
    containers: [container],
    volumes: [
      ...claims.map(({ claim, name }) => ({ name, persistentVolumeClaim: { claimName: claim } })),
      ...scratch.map(({ name }) => ({ name, emptyDir: { sizeLimit: "1Gi" } })),
      ...mounted.map(({ name, volume }) => ({ name, ...volume })),
    ],
  };
}

function environmentOf({ environment, variables }: HardenedPodArgs): Pick<Container, "env" | "envFrom"> {
  if (environment === undefined) return {};
  if (variables === undefined) return { envFrom: [{ secretRef: { name: environment } }] };
  return { env: [...variables].sort().map((name) => ({ name, valueFrom: { secretKeyRef: { name: environment, key: name } } })) };
}

/** Processors as the API writes them back. */
export function milli(cpus: number): string {
  const thousandths = Math.max(10, Math.round(cpus * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Away from each other where the cluster has the room: on other nodes, in other zones. */
export function spread(labels: Readonly<Record<string, string>>): NonNullable<HardenedPodArgs["placement"]> {
  return {
    topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { ...labels } },
    })),
  };
}

/** Next to each other: a disk is on one node at a time, and the new pod starts while the old one has it. The first one may go anywhere. */
export function together(labels: Readonly<Record<string, string>>): NonNullable<HardenedPodArgs["placement"]> {
  return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { ...labels } } }] } } };
}
