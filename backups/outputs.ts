import type { RestoreAnswer } from "./protocol";
import type { StoreSettings } from "./settings";

/** The stack output `backups`: by system, those whose data is backed up. Plain; nothing secret is in it. */
export type BackupOutputs = Readonly<Record<string, BackupOutput>>;

export interface BackupOutput {
  /** Container of the agent: run, list, verify, check, checkpoint, cat. */
  readonly agent: string;
  /** Container that drills; null: none of this stack's (public key: the host can't decrypt). */
  readonly drill: string | null;
  /** Which key new backups are encrypted with. */
  readonly keyId: string;
  readonly stores: readonly StoreOutput[];
  /** Of the restore that the configuration names: what its container answered. */
  readonly restored?: RestoreAnswer & { readonly id: string };
}

/** A store as its users know it: settings, and for a directory what of the host is mounted there. */
export type StoreOutput = StoreSettings & {
  readonly host?: { readonly kind: "path"; readonly path: string } | { readonly kind: "volume"; readonly volume: string };
};

/** The stack output `recovery`, a secret: what the recovery kit is made of. */
export interface RecoveryOutput {
  readonly encryption:
    | { readonly kind: "symmetric"; readonly keyId: string; /** Passphrase by key id, old ones too. */ readonly keys: Readonly<Record<string, string>> }
    | { readonly kind: "publicKey"; readonly keyId: string; readonly signingKeyId: string; /** PEM by key id. */ readonly signingPublicKeys: Readonly<Record<string, string>> };
  /** Of the S3 stores that were given their own, by store. */
  readonly storeCredentials: Readonly<Record<string, { readonly accessKeyId: string; readonly secretAccessKey: string }>>;
}
