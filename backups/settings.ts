import type { Tier } from "./manifest";

/** `/etc/stackbook/backup.json`: what the program tells a system's backup agent. Secrets are files beside it. */
export interface BackupSettings {
  readonly stack: string;
  readonly system: string;
  /** IANA; of the schedule, of `weekly` (Mondays) and `monthly` (the 1st). */
  readonly timeZone: string;
  /** "02:00"; with `everyHours` 12 also at 14:00. */
  readonly at: string;
  readonly everyHours: 24 | 12 | 8 | 6;
  readonly drill: { readonly day: Weekday; readonly at: string; readonly checks: readonly DrillCheck[] } | null;
  readonly release: { readonly version: string; readonly images: Readonly<Record<string, string>> };
  readonly engine: "postgres" | "mongodb";
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly name: string;
    /** Owner of the restored database; the agent itself logs in as `adminUser`. */
    readonly role: string;
    readonly adminUser: string;
  };
  /** Null: the system runs without. */
  readonly redis: { readonly host: string; readonly port: number; readonly appendOnly: boolean } | null;
  /** Folder where the uploads are mounted; null: there are none. */
  readonly uploads: { readonly path: string } | null;
  /** The stack's settings as they are, less secrets: goes into every set as `config.json`. */
  readonly config: unknown;
  readonly stores: readonly StoreSettings[];
  readonly retention: Readonly<Record<Tier, Retention>>;
  readonly encryption: EncryptionSettings;
}

export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/** The user's own question to a restored database; the answer is one value, compared as text. */
export type DrillCheck =
  | { readonly name: string; readonly sql: string; readonly expect: string }
  | { readonly name: string; readonly collection: string; readonly filter: unknown; readonly atLeast: number };

/** Days kept; `deploy` besides for as long as one of the last 50 updates names it. */
export interface Retention {
  readonly days: number;
}

export type StoreSettings =
  | { readonly kind: "directory"; readonly name: string; readonly path: string }
  | {
      readonly kind: "s3";
      readonly name: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string;
      /** Of a compatible service; absent: AWS. */
      readonly endpoint?: string;
      readonly pathStyle: boolean;
      /** Retention is the bucket's own (lifecycle rules): the agent deletes nothing there. False: the agent does it. */
      readonly lifecycle: boolean;
      /** File below `/etc/stackbook/secrets` with `{"accessKeyId", "secretAccessKey"}`; absent: the SDK's own chain. */
      readonly credentialsFile?: string;
    };

export type EncryptionSettings =
  | {
      readonly kind: "symmetric";
      /** The newest; new backups are encrypted and signed by it. */
      readonly keyId: string;
      /** File by key id, below `/etc/stackbook/secrets`: passphrases, old ones to read old backups. */
      readonly keys: Readonly<Record<string, string>>;
    }
  | {
      /** This host can't decrypt: verify, drill and restore need the private key, elsewhere. */
      readonly kind: "publicKey";
      /** Fingerprint. */
      readonly keyId: string;
      /** Armored OpenPGP key. */
      readonly publicKey: string;
      /** File below `/etc/stackbook/secrets`: Ed25519 private key, PEM. */
      readonly signingKeyFile: string;
      readonly signingKeyId: string;
      /** PEM by key id, to check signatures. */
      readonly signingPublicKeys: Readonly<Record<string, string>>;
      /** Only where the private key is, elsewhere: files below `/etc/stackbook/secrets`, the armored key and what opens it. */
      readonly privateKeyFile?: string;
      readonly privateKeyPassphraseFile?: string;
    };

export const settingsDirectory = "/etc/stackbook";
export const settingsFile = "backup.json";
/** Files: `database-password`, `redis-password`, and those that the settings name. */
export const secretsFolder = "secrets";
/** The agent's own volume: lock, the checkpoint it was given, what Prometheus is told after a restart. */
export const dataDirectory = "/data";
/** The drill's own volume, as the other agent has it: to read what was drilled. */
export const drillDataDirectory = "/drill";
/** Scratch of drills: a throwaway server's files. */
export const scratchDirectory = "/scratch";
export const agentPort = 8080;
