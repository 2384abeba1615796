import type { Checkpoint, StateResource } from "./backups/checkpoint";

/** What a stack's state says of what it made, as far as commands that only look want to know. */
export interface StackState {
  readonly containers: readonly StateContainer[];
  /** Steps of an update that was cut off: whether they were done, nobody knows. */
  readonly pending: readonly string[];
}

export interface StateContainer {
  readonly id: string;
  readonly name: string;
  /** The reference that it was made from. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Replaced; an update was cut off before it was removed. */
  readonly leaving: boolean;
}

/** Pulumi marks values of special kinds so; both are fixed for all time. */
const kindKey = "4dabf18193072939515e22adb298388d";
const secretKind = "1b47061264138c4ac30d75fd1eb44270";

/** In a state that was exported. */
export const isSecret = (value: Readonly<Record<string, unknown>>): boolean => value[kindKey] === secretKind;

type Exported = Checkpoint & { readonly deployment: { readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[] } };

/**
 * Outputs and resources in one reading of the CLI's `stack export`. Secrets come encrypted, and stay so: outputs have
 * "[secret]" in their place, as `pulumi stack output` prints them.
 */
export function readState(exported: string): { readonly outputs: Readonly<Record<string, unknown>>; readonly state: StackState } {
  const { deployment } = JSON.parse(exported) as Exported;
  const resources = deployment.resources ?? [];
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  return {
    outputs: withoutSecrets(stack?.outputs ?? {}) as Readonly<Record<string, unknown>>,
    state: {
      containers: resources.filter(({ type }) => type === "docker:index/container:Container").map(describe),
      pending: (deployment.pending_operations ?? []).map(({ resource, type }) => `${type} ${resource.urn.split("::").at(-1) ?? resource.urn}`),
    },
  };
}

interface ContainerOutputs {
  readonly name?: unknown;
  readonly image?: unknown;
  readonly labels?: unknown;
}

function describe(resource: StateResource): StateContainer {
  const { image, labels, name } = (resource.outputs ?? {}) as ContainerOutputs;
  const pairs = Array.isArray(labels) ? (labels as readonly { readonly label: string; readonly value: string }[]) : [];
  return {
    id: typeof resource["id"] === "string" ? resource["id"] : "",
    name: typeof name === "string" ? name : (resource.urn.split("::").at(-1) ?? ""),
    image: typeof image === "string" ? image : "",
    labels: Object.fromEntries(pairs.map(({ label, value }) => [label, value])),
    leaving: resource.delete === true,
  };
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (isSecret(value as Record<string, unknown>)) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
