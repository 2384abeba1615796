import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { HaltedConfig, KubernetesConfig, LogicalImage, StackConfig } from "../../config/types";
import type { DatabaseSpec, SystemId } from "../../systems";
import { resolveImage } from "../images";
import type { Site } from "../platform";
import type { ClusterRef } from "./api/client";
import { labelMap, type Labels } from "./labels";

/** A system's namespace. */
export interface KubernetesSite extends Site {
  readonly namespace: pulumi.Output<string>;
}

export function namespaceOf(site: Site): pulumi.Output<string> {
  // Every site comes from this platform's `createSite`.
  return (site as KubernetesSite).namespace;
}

/** Whose a namespace is: a system's, or the edge's. */
export type Tenant = SystemId | "edge";

/** What all of the Kubernetes platform's parts share: the cluster, the stack's name, and namespaces already made. */
export class KubernetesContext {
  readonly stack: string;
  readonly settings: KubernetesConfig;
  readonly provider: Provider;
  /** For what asks the API itself. */
  readonly cluster: ClusterRef;
  private readonly namespaces = new Map<Tenant, Namespace>();
  private readonly once = new Map<string, pulumi.Resource>();
  private readonly backends = new Map<string, pulumi.Resource>();

  constructor(
    private readonly config: StackConfig,
    private readonly tasks: pulumi.ProviderResource,
  ) {
    const { kubernetes } = config;
    if (kubernetes === undefined) throw new Error("the stack's platform is not kubernetes");
    this.stack = config.stack;
    this.settings = kubernetes;
    this.cluster = { ...(kubernetes.kubeconfig === undefined ? {} : { kubeconfig: kubernetes.kubeconfig }), ...(kubernetes.context === undefined ? {} : { context: kubernetes.context }) };
    this.provider = new Provider("cluster", { ...this.cluster, enableServerSideApply: true, enableSecretMutable: true });
  }

  /** From the stack's configuration, or the official one: what this machine has built, a cluster can't pull. */
  image(name: LogicalImage): string {
    const reference = resolveImage(name, this.config.images, {});
    if (reference === undefined) throw new Error(`images.${name} is missing: on Kubernetes it must be an image reference, as nothing is built for a cluster`);
    return reference;
  }

  /**
   * Made when somebody first asks: a system's data comes before the system. It goes with its claims and not before, so it is
   * protected like them. Pod Security's strictest profile is enforced on all that ever runs in it.
   */
  namespace(tenant: Tenant): pulumi.Output<string> {
    let namespace = this.namespaces.get(tenant);
    if (namespace === undefined) {
      const pods = { "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest", "pod-security.kubernetes.io/warn": "restricted" };
      const system = tenant === "edge" ? "stack" : tenant;
      namespace = new Namespace(
        `namespace-${tenant}`,
        { metadata: this.metadata(`${this.settings.namespacePrefix}-${tenant}`, this.labels(system, tenant === "edge" ? "edge" : "namespace", "network"), { labels: pods }) },
        { provider: this.provider, protect: tenant !== "edge" && this.config.protectData },
      );
      this.namespaces.set(tenant, namespace);
    }
    return namespace.metadata.name;
  }

  /** One for all who ask under a name: several versions share it. */
  oneOf<T extends pulumi.Resource>(name: string, make: () => T): T {
    const known = this.once.get(name);
    // Under one name always the same kind is made.
    if (known !== undefined) return known as T;
    const made = make();
    this.once.set(name, made);
    return made;
  }

  /** What a slot's frontend comes after: rolled in place, it would else be the new one beside a backend whose migration has failed. */
  backendOf(system: string, slot: string): pulumi.Resource[] {
    const backend = this.backends.get(`${system}-${slot}`);
    return backend === undefined ? [] : [backend];
  }

  keepBackend(system: string, slot: string, backend: pulumi.Resource): void {
    this.backends.set(`${system}-${slot}`, backend);
  }

  labels(system: SystemId | "stack", service: string, role: Labels["role"], more: Partial<Labels> = {}): Labels {
    return { stack: this.stack, system, service, role, ...more };
  }

  /** A stack's own tags may hold anything, so they are no labels. */
  metadata(name: pulumi.Input<string>, labels: Labels, more: { readonly namespace?: pulumi.Input<string>; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> } = {}): Metadata {
    const { tags } = this.config;
    const annotations = { ...(Object.keys(tags).length === 0 ? {} : { "stackbook.dev/tags": JSON.stringify(tags) }), ...more.annotations };
    return {
      name,
      ...(more.namespace === undefined ? {} : { namespace: more.namespace }),
      labels: { ...labelMap(labels), ...more.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    };
  }

  /** What is known of a name before anything is made. */
  nameOf(service: string, tenant: Tenant): string {
    return `${service}.${this.settings.namespacePrefix}-${tenant}.svc.${this.settings.clusterDomain}`;
  }

  /** Names that a cluster's DNS answers for. */
  host(service: string, namespace: pulumi.Output<string>): pulumi.Output<string> {
    return pulumi.interpolate`${service}.${namespace}.svc.${this.settings.clusterDomain}`;
  }

  /** All that the stack file names, running or not. */
  get systems(): readonly SystemId[] {
    return this.config.systems.map(({ spec }) => spec.id);
  }

  /** Stopped in an emergency; what of it there is keeps its data, and has no pods, or nobody to speak to. */
  halted(system: string | undefined): HaltedConfig | undefined {
    return this.config.systems.find(({ spec }) => spec.id === system)?.halted;
  }

  /** Pods that something of a system is to have. One that is cut off keeps its own, for evidence. */
  replicas(system: string | undefined, wanted: number): number {
    const halted = this.halted(system);
    return halted === undefined || halted.isolated ? wanted : 0;
  }

  /** For what would run: nothing while its system is halted. */
  idle(system: string | undefined): { readonly idle?: true } {
    return this.halted(system) === undefined ? {} : { idle: true };
  }

  /** Of what runs on while its system is cut off: an update changes none of it. */
  frozen(system: string | undefined): pulumi.CustomResourceOptions {
    return this.halted(system)?.isolated === true ? { ignoreChanges: ["spec"] } : {};
  }

  /** What the catalogue says of a system's database. */
  database(system: SystemId): DatabaseSpec {
    const found = this.config.systems.find(({ spec }) => spec.id === system);
    if (found === undefined) throw new Error(`${system} is no part of the stack`);
    return found.spec.database;
  }

  taskOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.tasks };
  }

  options(opts: pulumi.CustomResourceOptions, more: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions(pulumi.mergeOptions({ parent: opts.parent, dependsOn: opts.dependsOn }, { provider: this.provider }), more);
  }
}

export interface Metadata {
  name: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

/** What somebody changed by hand, as docs/kubernetes.md says to in an emergency, or what a restore has stopped, the next change of it takes over again. */
export const withForce = { "pulumi.com/patchForce": "true" };

/** The provider waits for a Service's pods and for a claim's disk; where these come later, it would wait for ever. */
export const notAwaited = { "pulumi.com/skipAwait": "true" };
