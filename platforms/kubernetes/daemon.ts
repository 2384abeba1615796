import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { Access, ConfigFilesArgs, Daemon, DaemonArgs, SharedConfig, SharedConfigArgs } from "../platform";
import { createSecret, createSecretFiles, createServiceAccount, ownersAndGroups, type SecretFiles } from "./content";
import { notAwaited, withForce, type KubernetesContext } from "./context";
import { settled } from "./environment";
import { accessLabels, labelMap, reachingNet, selectorOf, sharingDisks, type Labels } from "./labels";
import { hardenedPod, together, type HardenedPodArgs } from "./pod";
import { openWayOut } from "./site";
import { Job } from "./tasks/job";

/** With what mounts it. */
export interface KubernetesConfig extends SharedConfig {
  readonly files: SecretFiles;
}

interface KubernetesDaemon extends Daemon {
  readonly deployment: Deployment;
}

/** One pod, which goes before the next one comes: it may own a disk, and nobody is served by it. */
export function createDaemon(context: KubernetesContext, args: DaemonArgs, opts: pulumi.ComponentResourceOptions): Daemon {
  const { name, system } = args;
  if (system === undefined) throw new Error(`${name}: on Kubernetes Stackbook runs nothing for the whole stack yet but the edge`);
  const resource = `${system}-${name}`;
  const namespace = context.namespace(system);
  const labels = labelsOf(context, args);
  const child = { parent: opts.parent };
  const config = args.config === undefined ? undefined : configOf(context, args, args.config, opts);
  const folders = [...(args.data === undefined ? [] : [args.data]), ...(args.folders ?? [])];
  const claims = [...folders.map(({ path, volume }) => ({ claim: volume, path })), ...(args.shared ?? []).map(({ path, volume }) => ({ claim: volume, path, readOnly: true }))];
  if (args.hasWayOut === true) openWayOut(context, system, child);
  const deployment = new Deployment(
    resource,
    {
      metadata: context.metadata(name, labels, { namespace, annotations: withForce }),
      spec: {
        replicas: context.replicas(system, 1),
        selector: { matchLabels: selectorOf(labels) },
        strategy: { type: "Recreate" },
        progressDeadlineSeconds: 300,
        revisionHistoryLimit: 2,
        template: {
          metadata: { labels: { ...labelMap(labels), ...accessLabels(accessOf(args)), ...(args.hasWayOut === true ? reachingNet : {}), ...(claims.length === 0 ? {} : sharingDisks) } },
          spec: hardenedPod({
            name,
            image: args.image,
            ...(args.entrypoint === undefined ? {} : { command: args.entrypoint }),
            ...(args.command === undefined ? {} : { args: args.command }),
            ...(args.env === undefined ? {} : { environment: createSecret(context, `${resource}-settings`, { name, namespace, labels, data: settled(args.env) }, child) }),
            user: args.user,
            serviceAccount: createServiceAccount(context, resource, namespace, labels, child),
            claims,
            ...(config === undefined ? {} : { mounted: [mountOf(config)] }),
            ...(args.healthcheck === undefined ? {} : { ports: [{ name: "http", containerPort: args.healthcheck.port }], probes: probesOf(args.healthcheck) }),
            memoryMiB: args.memoryMiB,
            cpus: args.cpus,
            // It works by the clock, for minutes a day.
            cpuShare: 0.1,
            stopSeconds: args.stopSeconds ?? 10,
            ...(claims.length === 0 ? {} : { placement: together(sharingDisks) }),
          }),
        },
      },
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: config === undefined ? [] : [config.written], ...context.frozen(system) }),
  );
  new Service(
    `${resource}-service`,
    { metadata: context.metadata(name, labels, { namespace, annotations: notAwaited }), spec: { type: "ClusterIP", clusterIP: "None", selector: selectorOf(labels) } },
    context.options(child),
  );
  const daemon: KubernetesDaemon = { host: context.nameOf(name, system), container: pulumi.interpolate`${namespace}/${deployment.metadata.name}`, ready: [deployment], deployment };
  return daemon;
}

/** A Deployment is done when its pods are ready, so nothing is left to wait for but all of them. */
export class Daemons extends pulumi.ComponentResource {
  constructor(what: "monitoring" | "backups", daemons: readonly Daemon[], opts: pulumi.ComponentResourceOptions) {
    const ready = daemons.flatMap((daemon) => daemon.ready);
    super("stackbook:kubernetes:Daemons", `${what}-healthy`, {}, pulumi.mergeOptions(opts, { dependsOn: ready }));
    this.registerOutputs({});
  }
}

/** Named by its content, unless the program looks itself: another one is mounted by another pod. Where it can be checked, a Job does so before any pod has it. */
export function createConfig(context: KubernetesContext, { daemon, ...config }: SharedConfigArgs, opts: pulumi.ComponentResourceOptions): KubernetesConfig {
  const { name, system } = daemon;
  if (system === undefined) throw new Error(`${name}: on Kubernetes Stackbook runs nothing for the whole stack yet but the edge`);
  const namespace = context.namespace(system);
  const resource = `${system}-${name}-config`;
  const labels = labelsOf(context, daemon);
  const data = pulumi.all([config.files, config.secretFiles ?? {}]).apply(([plain, secret]): Record<string, string> => ({ ...plain, ...secret }));
  const files = createSecretFiles(context, resource, { name: `${name}-config`, namespace, labels, data }, { parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) }, config.looksItself === true && config.check === undefined);
  const { directory } = config;
  if (config.check === undefined) return { directory, volume: files.secret, files, written: files.written };
  const check = context.labels(system, `${name}-check`, "task");
  const written = new Job(
    `${resource}-check`,
    {
      cluster: context.cluster,
      namespace,
      name: `${name}-check`,
      image: daemon.image,
      command: config.check.map((word) => word.replaceAll("{dir}", directory)),
      env: {},
      files: [{ secret: files.secret, items: files.items, path: directory }],
      user: daemon.user,
      serviceAccount: createServiceAccount(context, `${system}-tasks`, namespace, context.labels(system, "tasks", "task"), { parent: opts.parent }),
      labels: labelMap(check),
      memoryMiB: 128,
      timeoutSeconds: 120,
      title: `configuration of ${system}-${name}`,
      ...context.idle(system),
    },
    context.taskOptions({ parent: opts.parent }),
  );
  return { directory, volume: files.secret, files, written };
}

/** As a pod mounts it. */
export function mountOf(config: SharedConfig): NonNullable<HardenedPodArgs["mounted"]>[number] {
  // Every configuration comes from this platform's `createConfig`.
  const { items, secret } = (config as KubernetesConfig).files;
  return { path: config.directory, volume: { secret: { secretName: secret, defaultMode: ownersAndGroups, items } } };
}

function configOf(context: KubernetesContext, args: DaemonArgs, config: ConfigFilesArgs | SharedConfig, opts: pulumi.ComponentResourceOptions): SharedConfig {
  return "written" in config ? config : createConfig(context, { ...config, daemon: args }, opts);
}

function labelsOf(context: KubernetesContext, { name, system }: Pick<DaemonArgs, "name" | "system">): Labels {
  return context.labels(system ?? "stack", name, "backup");
}

function accessOf({ places }: DaemonArgs): Access[] {
  return places.map((place) => (place === "edge" ? place : place.access));
}

function probesOf({ path, port }: NonNullable<DaemonArgs["healthcheck"]>): NonNullable<HardenedPodArgs["probes"]> {
  const ask: inputs.core.v1.Probe = { httpGet: { path, port, scheme: "HTTP" }, timeoutSeconds: 5 };
  return {
    startupProbe: { ...ask, periodSeconds: 2, failureThreshold: 60 },
    readinessProbe: { ...ask, periodSeconds: 30, failureThreshold: 5 },
    livenessProbe: { ...ask, periodSeconds: 30, failureThreshold: 10 },
  };
}
