import type { RawBackups } from "./backups-schema";
import { defaults } from "./defaults";
import type { SecretKind } from "./given-secrets";
import { weakness } from "./secrets";
import { nearest } from "./suggest";

/** The stack secrets `backups:<store>.accessKeyId`, `backups:<store>.secretAccessKey` and `backups:encryptionKey.<generation>`. */

export const storeSecrets = ["accessKeyId", "secretAccessKey"] as const;
export type StoreSecret = (typeof storeSecrets)[number];

export const storeSecretKey = (store: string, part: StoreSecret): string => `${store}.${part}`;
export const encryptionSecretKey = (generation: number): string => `encryptionKey.${generation}`;

/** Characters: what a generated key has is more, this many random ones are enough. */
const minKeyLength = 32;

export interface KnownStores extends Pick<RawBackups, "stores" | "encryption"> {
  /** True of stores that are there, but malformed. */
  readonly isBroken: (name: string) => boolean;
}

const forms = "<store>.accessKeyId, <store>.secretAccessKey or encryptionKey.<generation>";

export function backupKind(key: string, known: KnownStores): SecretKind {
  const [, name = "", part = ""] = /^([^.]*)\.(.*)$/.exec(key) ?? [];
  if (name === "encryptionKey" && /^[1-9]\d?$/.test(part)) return encryptionKind(key, Number(part), known);
  const remove = `run \`pulumi config rm backups:${key}\``;
  const close = nearest(part, storeSecrets);
  if (name !== "" && close !== undefined && close !== part) return { allowed: forms, fix: `did you mean backups:${name}.${close}?` };
  if (close === undefined || name === "") return { allowed: forms, fix: `use backups:${forms}, or ${remove}` };
  if (known.isBroken(name)) return { target: "given", strong: "any", weakness: () => undefined, remedy: () => "" };
  const stores = known.stores ?? {};
  const store = Object.hasOwn(stores, name) ? stores[name] : undefined;
  const similar = nearest(name, Object.keys(stores));
  if (store === undefined) return { allowed: forms, fix: similar === undefined ? `name a store ${name} under backups.stores, or ${remove}` : `did you mean backups:${similar}.${part}?` };
  if (store.kind !== "s3") return { allowed: "keys of S3 stores", fix: `${remove}: a directory takes no keys` };
  return {
    target: "given",
    strong: "a key without spaces",
    weakness: (value) => (value.trim() === "" ? "empty" : /\s/.test(value.trim()) ? "not a key" : undefined),
    remedy: (full) => `give the writer's key for ${store.bucket}: \`pulumi config set --secret ${full}\``,
  };
}

function encryptionKind(key: string, generation: number, { encryption }: KnownStores): SecretKind {
  const remove = `run \`pulumi config rm backups:${key}\``;
  if (encryption?.kind === "publicKey") return { allowed: "keys of symmetric encryption", fix: `${remove}: backups are encrypted to backups.encryption.publicKey` };
  const newest = encryption?.generation ?? defaults.backups.generation;
  if (generation > newest) return { allowed: `encryptionKey.1 to encryptionKey.${newest}`, fix: `set backups.encryption to { kind: symmetric, generation: ${generation} } to begin using it, or ${remove}` };
  return {
    target: "given",
    strong: `at least ${minKeyLength} random characters in one line`,
    weakness: (value) => (/[\r\n\0]/.test(value) ? "more than one line" : weakness(value, minKeyLength)),
    remedy: (full) => `use a random one, \`openssl rand -hex 32 | pulumi config set --secret ${full}\`, or the recovery kit's, or have one generated: \`pulumi config rm ${full}\``,
  };
}
