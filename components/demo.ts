import * as pulumi from "@pulumi/pulumi";
import { referenceApp } from "../systems/reference";
import type { AppImage } from "../platforms/platform";
import { referenceSettings } from "./settings";
import type { BackendParts, SystemArgs } from "./system";

/** The first login of a seeded system. */
export interface Login {
  readonly email: string;
  readonly password: pulumi.Output<string>;
}

export interface DemoArgs extends SystemArgs {
  readonly backend: BackendParts;
}

/** Rows, a first login and light traffic for a dev stack that runs the reference app (D12: seed only in dev). */
export class Demo extends pulumi.ComponentResource {
  readonly login: Login | undefined;

  constructor(name: string, args: DemoArgs, opts: pulumi.ComponentResourceOptions) {
    super("stackbook:system:Demo", name, {}, opts);
    const { config, stack } = args;
    const isReference = config.services.backend.image.kind === "reference-app";
    const password = args.data.loginPassword;
    const seeds = stack.demo.seed && password !== undefined;
    if (isReference && (seeds || stack.demo.traffic)) {
      // Of no version: neither rows nor visitors change when what they are for does.
      const image = args.platform.createImage({ system: config.spec.id, service: "demo", kind: "server", version: "demo", source: { kind: "reference-app" }, buildSettings: {} }, { parent: this });
      if (seeds) this.login = this.seed(args, image, password, opts.dependsOn);
      if (stack.demo.traffic) this.sendTraffic(args, image);
    }
    this.registerOutputs({});
  }

  private seed(args: DemoArgs, image: AppImage, password: pulumi.Output<string>, dependsOn: pulumi.ComponentResourceOptions["dependsOn"]): Login {
    const { backend, config, platform } = args;
    const email = `admin@${config.domain}`;
    platform.runTask(
      "seed",
      {
        ...backend,
        image,
        system: config.spec.id,
        command: referenceApp.seed,
        settings: { ...backend.settings, SEED_ADMIN_EMAIL: email, SEED_ADMIN_PASSWORD: password },
        memoryMiB: 256,
        // A version's own tables are its migration's business.
        triggers: [args.data.database.volume, email, password],
        onlyOnTriggers: true,
      },
      { parent: this, dependsOn },
    );
    return { email, password };
  }

  private sendTraffic(args: DemoArgs, image: AppImage): void {
    const { backend, config, platform } = args;
    platform.createSidecar(
      {
        system: config.spec.id,
        site: backend.site,
        name: "traffic",
        image,
        command: referenceApp.traffic,
        settings: {
          ...referenceSettings(config.spec.id, "backend"),
          TRAFFIC_TARGET: "https://edge:8443",
          TRAFFIC_HOST: config.domain,
          TRAFFIC_INSECURE: "1",
          TRAFFIC_RATE: "2",
          // Without a login it only reads, and the business figures of a demo stay at zero.
          ...(this.login === undefined ? {} : { SEED_ADMIN_EMAIL: this.login.email, SEED_ADMIN_PASSWORD: this.login.password }),
        },
        access: ["edge"],
        memoryMiB: 128,
      },
      { parent: this },
    );
  }
}
