import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../config/types";
import type { DataFolderRef, Platform, RotatingSecret } from "../platforms/platform";
import type { SecretSpec } from "../systems";
import { generatedSecret, type SecretArgs } from "./rotation/secret";

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
 * Secrets are generated once for each count of `rotations`, or given as stack secrets (`motel:jwtSecret`); they stay
 * secret from here to the container that needs them (X3).
 */
export class Data extends pulumi.ComponentResource {
  /** By the name under which the system's catalogue asks for them. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Of the catalogue's secrets with which something was encrypted, all that were before, the last one first. */
  readonly earlierSecrets: Readonly<Record<string, readonly pulumi.Output<string>[]>>;
  readonly databaseAdminPassword: RotatingSecret;
  readonly databasePassword: RotatingSecret;
  /** Of the monitoring's login in the database, where there is monitoring. */
  readonly monitorPassword: pulumi.Output<string> | undefined;
  readonly database: DataFolderRef;
  readonly cache: { readonly password: RotatingSecret; readonly folder: DataFolderRef } | undefined;
  /** Mounted into the backend: uploads, audit log. */
  readonly folders: readonly DataFolderRef[];
  /** Of the demo's first login. */
  readonly loginPassword: pulumi.Output<string> | undefined;

  constructor(name: string, private readonly args: DataArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:system:Data", name, {}, opts);
    const { spec, redis } = args.config;
    const secrets = spec.secrets.map((secret) => ({ ...secret, made: this.secret(secret) }));
    this.secrets = Object.fromEntries(secrets.map(({ made, name: secret }) => [secret, made.current]));
    this.earlierSecrets = Object.fromEntries(secrets.flatMap(({ keepsEarlier, made, name: secret }) => (keepsEarlier === true && made.earlier.length > 0 ? [[secret, made.earlier]] : [])));
    this.databaseAdminPassword = this.generated("databaseAdminPassword", { keep: "all" });
    this.databasePassword = this.generated("databasePassword");
    // It opens no data and can be made again, so monitoring can be turned off.
    this.monitorPassword = args.stack.monitoring.enabled && args.platform.watch === undefined ? this.generated("monitorPassword", { protect: false }).current : undefined;
    this.database = this.folder("database", "/", this.databaseAdminPassword);
    this.cache = redis ? this.createCache() : undefined;
    this.folders = [
      ...(spec.uploads === undefined ? [] : [this.folder("uploads", spec.uploads.path)]),
      ...(spec.auditLog === undefined ? [] : [this.folder("audit", spec.auditLog.path)]),
    ];
    this.loginPassword = args.stack.demo.seed ? this.generated("loginPassword", { length: 16 }).current : undefined;
    this.registerOutputs({});
  }

  private secret({ keepsEarlier, length, name }: SecretSpec): RotatingSecret {
    const given = this.args.config.givenSecrets[name];
    if (given !== undefined) return { generation: 0, current: new pulumi.Config(given.namespace).requireSecret(given.key), earlier: [] };
    return this.generated(name, { length, keep: keepsEarlier === true ? "all" : "one" });
  }

  private generated(name: string, args: Partial<SecretArgs> = {}): RotatingSecret {
    const { rotations, spec } = this.args.config;
    return generatedSecret(`${spec.id}-${name}`, { length: passwordLength, protect: this.args.stack.protectData, generation: rotations?.[name], ...args }, this);
  }

  private createCache(): NonNullable<Data["cache"]> {
    const password = this.generated("cachePassword", { keep: "all" });
    return { password, folder: this.folder("cache", "/data", password) };
  }

  private folder(name: string, path: string, opens?: RotatingSecret): DataFolderRef {
    const { config, platform, stack } = this.args;
    return platform.createFolder(config.spec.id, { name, path, ...(opens === undefined ? {} : { opens }) }, stack.protectData, { parent: this });
  }
}
