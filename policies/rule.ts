/** What a resource is asked to be: as the engine hands it to a policy, or as a state has it. */
export interface Resource {
  /** `kubernetes:apps/v1:Deployment` */
  readonly type: string;
  readonly name: string;
  /** Its inputs; what a preview can't know yet is `later`. */
  readonly props: Props;
  /** Pulumi's own lock against deletion; undefined: not known here. */
  readonly protect?: boolean;
}

export type Props = Readonly<Record<string, unknown>>;

interface About {
  /** Kebab-case; how exceptions and configuration name it. */
  readonly name: string;
  /** What it forbids, one sentence. */
  readonly description: string;
  /** What may happen otherwise, one sentence: every message ends with it. */
  readonly why: string;
  /** Requirements and runbooks that it stands for: `X4`, `motel.md`. */
  readonly source: string;
  /** Where the stack's environment is dev. Everywhere else it is mandatory. @default "mandatory" */
  readonly inDev?: Level;
}

export type Level = "mandatory" | "advisory" | "disabled";

/** One rule over one resource: pure, so that a test needs no engine. */
export interface Rule extends About {
  /** What is wrong, each with what to write instead after a semicolon; empty when all is well. */
  check(resource: Resource): string[];
}

/** One rule over all resources of a stack: pure as well. */
export interface StackRule extends About {
  checkStack(resources: readonly Resource[], stack: StackFacts): Found[];
}

/** One rule over what a stack's state and its agents say: what no policy pack gets to see. Pure as well. */
export interface StateRule extends About {
  checkState(state: StateFacts): Found[];
}

export interface StateFacts {
  readonly now: Date;
  readonly environment: string;
  readonly resources: readonly StateResource[];
  /** When each system's restore was rehearsed last, and went well; undefined: nobody could be asked. */
  readonly drills: Readonly<Record<string, Date | undefined>> | undefined;
}

export interface StateResource extends Resource {
  /** When it was made. */
  readonly created?: Date;
  /** Paths of inputs and outputs that the state keeps in the clear, with their texts. */
  readonly inTheClear: readonly { readonly path: string; readonly value: string }[];
  /** Texts that it keeps encrypted somewhere. */
  readonly secrets: readonly string[];
}

export interface Found {
  /** The resource that it is found in; absent: the stack as a whole. */
  readonly resource?: string;
  readonly problem: string;
}

/** What the stack file says that no resource does. */
export interface StackFacts {
  /** `stackbook:tags`: what every resource carries besides. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A value that a preview can't know yet. Nothing is judged by it: the same rule sees it when the update gets there. */
export const later: unique symbol = Symbol("known later");
export type Later = typeof later;

export const dockerContainer = "docker:index/container:Container";
export const dockerVolume = "docker:index/volume:Volume";
export const dockerRemoteImage = "docker:index/remoteImage:RemoteImage";
export const dockerImage = "docker:index/image:Image";
export const dockerNetwork = "docker:index/network:Network";
export const dockerTask = "pulumi-nodejs:dynamic/stackbook:Task";
export const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";
export const randomPassword = "random:index/randomPassword:RandomPassword";

/** `kubernetes:apps/v1:Deployment` -> `Deployment`; undefined: of another provider. */
export function kubernetesKind(type: string): string | undefined {
  return /^kubernetes:[^:]+:([A-Za-z]+)$/.exec(type)?.[1];
}
