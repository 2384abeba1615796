import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { BesideArgs, ConfigFilesArgs, Daemon, DaemonArgs, Place, SharedConfig, SharedConfigArgs, Site } from "../platform";
import { environment } from "./container";
import { joinNetworks, type DockerContext } from "./context";
import { labelMap } from "./labels";
import { Attachment } from "./tasks/attachment";
import { ConfigFiles } from "./tasks/configFiles";
import { HealthGate } from "./tasks/healthGate";
import { Task } from "./tasks/task";
import { createVolume } from "./volume";
import { httpHealthcheck } from "../stores/healthcheck";

interface DockerDaemon extends Daemon {
  readonly server: docker.Container;
  readonly args: DaemonArgs;
  readonly config?: SharedConfig;
}

/** Networks that a daemon may enter besides its system's. */
export interface CommonNetworks {
  /** Shared by all daemons. */
  readonly monitoring: docker.Network;
  readonly edge: docker.Network;
}

/** Prometheus asks them besides, so the engine may do so less often than what serves visitors. */
const healthIntervalSeconds = 30;

/** One container, replaced by deleting it first: it may own a data volume, and nobody is served by it. */
export function createDaemon(context: DockerContext, args: DaemonArgs, networks: CommonNetworks, opts: pulumi.ComponentResourceOptions): Daemon {
  const host = hostOf(args);
  const config = args.config === undefined || "written" in args.config ? args.config : createConfig(context, { ...args.config, daemon: args }, opts);
  const server = context.container(
    host,
    {
      image: args.image,
      labels: daemonLabels(context, args),
      ...(args.entrypoint === undefined ? {} : { entrypoint: args.entrypoint }),
      ...(args.command === undefined ? {} : { command: args.command }),
      ...(args.env === undefined ? {} : { env: args.env }),
      user: args.user,
      networks: [{ name: networks.monitoring.name, aliases: [host] }, ...args.places.map((place) => joinPlace(place, networks, host))],
      volumes: [
        ...(config === undefined ? [] : [{ volume: config.volume, path: config.directory, readOnly: true }]),
        ...[...(args.data === undefined ? [] : [args.data]), ...(args.folders ?? [])].map((folder) => ({ volume: folder.volume, path: folder.path })),
        ...(args.shared ?? []).map((folder) => ({ volume: folder.volume, path: folder.path, readOnly: true })),
      ],
      hostFolders: args.hostFolders ?? [],
      ...(args.healthcheck === undefined
        ? {}
        : { healthcheck: httpHealthcheck(args.healthcheck.port, args.healthcheck.path, healthIntervalSeconds) }),
      memoryMiB: args.memoryMiB,
      cpus: args.cpus,
      stopSeconds: args.stopSeconds ?? 10,
      ...(config?.replaceOn === undefined ? {} : { replaceOn: config.replaceOn }),
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: config === undefined ? [] : [config.written] }),
  );
  const daemon: DockerDaemon = { host, server, args, container: server.name, ready: [server], ...(config === undefined ? {} : { config }) };
  return daemon;
}

/** Prometheus is where the applications are this way, and is not restarted when a system comes or goes. */
export function joinSites(context: DockerContext, daemon: Daemon, sites: readonly Site[], opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  const { server, host } = daemon as DockerDaemon;
  return sites.map(
    (site) =>
      new Attachment(
        `${host}-in-${site.system}`,
        { host: context.host, network: (site.web as docker.Network).id, container: server.id },
        context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }),
      ),
  );
}

/** On the volume of the daemon's own configuration, written when the daemon has started: its container's id may be among the files. */
export function addConfig(
  context: DockerContext,
  daemon: Daemon,
  name: string,
  files: Omit<ConfigFilesArgs, "directory" | "secretFiles">,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
  const { args, config, host, server } = daemon as DockerDaemon;
  if (config === undefined || files.onChange === "replace") throw new Error(`${host} takes no more configuration while it runs`);
  return writeConfig(context, args, { ...files, directory: config.directory }, { resource: `${host}-${name}`, volume: config.volume }, pulumi.mergeOptions(opts, { dependsOn: [server] }));
}

export function runBeside(
  context: DockerContext,
  daemon: Daemon,
  name: string,
  { command, env, title, triggers }: BesideArgs,
  { monitoring }: Pick<CommonNetworks, "monitoring">,
  opts: pulumi.ComponentResourceOptions,
): Task {
  const { args, host, server } = daemon as DockerDaemon;
  return new Task(
    `${host}-${name}`,
    {
      host: context.host,
      image: args.image,
      command,
      env: environment(env),
      networks: [monitoring.name],
      user: args.user,
      memoryMiB: 128,
      timeoutSeconds: 120,
      labels: labelMap(context.labels(args.system ?? "stack", `${args.name}-${name}`, "task")),
      title,
      ...context.idle(args.system),
      triggers: [...triggers],
    },
    context.taskOptions(pulumi.mergeOptions({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: [server] })),
  );
}

/** One gate for all: what one of them lacks doesn't hold up another, and a preview has one resource more, not twenty. */
export function awaitDaemons(context: DockerContext, what: "monitoring" | "backups", daemons: readonly Daemon[], opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  return new HealthGate(
    what === "monitoring" ? "daemons-healthy" : `${what}-healthy`,
    {
      host: context.host,
      containers: (daemons as readonly DockerDaemon[]).filter(({ args }) => !context.isHalted(args.system)).map(({ server }) => server.id),
      title: what,
      timeoutSeconds: 120,
      meanwhile: "The systems themselves go on.",
    },
    context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }),
  );
}

type Named = Pick<DaemonArgs, "name" | "system" | "role" | "readsHostAsRoot">;

function daemonLabels(context: DockerContext, args: Named): ReturnType<DockerContext["labels"]> {
  return context.labels(args.system ?? "stack", args.name, args.role ?? (args.readsHostAsRoot === true ? "collector" : "monitoring"));
}

function hostOf({ name, system }: Named): string {
  return system === undefined ? name : `${system}-${name}`;
}

function joinPlace(place: Place, networks: CommonNetworks, host: string): { name: pulumi.Output<string>; aliases: string[] } {
  if (place === "edge") return { name: networks.edge.name, aliases: [host] };
  const [joined] = joinNetworks(place.site, [place.access], host);
  if (joined === undefined) throw new Error(`${place.site.system} has no ${place.access} network`);
  return joined;
}

/** Configuration lies on a volume of its own, which its program can't write. */
export function createConfig(context: DockerContext, { daemon, ...config }: SharedConfigArgs, opts: pulumi.ComponentResourceOptions): SharedConfig {
  const volume = createVolume(context, daemon.system ?? "stack", `${daemon.name}-config`, false, { parent: opts.parent }).name;
  const { onChange } = config;
  const written = writeConfig(context, daemon, config, { resource: `${hostOf(daemon)}-config`, volume }, opts);
  return { volume, directory: config.directory, written, ...(onChange === "replace" ? { replaceOn: written.result } : {}) };
}

function writeConfig(
  context: DockerContext,
  args: SharedConfigArgs["daemon"],
  config: ConfigFilesArgs,
  to: { readonly resource: string; readonly volume: pulumi.Output<string> },
  opts: pulumi.ComponentResourceOptions,
): ConfigFiles {
  const { onChange } = config;
  return new ConfigFiles(
    to.resource,
    {
      host: context.host,
      image: args.image,
      volume: to.volume,
      directory: config.directory,
      user: args.user,
      files: config.files,
      ...(config.secretFiles === undefined ? {} : { secretFiles: config.secretFiles }),
      ...(config.check === undefined ? {} : { check: config.check.map((word) => word.replaceAll("{dir}", config.directory)) }),
      ...(onChange === "replace" ? {} : { signal: onChange.signal }),
      labels: labelMap(daemonLabels(context, args)),
      title: `configuration of ${to.resource.replace(/-config$/, "")}`,
      ...context.idle(args.system),
    },
    context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }),
  );
}
