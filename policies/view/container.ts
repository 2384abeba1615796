import type { Resource } from "../rule";
import { dockerContainers } from "./docker";
import { ecsContainers } from "./ecs";
import { podContainers } from "./pods";
import type { Known } from "./values";

/** A container as rules look at it, whichever platform runs it. */
export interface Container {
  readonly platform: Platform;
  /** `spec.template.spec.containers[0].`: where in its resource; empty on Docker. */
  readonly at: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of our labels: app, database, cache, edge, ... */
  readonly role: string | undefined;
  readonly service: string | undefined;
  readonly system: string | undefined;
  /** A job, a task, what runs before the others: nobody waits for its health. */
  readonly runsToEnd: boolean;
  readonly image: Known<string>;
  /** `0`, `root`, `1000:1000`; undefined: whatever the image says. */
  readonly user: Known<string>;
  readonly privileged: boolean;
  readonly newPrivileges: boolean;
  readonly addedCapabilities: readonly string[];
  readonly dropsAll: boolean;
  /** `network`, `pid`, `ipc`: which of the host's it shares. */
  readonly hostNamespaces: readonly string[];
  readonly mounts: readonly Mount[];
  /** Undefined: no limit. */
  readonly memory: Known<string>;
  readonly cpu: Known<string>;
  readonly hasHealthcheck: Known<true>;
  readonly readOnlyRoot: boolean;
  readonly env: readonly Variable[];
  /** Entrypoint and command. */
  readonly words: readonly string[];
  /** Ports of the host that are open to it. */
  readonly published: readonly string[];
  /** On Docker: files of its log are cut off and counted; elsewhere somebody else keeps them. */
  readonly logLimited: Known<true>;
}

export type Platform = "docker" | "task" | "kubernetes" | "ecs";

export interface Mount {
  /** `host`: a folder of the machine that it runs on. */
  readonly kind: "host" | "volume";
  readonly source: string;
  readonly readOnly: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value: Known<string>;
  /** It comes from the platform's own store of secrets. */
  readonly fromSecret: boolean;
}

export function containersOf(resource: Resource): readonly Container[] {
  const read = views.get(resource) ?? [...dockerContainers(resource), ...podContainers(resource), ...ecsContainers(resource)];
  views.set(resource, read);
  return read;
}

/** A dozen rules look at each. */
const views = new WeakMap<Resource, readonly Container[]>();

/** How to write it, by platform: the end of every message. */
export type Instead = Readonly<Record<Exclude<Platform, "task">, string>>;

export const insteadOf = (texts: Instead, { platform }: Pick<Container, "platform">): string => texts[platform === "task" ? "docker" : platform];

/** A rule's check over each container of a resource. */
export function ofContainers(judge: (container: Container, resource: Resource) => readonly string[]): (resource: Resource) => string[] {
  return (resource) => containersOf(resource).flatMap((container) => judge(container, resource).map((problem) => `${container.at}${problem}`));
}

export const isStore = (role: string | undefined): boolean => role === "database" || role === "cache";
