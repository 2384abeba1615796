import { readFileSync } from "node:fs";
import { z } from "zod";
import type { StoreOutput } from "../../backups/outputs";
import { Problem, usageExitCode } from "../problem";
import { isCheckpoint, type Checkpoint } from "./checkpoint";

/** Everything that is needed besides the repository and a store. */
export interface Kit {
  readonly format: 1;
  readonly stack: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** Whether state and passphrase were those that `npm start` keeps in its clone. */
  readonly local: boolean;
  /** How the stack's secrets are encrypted; `passphrase` has one, a key service needs none. */
  readonly secrets: { readonly type: string; readonly passphrase?: string; readonly state?: unknown };
  readonly encryption:
    | { readonly kind: "symmetric"; readonly keyId: string; readonly keys: Readonly<Record<string, string>> }
    | { readonly kind: "publicKey"; readonly keyId: string; readonly signingKeyId: string; readonly signingPublicKeys: Readonly<Record<string, string>> };
  /** By system. */
  readonly stores: Readonly<Record<string, readonly StoreOutput[]>>;
  readonly storeCredentials: Readonly<Record<string, { readonly accessKeyId: string; readonly secretAccessKey: string }>>;
  /** Generated secrets and the stack file, encrypted by the passphrase: for sets that hold no checkpoint yet. */
  readonly checkpoint: Checkpoint;
}

const texts = z.record(z.string(), z.string());
const host = z.union([z.object({ kind: z.literal("path"), path: z.string() }), z.object({ kind: z.literal("volume"), volume: z.string() })]);
const store = z.union([
  z.looseObject({ kind: z.literal("directory"), name: z.string(), path: z.string(), host: host.optional() }),
  z.looseObject({ kind: z.literal("s3"), name: z.string(), bucket: z.string(), prefix: z.string(), region: z.string(), pathStyle: z.boolean(), lifecycle: z.boolean(), endpoint: z.string().optional(), credentialsFile: z.string().optional() }),
]);
const schema = z.object({
  format: z.literal(1), stack: z.string().min(1), madeAt: z.string(), local: z.boolean(),
  secrets: z.object({ type: z.string(), passphrase: z.string().optional(), state: z.unknown().optional() }),
  encryption: z.union([
    z.object({ kind: z.literal("symmetric"), keyId: z.string(), keys: texts }),
    z.object({ kind: z.literal("publicKey"), keyId: z.string(), signingKeyId: z.string(), signingPublicKeys: texts }),
  ]),
  stores: z.record(z.string(), z.array(store)),
  storeCredentials: z.record(z.string(), z.object({ accessKeyId: z.string(), secretAccessKey: z.string() })),
  checkpoint: z.custom<Checkpoint>(isCheckpoint, "it is no state of a stack"),
});

/** As `recovery-kit --json` wrote it; what is wrong is said without what is in it. */
export function readKit(file: string): Kit {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : error instanceof Error ? error.message : String(error);
    throw new Problem(`the recovery kit ${file} can't be read: ${why}`, ["Give the file that `npx stackbook recovery-kit --json > kit.json` wrote."], usageExitCode);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Problem(`${file} is no recovery kit:`, [...wrong.slice(0, 8), "Give the file that `npx stackbook recovery-kit --json > kit.json` wrote."], usageExitCode);
}

/** Where a store is, for people. */
export function addressOf(store: StoreOutput): string {
  if (store.kind === "s3") return `s3://${[store.bucket, store.prefix].join("/")} (${store.region}${store.endpoint === undefined ? "" : `, ${store.endpoint}`})`;
  if (store.host === undefined) return store.path;
  return store.host.kind === "path" ? `${store.host.path} on the engine's host` : `volume ${store.host.volume} of the engine's host`;
}
