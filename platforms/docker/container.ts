import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Healthcheck } from "../stores/healthcheck";
import { labelList, type Labels } from "./labels";

export type { Healthcheck };

/** One container, with what every container of ours has already decided. */
export interface HardenedContainerArgs {
  readonly image: pulumi.Input<string>;
  readonly labels: Labels;
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly pulumi.Input<string>[];
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /** `uid:gid`, never root; the log collector alone is excepted, see `policies/rules/noRoot.ts`. */
  readonly user: string;
  readonly networks: readonly { readonly name: pulumi.Input<string>; readonly aliases?: readonly string[] }[];
  readonly volumes?: readonly { readonly volume: pulumi.Input<string>; readonly path: string; readonly readOnly?: boolean }[];
  /** Folders of the host, read-only. */
  readonly hostFolders?: readonly { readonly hostPath: string; readonly path: string }[];
  /** Writable places on the otherwise read-only root. @default ["/tmp"] */
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly { readonly internal: number; readonly external: number; readonly ip: string }[];
  readonly healthcheck?: Healthcheck;
  /** Hard limit; swap is not added to it. */
  readonly memoryMiB: number;
  readonly cpus: number;
  /** An init process reaps zombies and passes signals on. @default true */
  readonly init?: boolean;
  readonly stopSignal?: string;
  /** Seconds between the stop signal and the kill. @default 10 */
  readonly stopSeconds?: number;
  /** Another value is another container: for programs that read their configuration once. */
  readonly replaceOn?: pulumi.Input<string>;
  /**
   * Of a system that is halted: one that is there stays as it is, running or not and whatever it should be by now; one
   * that is new is made and not started. Absent: the system runs.
   */
  readonly frozen?: { readonly isolated: boolean };
}

/** What each log line is marked with, so that a collector knows its origin without asking the engine. */
const logLabels = ["stack", "system", "service", "role"].map((name) => `stackbook.${name}`).join(",");

/**
 * No root, no capability, no new privileges, read-only root, limits, log rotation, back after a restart
 * of the engine (X4, D12). Names are left to Pulumi, so that a new version can stand beside the old one.
 */
export function hardenedContainer(name: string, args: HardenedContainerArgs, opts: pulumi.CustomResourceOptions): docker.Container {
  const stopSeconds = args.stopSeconds ?? 10;
  const check = args.healthcheck;
  const { frozen } = args;
  return new docker.Container(
    name,
    {
      image: args.image,
      labels: [...labelList(args.labels), ...(args.replaceOn === undefined ? [] : [{ label: "stackbook.config", value: args.replaceOn }])],
      ...(args.entrypoint === undefined ? {} : { entrypoints: [...args.entrypoint] }),
      ...(args.command === undefined ? {} : { command: [...args.command] }),
      ...(args.env === undefined ? {} : { envs: environment(args.env) }),
      user: args.user,
      networksAdvanced: args.networks.map((network) => ({ name: network.name, aliases: [...(network.aliases ?? [])] })),
      mounts: [
        ...(args.volumes ?? []).map((mount) => ({ type: "volume", source: mount.volume, target: mount.path, readOnly: mount.readOnly ?? false })),
        ...(args.hostFolders ?? []).map((folder) => ({ type: "bind", source: folder.hostPath, target: folder.path, readOnly: true })),
      ],
      tmpfs: Object.fromEntries((args.tmpfs ?? ["/tmp"]).map((path) => [path, "rw,mode=1777"])),
      ports: (args.ports ?? []).map((port) => ({ ...port, protocol: "tcp" })),
      ...(check === undefined
        ? {}
        : {
            healthcheck: {
              tests: [...check.test],
              interval: goDuration(check.intervalSeconds ?? 10),
              timeout: "5s",
              startPeriod: goDuration(check.startSeconds ?? 30),
              retries: check.retries ?? 5,
            },
          }),
      // One that is cut off, and started by the engine, would be in the engine's default network.
      restart: frozen?.isolated === true ? "no" : "unless-stopped",
      memory: args.memoryMiB,
      memorySwap: args.memoryMiB,
      cpus: String(args.cpus),
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      readOnly: true,
      init: args.init ?? true,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5", labels: logLabels },
      // The engine's plugin starts what must run and doesn't, also after a refresh.
      mustRun: frozen === undefined,
      ...(frozen === undefined ? {} : { start: false }),
      wait: false,
      stopTimeout: stopSeconds,
      destroyGraceSeconds: stopSeconds,
      ...(args.stopSignal === undefined ? {} : { stopSignal: args.stopSignal }),
    },
    containerOptions(opts, frozen !== undefined),
  );
}

/**
 * An engine can't give a container another health check, and its plugin takes that for a change all the same: said at every
 * update and never done. So another check is another container.
 */
export function containerOptions(opts: pulumi.CustomResourceOptions, isFrozen: boolean): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, isFrozen ? { ignoreChanges: [...settled] } : { replaceOnChanges: ["healthcheck"] });
}

/** Whatever a container of ours is made of, less whether it runs, and is started again. */
const settled: readonly (keyof docker.ContainerArgs)[] = [
  "image", "labels", "entrypoints", "command", "envs", "user", "networksAdvanced", "mounts", "tmpfs", "ports", "healthcheck", "memory", "memorySwap", "cpus",
  "capabilities", "securityOpts", "readOnly", "init", "logDriver", "logOpts", "wait", "stopTimeout", "destroyGraceSeconds", "stopSignal",
];

/** As the engine writes it back ("2m0s"): any other spelling is a difference at every update. */
export function goDuration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Sorted, so that the order in the program never makes a difference to the engine. */
export function environment(env: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Output<string[]> {
  const names = Object.keys(env).sort();
  return pulumi.all(names.map((name) => env[name] ?? "")).apply((values) => names.map((name, i) => `${name}=${values[i] ?? ""}`));
}
