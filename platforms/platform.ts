/**
 * What a platform can do for the components: HOW a database, a cache, a workload, a task and the edge
 * are realised. `components/` knows this file and nothing below it; each platform is one folder.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec, RedisSpec, ServiceSpec, SystemId } from "../systems";
import type { ImageSource, LogicalImage, SlotName, StackConfig, TlsConfig } from "../config/types";
import type { EdgeModel } from "../components/edge/model";
import type { Watched, WatchStackArgs } from "./watched";
import type { BesideArgs, ConfigFilesArgs, ContainerName, Daemon, DaemonArgs, MonitorLogin, SharedConfig, SharedConfigArgs } from "./daemon";
import type { LoginGenerations, RotatingSecret } from "./rotation";

export type { BesideArgs, ConfigFilesArgs, ContainerName, Daemon, DaemonArgs, MonitorLogin, Place, SharedConfig, SharedConfigArgs } from "./daemon";
export type { Watched, WatchStackArgs } from "./watched";
export { firstOf, loginsLabel, type LoginGenerations, type RotatingSecret } from "./rotation";

/** The private places of one system: who is in one can reach it, nobody else can. */
export interface Site {
  readonly system: SystemId;
  /** Something later resources wait for; also what the edge joins. */
  readonly web: pulumi.Resource;
}

export interface SiteArgs {
  readonly system: SystemId;
  readonly hasCache: boolean;
}

/** A server with a stable address inside its system's site. */
export interface Endpoint {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** Done when the server is healthy: what uses it depends on these. */
  readonly ready: pulumi.Resource[];
  /** It speaks TLS, and nothing else. @default false */
  readonly isEncrypted?: boolean;
  /** What its clients must know besides, as options of the address that applications get. @default none */
  readonly options?: Readonly<Record<string, string>>;
}

export interface DatabaseArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly spec: DatabaseSpec;
  /** Made by `createFolder`, so that it outlives the server. */
  readonly data: DataFolderRef;
  readonly adminPassword: RotatingSecret;
  /** Of the application. While it is exchanged, the one before opens as well, under another user. */
  readonly rolePassword: RotatingSecret;
  /** Of the monitoring's own login; absent: there is none. */
  readonly monitorPassword?: pulumi.Output<string>;
}

/** A database with the application's role in it, able to log in. */
export interface Database extends Endpoint {
  readonly adminUser: string;
  /** As whom the application logs in. */
  readonly user: string;
  /** Where `monitorPassword` was given. */
  readonly monitor?: MonitorLogin;
}

export interface CacheArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly spec: RedisSpec;
  readonly data: DataFolderRef;
  /** While it is exchanged, the one before opens as well. */
  readonly password: RotatingSecret;
}

export interface AppImageArgs {
  readonly system: SystemId;
  readonly service: string;
  /** Of which of a system's versions; absent: it is of none. */
  readonly slot?: SlotName;
  /** Static artefacts are built on a web server's image, servers on Node's. */
  readonly kind: ServiceSpec["kind"];
  readonly version: string;
  readonly source: ImageSource;
  /** Settings baked in at build time; they change the image. */
  readonly buildSettings: Readonly<Record<string, string>>;
}

export interface AppImage {
  /** What runs: an image ID or a reference with a digest. */
  readonly reference: pulumi.Output<string>;
}

/** Which of its system's private places something may enter. */
export type Access = "web" | "database" | "cache" | "edge";

export interface DataFolder {
  readonly name: string;
  /** Absolute path inside the container. */
  readonly path: string;
  /** A folder of the engine's host in place of one of its own; it must exist, and stays when everything goes. */
  readonly hostPath?: string;
  /** Of the stack's: every system's own helpers use it. Where no place is common to systems, each has one of its own. @default false */
  readonly forSystems?: boolean;
  /** Of a database or a cache: what opens it, for a platform where its data and its server are one. */
  readonly opens?: RotatingSecret;
}

export interface WorkloadArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly service: ServiceSpec;
  readonly version: string;
  /** Slots let two versions stand beside each other. */
  readonly slot: SlotName;
  readonly image: AppImage;
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly replicas: number;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly access: readonly Access[];
  readonly folders: readonly DataFolderRef[];
  /** Seconds a container may take to stop after its last request. */
  readonly stopSeconds: number;
  /** Of the restore after which it starts: another one is another container. */
  readonly restore?: string;
  /** Of the logins that it holds; absent: none was ever exchanged, or it holds none. */
  readonly logins?: LoginGenerations;
}

/** A folder made by `createFolder`, to be mounted. */
export interface DataFolderRef extends DataFolder {
  readonly volume: pulumi.Output<string>;
}

export interface Workload {
  /** One per replica, in order. */
  readonly servers: readonly { readonly name: string; readonly host: pulumi.Output<string> }[];
  readonly ready: pulumi.Resource[];
}

export interface RunTaskArgs {
  readonly system: SystemId;
  /** Of which of the system's versions; absent: it is of none. Each has a task of its own. */
  readonly slot?: SlotName;
  readonly site: Site;
  readonly image: AppImage;
  readonly command: readonly string[];
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly access: readonly Access[];
  readonly folders: readonly DataFolderRef[];
  readonly memoryMiB: number;
  /** @default 600 */
  readonly timeoutSeconds?: number;
  /** What it is, for messages. @default `<system>: <name>` */
  readonly title?: string;
  /** Folders of others: to read. */
  readonly shared?: readonly DataFolderRef[];
  readonly config?: SharedConfig;
  /** It may call the net, for a store elsewhere. @default false */
  readonly hasWayOut?: boolean;
  /** Runs again when one of these changes. */
  readonly triggers?: readonly pulumi.Input<string>[];
  /** True: and at no other time, whatever else about it changes. @default false */
  readonly onlyOnTriggers?: boolean;
  /** Environment variable in which it finds the first trigger with which it last succeeded, once it has. */
  readonly previousTrigger?: string;
}

/** One that ran. */
export interface TaskRun extends pulumi.Resource {
  /** Last line of its standard output. */
  readonly answer: pulumi.Output<string>;
}

/** A task that exchanges what others use. */
export interface ExclusiveTaskArgs extends RunTaskArgs {
  /** Whose servers are stopped before it runs. They start again if it fails; if it succeeds, others are to take their place. */
  readonly stops: "backend";
  /** True: there is nothing to run; what an update that was cut off has stopped is started. */
  readonly isResting: boolean;
}

export interface ExclusiveTask {
  readonly done: pulumi.Resource;
  /** Last line of its standard output; empty while resting. */
  readonly answer: pulumi.Output<string>;
}

/** A small process beside a system that serves nobody: demo traffic, an agent. */
export interface SidecarArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly name: string;
  readonly image: AppImage;
  readonly command: readonly string[];
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly access: readonly Access[];
  readonly memoryMiB: number;
}

/** The end of what was exchanged. */
export interface RetireArgs {
  readonly site: Site;
  readonly database: Database;
  readonly cache: Endpoint | undefined;
  /** Of what runs from now on. */
  readonly logins: LoginGenerations;
}

export interface EdgeArgs {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly bindAddress: string;
  readonly tls: TlsConfig;
  /** Names the ACME client asks certificates for. */
  readonly hosts: readonly string[];
  readonly drainSeconds: number;
  readonly protect: boolean;
}

/** The door to the net: started once, told its routes by `writeRoutes`. */
export interface Edge {
  readonly container: pulumi.Output<string>;
  /** Where systems' own processes reach it. */
  readonly internalUrl: string;
  /** Folder of the pipe that carries the access log while the edge's model says `observed`. */
  readonly log: DataFolderRef;
  /** Somebody in front of it answers for the systems' names, with a certificate that browsers trust. @default false */
  readonly isBehind?: boolean;
  /** Who answers ACME's challenges behind it, where certificates come from an authority. */
  readonly acme?: { readonly host: string; readonly port: number };
  readonly ready: pulumi.Resource[];
}

export interface RoutesArgs {
  readonly edge: Edge;
  readonly sites: readonly Site[];
  readonly model: pulumi.Output<EdgeModel>;
  /** PEM, certificate chain and key; absent while ACME is to get one. */
  readonly certificate?: pulumi.Output<string>;
  /** Key of operators' passes, and the name under which the model speaks of it; a secret. */
  readonly pass?: pulumi.Output<{ readonly id: string; readonly key: string }>;
  readonly drainSeconds: number;
}

export interface Platform {
  readonly name: StackConfig["platform"];
  createSite(args: SiteArgs, opts: pulumi.ComponentResourceOptions): Site;
  createDatabase(args: DatabaseArgs, opts: pulumi.ComponentResourceOptions): Database;
  createCache(args: CacheArgs, opts: pulumi.ComponentResourceOptions): Endpoint;
  createFolder(system: SystemId | "stack", folder: DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): DataFolderRef;
  createImage(args: AppImageArgs, opts: pulumi.ComponentResourceOptions): AppImage;
  /**
   * Of a program in `agents/<name>`, built like the reference app.
   * @param bases further images that it is built from, by build argument
   */
  createAgentImage(name: string, opts: pulumi.ComponentResourceOptions, bases?: Readonly<Record<string, LogicalImage>>): AppImage;
  /** The stack's own images, by what they are for. */
  image(name: LogicalImage): pulumi.Output<string>;
  /** Why an image can't be had here; undefined when it can. */
  lacks(name: LogicalImage): string | undefined;
  createWorkload(args: WorkloadArgs, opts: pulumi.ComponentResourceOptions): Workload;
  createSidecar(args: SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource;
  createConfig(args: SharedConfigArgs, opts: pulumi.ComponentResourceOptions): SharedConfig;
  createDaemon(args: DaemonArgs, opts: pulumi.ComponentResourceOptions): Daemon;
  /** Lets a daemon into systems' web networks without restarting it. */
  joinSites(daemon: Daemon, sites: readonly Site[], opts: pulumi.ComponentResourceOptions): pulumi.Resource[];
  /**
   * More files for a daemon that stands already, besides those of its own: what can be written only when it, or
   * what comes after it, is known. The directory is its configuration's, and the folders at its top must be others:
   * one that loses a file is written anew as a whole.
   */
  addConfig(daemon: Daemon, name: string, files: Omit<ConfigFilesArgs, "directory" | "secretFiles">, opts: pulumi.ComponentResourceOptions): pulumi.Resource;
  /** Runs a command to its end, in a daemon's own image and where it is reached by its name. */
  runBeside(daemon: Daemon, name: string, args: BesideArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource;
  /** Every long-running container that was made so far. */
  containers(): readonly ContainerName[];
  /** Done when all of them are healthy; one resource for all of `what`, and an error tells of each that is not. */
  awaitDaemons(what: "monitoring" | "backups", daemons: readonly Daemon[], opts: pulumi.ComponentResourceOptions): pulumi.Resource;
  /** Runs a command to its end; an error fails the update, now and at every further one until it succeeds. */
  runTask(name: string, args: RunTaskArgs, opts: pulumi.ComponentResourceOptions): TaskRun;
  /** The same, with nobody else at the data meanwhile. */
  runExclusively(name: string, args: ExclusiveTaskArgs, opts: pulumi.ComponentResourceOptions): ExclusiveTask;
  /**
   * Stops what still runs with logins that were exchanged, then ends these logins, and tries each to see that it is dead.
   * @param opts after what nobody asks the old containers any more; nothing is made where nothing was ever exchanged
   */
  retireLogins(args: RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[];
  createEdge(args: EdgeArgs, opts: pulumi.ComponentResourceOptions): Edge;
  /** Takes effect only when the edge itself confirms it; the previous routes stay otherwise. */
  writeRoutes(args: RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource;
  /** Where the platform itself judges alerts, tells people and shows figures; absent: containers of ours do (`components/monitoring/`). */
  watch?(args: WatchStackArgs, opts: pulumi.ComponentResourceOptions): Promise<Watched>;
}
