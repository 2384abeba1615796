import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StackConfig, SystemConfig } from "../config/types";
import type { DataFolderRef, Platform } from "../platforms/platform";

export interface DataArgs {
  readonly stack: StackConfig;
  readonly config: SystemConfig;
  readonly platform: Platform;
}

/** Length of generated passwords for stores, characters: 190 bits. */
const passwordLength = 32;

/**
 * What a system must not lose, and what opens it: volumes, passwords, keys. It stands beside the system, not
 * inside: so a system can be stopped or destroyed and its data stays, with nothing else held back by it.
 * Secrets are generated once, or given as stack secrets (`motel:jwtSecret`); they stay secret from here to the
 * container that needs them (X3).
 */
export class Data extends pulumi.ComponentResource {
  /** By the name under which the system's catalogue asks for them. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly databaseAdminPassword: pulumi.Output<string>;
  readonly databasePassword: pulumi.Output<string>;
  /** Of the monitoring's login in the database, where there is monitoring. */
  readonly monitorPassword: pulumi.Output<string> | undefined;
  readonly database: DataFolderRef;
  readonly cache: { readonly password: pulumi.Output<string>; readonly folder: DataFolderRef } | undefined;
  /** Mounted into the backend: uploads, audit log. */
  readonly folders: readonly DataFolderRef[];
  /** Of the demo's first login. */
  readonly loginPassword: pulumi.Output<string> | undefined;

  constructor(name: string, private readonly args: DataArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:system:Data", name, {}, opts);
    const { spec, redis } = args.config;
    this.secrets = Object.fromEntries(spec.secrets.map((secret) => [secret.name, this.secret(secret.name, secret.length)]));
    this.databaseAdminPassword = this.secret("databaseAdminPassword", passwordLength);
    this.databasePassword = this.secret("databasePassword", passwordLength);
    // It opens no data and can be made again, so monitoring can be turned off.
    this.monitorPassword = args.stack.monitoring.enabled ? this.secret("monitorPassword", passwordLength, false) : undefined;
    this.database = this.folder("database", "/");
    this.cache = redis ? { password: this.secret("cachePassword", passwordLength), folder: this.folder("cache", "/data") } : undefined;
    this.folders = [
      ...(spec.uploads === undefined ? [] : [this.folder("uploads", spec.uploads.path)]),
      ...(spec.auditLog === undefined ? [] : [this.folder("audit", spec.auditLog.path)]),
    ];
    this.loginPassword = args.stack.demo.seed ? this.secret("loginPassword", 16) : undefined;
    this.registerOutputs({});
  }

  private secret(name: string, length: number, protect = this.args.stack.protectData): pulumi.Output<string> {
    const given = this.args.config.givenSecrets[name];
    if (given !== undefined) return new pulumi.Config(given.namespace).requireSecret(given.key);
    return pulumi.secret(
      new random.RandomPassword(
        `${this.args.config.spec.id}-${name}`,
        // Letters and digits only: valid unescaped in every URL, shell and configuration file.
        { length, special: false },
        { parent: this, protect },
      ).result,
    );
  }

  private folder(name: string, path: string): DataFolderRef {
    const { config, platform, stack } = this.args;
    return platform.createFolder(config.spec.id, { name, path }, stack.protectData, { parent: this });
  }
}
