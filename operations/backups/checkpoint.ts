/** A stack's state as `pulumi stack export` writes it, as far as it is looked at here. */
export interface Checkpoint {
  readonly version: number;
  readonly deployment: Deployment;
  /** Put in by `stackbook backup`: the text of Pulumi.<stack>.yaml at that time. */
  readonly stackFile?: string;
}

export interface Deployment {
  readonly manifest: unknown;
  readonly secrets_providers?: { readonly type: string; readonly state?: unknown };
  readonly resources?: readonly StateResource[];
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly delete?: boolean;
  readonly parent?: string;
  /** `<urn>::<id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly outputs?: unknown;
  readonly [field: string]: unknown;
}

/** What @pulumi/random makes: in no engine, in no cloud, in the state alone. */
const carriesSecrets = ({ type, delete: leaving }: StateResource): boolean => type.startsWith("random:") && leaving !== true;

/**
 * What of a state may be taken over on another machine: generated passwords and keys, the providers that made them, and
 * the components they belong to. Containers and volumes are left out: there they don't exist, and an update must make them.
 */
export function secretsOnly({ version, deployment }: Checkpoint): Checkpoint {
  const all = deployment.resources ?? [];
  const byUrn = new Map(all.map((resource) => [resource.urn, resource]));
  const kept = new Set<string>();
  const keep = (urn: string | undefined): void => {
    const resource = urn === undefined ? undefined : byUrn.get(urn);
    if (resource === undefined || kept.has(resource.urn)) return;
    kept.add(resource.urn);
    keep(resource.parent);
    keep(providerUrn(resource));
  };
  for (const resource of all) if (carriesSecrets(resource)) keep(resource.urn);
  // In their order: a parent comes before its children.
  const resources = all.filter(({ urn }) => kept.has(urn)).map((resource) => alone(resource, kept));
  const { manifest, secrets_providers } = deployment;
  return { version, deployment: { manifest, ...(secrets_providers === undefined ? {} : { secrets_providers }), resources } };
}

/** Without what points at resources that are left out; what a component or the stack told is told anew. */
function alone(resource: StateResource, kept: ReadonlySet<string>): StateResource {
  const { dependencies, propertyDependencies, outputs, ...rest } = resource;
  const among = (urns: readonly string[]): string[] => urns.filter((urn) => kept.has(urn));
  return {
    ...rest,
    ...(resource.custom === true && outputs !== undefined ? { outputs } : {}),
    ...(dependencies === undefined ? {} : { dependencies: among(dependencies) }),
    ...(propertyDependencies === undefined ? {} : { propertyDependencies: Object.fromEntries(Object.entries(propertyDependencies).map(([name, urns]) => [name, among(urns)])) }),
  };
}

/** `urn:...::name::id` without its id. */
function providerUrn({ provider }: StateResource): string | undefined {
  return provider?.slice(0, provider.lastIndexOf("::"));
}

/** How many passwords and keys there are in it. */
export function countSecrets({ deployment }: Checkpoint): number {
  return (deployment.resources ?? []).filter(carriesSecrets).length;
}

/** Undefined: it is none, or of another form than this program reads. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isCheckpoint(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** By what is looked at here first: the rest is as Pulumi wrote it, and as it will check it. */
export function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== "object" || value === null || !("version" in value) || !("deployment" in value)) return false;
  return typeof value.version === "number" && typeof value.deployment === "object" && value.deployment !== null;
}
