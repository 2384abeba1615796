import { z } from "zod";
import { partNames, tiers, type Manifest } from "../../../../backups/manifest";
import { RefusedError } from "../sources/types";
import { describeError } from "../../../common/log";
import { checked } from "../../../common/problems";
import { canonical } from "./canonical";

const hash = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits belong here");
const count = z.int().min(0);
const part = z.looseObject({
  name: z.enum(partNames), file: z.string().regex(/^[a-z]+\.[a-z]+\.gpg$/, "the name of a part's file belongs here"),
  plainSha256: hash, plainBytes: count, sha256: hash, bytes: count,
  tables: z.array(z.looseObject({ name: z.string(), rows: count, checksum: z.string() })).optional(),
});
const schema = z.looseObject({
  format: z.literal(1, "this agent reads format 1; use the agent of a newer Stackbook"),
  stack: z.string(), system: z.string(), tier: z.enum(tiers), timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d{6}Z$/, "a time such as 2026-11-21T020000Z belongs here"),
  startedAt: z.iso.datetime(), finishedAt: z.iso.datetime(), reason: z.string(),
  release: z.looseObject({ version: z.string(), images: z.record(z.string(), z.string()) }),
  versions: z.record(z.string(), z.string()), engine: z.enum(["postgres", "mongodb"]), database: z.string(),
  encryption: z.looseObject({ kind: z.enum(["symmetric", "publicKey"]), keyId: z.string() }),
  parts: z.array(part).min(1).refine((parts) => new Set(parts.map(({ name }) => name)).size === parts.length, "every part belongs here once"),
  signature: z.looseObject({ algorithm: z.enum(["HMAC-SHA256", "Ed25519"]), keyId: z.string(), value: z.string() }),
});

/** As it lies in a store: the very text that is signed, one line. */
export const textOf = (manifest: Manifest): string => `${canonical(manifest)}\n`;

/** Its form only; who wrote it tells `checkSignature`. Another text for the same content is no manifest of ours. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RefusedError(`the manifest is damaged: it is no JSON (${describeError(error)})`);
  }
  let manifest: Manifest;
  try {
    manifest = checked("the manifest is damaged", schema, value);
  } catch (error) {
    throw new RefusedError(describeError(error));
  }
  if (textOf(manifest) !== text) throw new RefusedError("the manifest is damaged: it is not as the agent writes it");
  return manifest;
}
