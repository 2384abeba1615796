import * as pulumi from "@pulumi/pulumi";

/**
 * The provider of the program's dynamic resources, one per stack, without settings. The default one takes the
 * whole stack configuration as its own, so each change of a version would update it too, and the CLI panics there
 * at times (pulumi/pulumi#20529).
 */
export class DynamicProvider extends pulumi.ProviderResource {
  constructor(name: string, opts?: pulumi.ResourceOptions) {
    super("pulumi-nodejs", name, {}, opts);
  }
}
