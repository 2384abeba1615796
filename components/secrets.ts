import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SystemConfig } from "../config/types";

/** A system's secrets, by the name under which its catalogue asks for them, besides the stores' passwords. */
export interface SystemSecrets {
  readonly named: Readonly<Record<string, pulumi.Output<string>>>;
  readonly databaseAdminPassword: pulumi.Output<string>;
  readonly databasePassword: pulumi.Output<string>;
  readonly cachePassword: pulumi.Output<string> | undefined;
}

/** Length of generated passwords for stores, characters: 190 bits. */
const passwordLength = 32;

/**
 * Generated once and kept with the data they open, or given as stack secrets (`motel:jwtSecret`).
 * Secret from here to the container that needs them (X3).
 */
export class Secrets extends pulumi.ComponentResource implements SystemSecrets {
  readonly named: Readonly<Record<string, pulumi.Output<string>>>;
  readonly databaseAdminPassword: pulumi.Output<string>;
  readonly databasePassword: pulumi.Output<string>;
  readonly cachePassword: pulumi.Output<string> | undefined;

  constructor(name: string, config: SystemConfig, protect: boolean, opts: pulumi.ComponentResourceOptions) {
    super("stackbook:system:Secrets", name, {}, opts);
    const { spec, givenSecrets } = config;
    const make = (secret: string, length: number): pulumi.Output<string> => {
      const given = givenSecrets[secret];
      if (given !== undefined) return new pulumi.Config(given.namespace).requireSecret(given.key);
      return pulumi.secret(this.generate(`${spec.id}-${secret}`, length, protect));
    };
    this.named = Object.fromEntries(spec.secrets.map((secret) => [secret.name, make(secret.name, secret.length)]));
    this.databaseAdminPassword = make("databaseAdminPassword", passwordLength);
    this.databasePassword = make("databasePassword", passwordLength);
    this.cachePassword = config.redis ? make("cachePassword", passwordLength) : undefined;
    this.registerOutputs({});
  }

  /** Letters and digits only: valid unescaped in every URL, shell and configuration file. */
  private generate(name: string, length: number, protect: boolean): pulumi.Output<string> {
    return new random.RandomPassword(name, { length, special: false }, { parent: this, protect }).result;
  }
}
