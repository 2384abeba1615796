import type { Duplex, Readable, Writable } from "node:stream";

/** What operations ask of a container engine. Containers go by name or id. */
export interface Engine {
  /** Runs a command in a running container, with a line on its standard input. */
  exec(container: string, command: readonly string[], line: string, options?: ExecOptions): Promise<Ended>;
  /** The same at a terminal, or with streams of any size. @returns its exit code */
  interact(container: string, command: readonly string[], terminal: Terminal): Promise<number>;
  /** Standard input and output of a command in a container, as one stream: a way into its networks. */
  tunnel(container: string, command: readonly string[]): Promise<Duplex>;

  /** Containers that have all these labels, by name; stopped ones too. */
  containers(labels: Labels, options?: { /** @default true: stopped ones too */ readonly all?: boolean }): Promise<readonly Container[]>;
  inspect(container: string): Promise<Container>;
  /** Tells each line, oldest first; with `follow` until the container or the signal ends it. */
  logs(container: string, options: LogOptions, onLine: (line: LogLine) => void): Promise<void>;
  /** Takes 1-2 s: a CPU's use is the difference of two readings. */
  stats(container: string): Promise<Stats>;

  /** Nothing happens to one that runs. */
  start(container: string): Promise<void>;
  /** @param seconds it gets to end by itself before it is killed */
  stop(container: string, seconds: number): Promise<void>;
  /** Nothing happens to one that doesn't run. @param signal @default SIGKILL */
  kill(container: string, signal?: string): Promise<void>;
  restart(container: string, seconds: number): Promise<void>;

  /** What the engine does when it ends. `unless-stopped` is what every long-running container of a stack is made with. */
  setRestart(container: string, policy: RestartPolicy): Promise<void>;
  /** As the engine tells it, in its own words: environment and all, secrets among it. */
  inspectWhole(container: string): Promise<Readonly<Record<string, unknown>>>;

  connect(network: string, container: string, aliases?: readonly string[]): Promise<void>;
  /** Nothing happens to one that is not connected. */
  disconnect(network: string, container: string): Promise<void>;

  /** undefined: the engine has no such image. */
  image(reference: string): Promise<Image | undefined>;
  pull(reference: string, onProgress?: (line: string) => void): Promise<void>;
  /** Digest that its registry has for a reference now, sha256:...; asked by the engine, which has its logins. */
  registryDigest(reference: string): Promise<string>;

  volumes(labels: Labels): Promise<readonly Volume[]>;
  /** Nothing happens where there is one of this name, whatever its labels. */
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Nothing happens where there is none. */
  removeVolume(name: string): Promise<void>;
  /** Files of a container, running or not, as a tar archive. */
  archive(container: string, path: string): Promise<Readable>;
  /** Processes as `ps -ef` shows them, titles first. */
  processes(container: string): Promise<readonly (readonly string[])[]>;
}

export type Labels = Readonly<Record<string, string | undefined>>;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ExecOptions {
  /** @default 60 */
  readonly timeoutSeconds?: number;
  /** Each whole line of its standard error as it comes: what people are told while they wait. */
  readonly onProgress?: (line: string) => void;
  /** @default the container's own */
  readonly user?: string;
  /** Over the container's own environment; it may hold secrets, and no list of processes shows it. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  /** A terminal of this size, and word of every change; undefined: plain streams. */
  readonly screen?: { size(): { readonly columns: number; readonly rows: number }; onResize(told: () => void): () => void };
  readonly user?: string;
  /** Over the container's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Container {
  /** All 64 digits. */
  readonly id: string;
  readonly name: string;
  readonly image: { /** sha256:... of what it runs, whatever the reference means by now. */ readonly id: string; readonly reference: string };
  readonly state: ContainerState;
  /** undefined: nothing checks its health, or it doesn't run. */
  readonly health: "starting" | "healthy" | "unhealthy" | undefined;
  readonly startedAt: Date | undefined;
  /** Of one that ended. */
  readonly finishedAt: Date | undefined;
  /** Of one that ended. */
  readonly exitCode: number | undefined;
  /** It ended because it went beyond its memory. */
  readonly outOfMemory: boolean;
  /** By the engine's policy, since it was made. */
  readonly restarts: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** Its health check in the engine's form, ["CMD", ...] or ["CMD-SHELL", text]; absent: it has none. */
  readonly healthTest?: readonly string[];
  readonly restart?: RestartPolicy;
  /** undefined: as much as the host has. */
  readonly limits: { readonly memoryBytes: number | undefined; readonly cpus: number | undefined };
}

export type RestartPolicy = "no" | "always" | "on-failure" | "unless-stopped";

export interface Volume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

export interface LogOptions {
  readonly since?: Date;
  readonly until?: Date;
  /** Only the last lines. */
  readonly tail?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  /** RFC 3339 in UTC with nine decimals: texts sort as times do. */
  readonly at: string;
  readonly stream: "out" | "err";
  readonly text: string;
}

export interface Stats {
  /** CPUs in use: 0.5 is half of one. */
  readonly cpus: number;
  /** Without what the kernel would give back at once (cached files). */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly processes: number;
}

export interface Image {
  readonly id: string;
  /** name@sha256:..., where it came from a registry. */
  readonly digests: readonly string[];
  readonly bytes: number;
  readonly createdAt: string;
}
