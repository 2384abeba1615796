/** Long-running programs that serve operators rather than visitors: Prometheus, an exporter, an agent. */
import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../systems";
import type { DataFolderRef, Site } from "./platform";

export interface DaemonArgs {
  /** `prometheus`; its host name is this, or `<system>-<name>` where it belongs to a system. */
  readonly name: string;
  /** Absent: it belongs to the stack. */
  readonly system?: SystemId;
  /** From `platform.image`, or an AppImage's reference. */
  readonly image: pulumi.Output<string>;
  /** What it is to those who look for containers and logs. @default "monitoring" */
  readonly role?: "backup";
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly pulumi.Input<string>[];
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** `uid:gid` in numbers; not root unless `readsHostAsRoot`. */
  readonly user: string;
  /** What it must reach besides the other daemons, with whom it always shares a place. */
  readonly places: readonly Place[];
  /** Made with it, or before it by `createConfig`, where tasks read the same. */
  readonly config?: ConfigFilesArgs | SharedConfig;
  /** A folder of its own, made by `createFolder`. */
  readonly data?: DataFolderRef;
  /** Others that it writes, such as a store of backups. */
  readonly folders?: readonly DataFolderRef[];
  /** Folders of others, such as the edge's log pipe: to read. */
  readonly shared?: readonly DataFolderRef[];
  /** Folders of the host, read-only. They must exist there. */
  readonly hostFolders?: readonly { readonly hostPath: string; readonly path: string }[];
  /** Asked over HTTP from inside; absent for images that have nothing to ask with: those must keep running. */
  readonly healthcheck?: { readonly port: number; readonly path: string };
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Seconds between the stop signal and the kill. @default 10 */
  readonly stopSeconds?: number;
  /** It may call the net, for a store elsewhere; on Docker every daemon may. @default false */
  readonly hasWayOut?: boolean;
  /** The log collector's way to read what only the host's root may; nobody else has it. @default false */
  readonly readsHostAsRoot?: boolean;
}

/** A system's store or web servers, or the edge. */
export type Place = { readonly site: Site; readonly access: "database" | "cache" | "web" } | "edge";

/** Configuration that is checked before it is taken, and reaches the program while it runs. */
export interface ConfigFilesArgs {
  /** Where the program finds it, such as `/etc/prometheus`; it can't write there. */
  readonly directory: string;
  /** Text by path below `directory`. */
  readonly files: pulumi.Input<Record<string, string>>;
  /** The same, readable by the program's user alone. */
  readonly secretFiles?: pulumi.Input<Record<string, string>>;
  /**
   * Run in the program's own image with the new files in place of `directory`; an exit code other than 0
   * refuses the update with the tool's last lines, and the files before stay. `{dir}` stands for the folder.
   */
  readonly check?: readonly string[];
  /** How the running program learns of it; "replace" starts it anew, and so does a signal where none reaches it. */
  readonly onChange: { readonly signal: "SIGHUP" } | "replace";
  /** It looks itself whether its files are others: it never has to be started anew for them. @default false */
  readonly looksItself?: boolean;
}

/** Configuration that more than one container reads. */
export interface SharedConfigArgs extends ConfigFilesArgs {
  /** Of the daemon that is told of changes. */
  readonly daemon: Pick<DaemonArgs, "name" | "system" | "role" | "image" | "user">;
}

export interface SharedConfig {
  readonly directory: string;
  readonly volume: pulumi.Output<string>;
  readonly written: pulumi.Resource;
  /** Where a change is another container: another value for each. */
  readonly replaceOn?: pulumi.Output<string>;
}

export interface Daemon {
  /** Its name on every network it is in. */
  readonly host: string;
  readonly container: pulumi.Output<string>;
  /** Created and started; `awaitDaemons` says whether they are healthy. */
  readonly ready: pulumi.Resource[];
}

/** What is told to a daemon that takes it in no file. */
export interface BesideArgs {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  /** What it is, for messages. */
  readonly title: string;
  /** Runs again when one of these changes, or what it is given. */
  readonly triggers: readonly pulumi.Input<string>[];
}

/** A container as the engine and the kernel name it, and whose it is. */
export interface ContainerName {
  /** A system's id, or `stack`. */
  readonly system: string;
  readonly service: string;
  /** 64 hexadecimal digits; its control group is named after it. */
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
}

/** How the monitoring logs in to a database: it reads statistics and no rows. */
export interface MonitorLogin {
  readonly user: string;
  readonly password: pulumi.Output<string>;
  readonly host: pulumi.Output<string>;
  readonly port: number;
}
