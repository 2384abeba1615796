import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { Access, ContainerName, Site } from "../platform";
import type { SystemId } from "../../systems";
import { hardenedContainer, type HardenedContainerArgs } from "./container";
import { lacksImage, readPackageBuiltImages, resolveImage, type LogicalImage } from "../images";
import type { Labels } from "./labels";
import { Power } from "./tasks/power";

/** A system's private networks. */
export interface DockerSite extends Site {
  readonly networks: Readonly<Partial<Record<Access, docker.Network>>>;
}

/** What all of the Docker platform's parts share: the engine, the stack's name, and images already asked for. */
export class DockerContext {
  readonly stack: string;
  readonly host: string | undefined;
  readonly provider: docker.Provider;
  private readonly made: ContainerName[] = [];
  private readonly images = new Map<string, docker.RemoteImage>();
  private readonly powers = new Map<string, Power>();
  private readonly packageBuilt = readPackageBuiltImages(process.env);

  constructor(
    private readonly config: StackConfig,
    private readonly tasks: pulumi.ProviderResource,
  ) {
    this.stack = config.stack;
    this.host = config.host;
    this.provider = new docker.Provider("engine", {
      ...(config.host === undefined ? {} : { host: config.host }),
      // A preview needs no engine; an update fails clearly at the first container.
      disableDockerDaemonCheck: true,
    });
  }

  /** The stack's own images, by what they are for. */
  image(name: LogicalImage): pulumi.Output<string> {
    return this.pulled(this.baseReference(name));
  }

  /** Why an image can't be had on this machine; undefined when it can. */
  lacks(name: LogicalImage): string | undefined {
    return lacksImage(name, this.config.images, this.packageBuilt);
  }

  /** The reference an app image is built from. */
  baseReference(name: LogicalImage): string {
    const reference = this.reference(name);
    if (reference === undefined) throw new Error(`${name} is built on the engine: ask for it by platform.image`);
    return reference;
  }

  /** Undefined: it is to be built on the engine. */
  reference(name: LogicalImage): string | undefined {
    return resolveImage(name, this.config.images, this.packageBuilt);
  }

  /** An image on the engine, by reference; each is asked for once. Old ones stay, for the way back. */
  pulled(reference: string): pulumi.Output<string> {
    let image = this.images.get(reference);
    if (image === undefined) {
      image = new docker.RemoteImage(
        `image-${reference.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, "-$1")}`,
        { name: reference, keepLocally: true },
        { provider: this.provider },
      );
      this.images.set(reference, image);
    }
    return image.imageId;
  }

  /** A container that somebody may want to recognise later, see `containers`. */
  container(name: string, args: HardenedContainerArgs, opts: pulumi.CustomResourceOptions): docker.Container {
    const power = this.power(args.labels.system);
    const frozen = this.config.systems.find(({ spec }) => spec.id === args.labels.system)?.halted;
    const container = hardenedContainer(name, frozen === undefined ? args : { ...args, frozen }, power === undefined ? opts : pulumi.mergeOptions(opts, { dependsOn: [power] }));
    this.made.push({ system: args.labels.system, service: args.labels.service, id: container.id, name: container.name });
    return container;
  }

  /** Stopped in an emergency: nothing of it is started, changed or waited for. */
  isHalted(system: string | undefined): boolean {
    return this.config.systems.some(({ halted, spec }) => spec.id === system && halted !== undefined);
  }

  /** For what would run or be waited for: nothing, or that it is not to while its system is halted. */
  idle(system: string | undefined): { readonly idle?: true } {
    return this.isHalted(system) ? { idle: true } : {};
  }

  /** What comes before everything of a system; the stack's own parts have none. */
  power(system: string): Power | undefined {
    const config = this.config.systems.find(({ spec }) => spec.id === system);
    if (config === undefined) return undefined;
    const { halted, restore, slot, version } = config;
    const known = this.powers.get(system);
    if (known !== undefined) return known;
    const power = new Power(
      `${system}-power`,
      { host: this.host, stack: this.stack, system, ...(halted === undefined ? {} : { halted }), frozen: { version, slot, ...(restore === undefined ? {} : { restore: restore.id }) } },
      { provider: this.tasks },
    );
    this.powers.set(system, power);
    return power;
  }

  /** All that were made so far. */
  containers(): readonly ContainerName[] {
    return [...this.made];
  }

  labels(system: SystemId | "stack", service: string, role: Labels["role"], more: Partial<Labels> = {}): Labels {
    return { stack: this.stack, system, service, role, ...more, tags: this.config.tags };
  }

  /** Tasks, health gates and attachments, as a component's children. */
  taskOptions(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.tasks };
  }

  /** Resources of the Docker provider, as a component's children. */
  options(opts: pulumi.CustomResourceOptions, more: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions(pulumi.mergeOptions(opts, { provider: this.provider }), more);
  }
}

/** The networks that `access` opens, by the alias under which one is known there. */
export function joinNetworks(site: Site, access: readonly Access[], alias?: string): { name: pulumi.Output<string>; aliases: string[] }[] {
  const { networks } = site as DockerSite;
  return access.map((place) => {
    const network = networks[place];
    if (network === undefined) throw new Error(`${site.system} has no ${place} network`);
    return { name: network.name, aliases: alias === undefined ? [] : [alias] };
  });
}
