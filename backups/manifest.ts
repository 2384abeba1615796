/**
 * What a backup is: a folder `<system>/<tier>/<timestamp>/` of encrypted parts and, written last, this manifest.
 * Without its manifest a backup does not exist.
 */

export const tiers = ["daily", "weekly", "monthly", "deploy", "safety"] as const;
export type Tier = (typeof tiers)[number];

/** `checkpoint`: the stack's own state, secrets encrypted by the stack's passphrase, and the set is encrypted besides. */
export const partNames = ["database", "redis", "uploads", "config", "checkpoint"] as const;
export type PartName = (typeof partNames)[number];

/** The name of each part's object, before the `.gpg`. MongoDB's dump is a tar of mongodump's folder layout. */
export const partFiles = {
  postgres: "database.dump",
  mongodb: "database.tar",
  redis: "redis.rdb",
  uploads: "uploads.tar",
  config: "config.json",
  checkpoint: "checkpoint.json",
} as const;

/** A table or collection, as it was in the dump: one consistent moment for PostgreSQL. */
export interface TableFact {
  /** `public.users`, or a collection's name. */
  readonly name: string;
  /** Rows or documents. */
  readonly rows: number;
  /** Of the content, independent of the order of rows: 64 hexadecimal digits that the same agent computes of what it restored. */
  readonly checksum: string;
}

export interface Part {
  readonly name: PartName;
  /** `database.dump.gpg`. */
  readonly file: string;
  /** SHA-256, hexadecimal, before encryption. */
  readonly plainSha256: string;
  readonly plainBytes: number;
  /** SHA-256, hexadecimal, of the object as it lies in the store. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the database: tables or collections; of Redis: one entry, `keys`; of uploads: one entry per folder at the top. */
  readonly tables?: readonly TableFact[];
}

export interface Manifest {
  readonly format: 1;
  readonly stack: string;
  readonly system: string;
  readonly tier: Tier;
  /** `2026-11-21T020000Z`: the name of its folder, and when the run began. */
  readonly timestamp: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** `schedule`, `by hand`, `before 2.0.0`, `before restore`. */
  readonly reason: string;
  /** What ran: the application's version and its images. */
  readonly release: { readonly version: string; readonly images: Readonly<Record<string, string>> };
  /** `{"postgres": "16.3", "pg_dump": "16.3", "gpg": "2.2.40"}`: servers and tools. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: "postgres" | "mongodb";
  readonly database: string;
  readonly encryption: { readonly kind: "symmetric" | "publicKey"; /** Which key opens it. */ readonly keyId: string };
  readonly parts: readonly Part[];
  /** Over the canonical JSON (keys sorted, no spaces) of everything else. */
  readonly signature: { readonly algorithm: "HMAC-SHA256" | "Ed25519"; readonly keyId: string; /** base64 */ readonly value: string };
}
