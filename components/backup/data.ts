import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreSettings } from "../../backups/settings";
import type { BackupStore, SecretRef, StackConfig } from "../../config/types";
import type { DataFolderRef, Platform } from "../../platforms/platform";

export interface BackupDataArgs {
  readonly stack: StackConfig;
  readonly platform: Platform;
}

/** A store with what the agents need to reach it. */
export interface StoreRef {
  readonly store: BackupStore;
  /** Of a directory: to be mounted. */
  readonly folder?: DataFolderRef;
  /** Of S3, where keys were given: `{"accessKeyId", "secretAccessKey"}`. */
  readonly credentials?: pulumi.Output<StoreCredentials>;
}

interface StoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What opens and signs backups. */
export type BackupKeys =
  | { readonly kind: "symmetric"; readonly keyId: string; /** By key id. */ readonly keys: Readonly<Record<string, pulumi.Output<string>>> }
  | {
      readonly kind: "publicKey";
      readonly keyId: string;
      readonly publicKey: string;
      readonly signingKeyId: string;
      /** Ed25519, PEM. */
      readonly signingKey: pulumi.Output<string>;
      readonly signingPublicKey: pulumi.Output<string>;
    };

/** Characters of a generated key: 380 bits, of which AES-256 uses 256. */
const keyLength = 64;

/** Places that the agent's image has, so that a new volume there is the agent's own. */
const placeOf = (number: number): string => `/backups/${number}`;

export const keyIdOf = (generation: number): string => `generation-${generation}`;

/**
 * Backups and what opens them. It stands beside the agents, not inside, and whether they run or not: backups that were
 * turned off for an hour must not be lost, nor their key (X11).
 */
export class BackupData extends pulumi.ComponentResource {
  readonly keys: BackupKeys;
  readonly stores: readonly StoreRef[];

  constructor(name: string, private readonly args: BackupDataArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:backup:Data", name, {}, opts);
    this.keys = this.createKeys();
    this.stores = this.createStores();
    this.registerOutputs({});
  }

  private createKeys(): BackupKeys {
    const { encryption } = this.args.stack.backups;
    if (encryption.kind === "publicKey") {
      const pair = this.generated("backups-signingKey").apply(signingPair);
      return {
        kind: "publicKey",
        keyId: encryption.fingerprint,
        publicKey: encryption.publicKey,
        signingKeyId: "signing-1",
        signingKey: pair.apply(({ privateKey }) => privateKey),
        signingPublicKey: pulumi.unsecret(pair.apply(({ publicKey }) => publicKey)),
      };
    }
    const generations = Array.from({ length: encryption.generation }, (_, i) => i + 1);
    const keys = generations.map((generation) => {
      const given = encryption.given[generation];
      return [keyIdOf(generation), given === undefined ? this.generated(`backups-encryptionKey-${generation}`) : secretOf(given)] as const;
    });
    return { kind: "symmetric", keyId: keyIdOf(encryption.generation), keys: Object.fromEntries(keys) };
  }

  private generated(name: string): pulumi.Output<string> {
    // Letters and digits only: it is read out on the telephone when everything else is gone.
    return pulumi.secret(new random.RandomPassword(name, { length: keyLength, special: false }, { parent: this, protect: this.args.stack.protectData }).result);
  }

  private createStores(): StoreRef[] {
    const { platform, stack } = this.args;
    let directories = 0;
    return stack.backups.stores.map((store): StoreRef => {
      if (store.kind === "s3") {
        if (store.credentials === undefined) return { store };
        const { accessKeyId, secretAccessKey } = store.credentials;
        return { store, credentials: pulumi.all([secretOf(accessKeyId), secretOf(secretAccessKey)]).apply(([id, secret]): StoreCredentials => ({ accessKeyId: id, secretAccessKey: secret })) };
      }
      directories += 1;
      const { hostPath, name } = store;
      const folder = { name: `backups-${name}`, path: placeOf(directories), forSystems: true, ...(hostPath === undefined ? {} : { hostPath }) };
      // Removing the volume of a host's folder removes nothing.
      return { store, folder: platform.createFolder("stack", folder, stack.protectData && hostPath === undefined, { parent: this }) };
    });
  }
}

function secretOf({ key, namespace }: SecretRef): pulumi.Output<string> {
  return new pulumi.Config(namespace).requireSecret(key);
}

/** File of a store's keys, below the secrets' folder. */
export const credentialsFile = (store: string): string => `store-${store}.json`;

/** What the agent is told of a store. */
export function storeSettings({ credentials, folder, store }: StoreRef): StoreSettings {
  if (store.kind === "directory") return { kind: store.kind, name: store.name, path: folder?.path ?? "" };
  const { bucket, endpoint, kind, lifecycle, name, pathStyle, prefix, region } = store;
  return { kind, name, bucket, prefix, region, ...(endpoint === undefined ? {} : { endpoint }), pathStyle, lifecycle, ...(credentials === undefined ? {} : { credentialsFile: credentialsFile(name) }) };
}

/**
 * An Ed25519 key from a generated password: its private half is any 32 bytes. So it is kept and recovered like every
 * other generated secret.
 */
export function signingPair(password: string): { privateKey: string; publicKey: string } {
  const seed = createHash("sha256").update(password).digest();
  const header = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410, section 7
  const key = createPrivateKey({ key: Buffer.concat([header, seed]), format: "der", type: "pkcs8" });
  return {
    privateKey: key.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKey: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
  };
}
