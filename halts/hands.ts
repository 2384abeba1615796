/** What stopping, cutting off and starting a system asks of a container engine: a command's and an update's are both such hands. */
export interface Hands {
  /** Those that have all these labels, stopped ones too. */
  containers(labels: Readonly<Record<string, string>>): Promise<readonly Piece[]>;
  /** @param seconds it gets to end by itself before it is killed. Nothing happens to one that doesn't run. */
  stop(container: string, seconds: number): Promise<void>;
  /** Nothing happens to one that runs. */
  start(container: string): Promise<void>;
  connect(network: string, container: string, aliases: readonly string[]): Promise<void>;
  /** Nothing happens to one that is not connected. */
  disconnect(network: string, container: string): Promise<void>;
  setRestart(container: string, policy: Restart): Promise<void>;
  volumes(labels: Readonly<Record<string, string>>): Promise<readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]>;
  createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  removeVolume(name: string): Promise<void>;
}

export type Restart = "no" | "always" | "on-failure" | "unless-stopped";

/** A container of a system. */
export interface Piece {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  readonly restart?: Restart;
}

/** Whose. */
export interface Owner {
  readonly stack: string;
  readonly system: string;
}

export function ownerLabels({ stack, system }: Owner): Record<string, string> {
  return { "stackbook.stack": stack, "stackbook.system": system };
}

export function isUp({ state }: Pick<Piece, "state">): boolean {
  return state === "running" || state === "restarting" || state === "paused";
}
