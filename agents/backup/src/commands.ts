import { z } from "zod";
import { partNames, tiers } from "../../../backups/manifest";
import type { BackupEntry } from "../../../backups/protocol";
import type { Context } from "./context";
import { drill } from "./drill";
import { writeText } from "../../common/files";
import { describeError } from "../../common/log";
import { checked, ProblemsError } from "../../common/problems";
import { choose } from "./restore/choice";
import { restore } from "./restore/restore";
import { run, type Progress } from "./run";
import { verify } from "./verify";
import type { StoredSet } from "./vault";

const backup = z.string("give a backup: latest, or <tier>/<timestamp>").regex(/^(latest|([a-z0-9-]+\/)?[a-z]+\/\d{4}-\d\d-\d\dT\d{6}Z)$/, "give latest, or <tier>/<timestamp> as in the list");
const tier = z.enum(tiers, `give a tier: ${tiers.join(", ")}`);
const base64 = z.base64("give it as base64");
const restoring = z.strictObject({
  backup,
  only: z.array(z.enum(["database", "redis", "uploads"], "give database, redis or uploads")).min(1, "give at least one part, or leave it out").optional(),
  tables: z.array(z.string().min(1)).min(1, "give at least one table, or leave it out").optional(),
  withoutSafety: z.boolean().optional(),
  // Part of names of databases and folders, of which PostgreSQL takes 63 letters.
  id: z.string("give the restore an id").regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, "give an id of 1-40 small letters, digits, dashes and underscores"),
});

/** In the order in which help lists them; `cat` and `serve` are main.ts's own. */
export const schemas = {
  run: z.strictObject({ tier, reason: z.string("say why").min(1, "say why"), checkpoint: base64.optional() }),
  list: z.strictObject({ tier: tier.optional() }),
  verify: z.strictObject({ backup }),
  drill: z.strictObject({ backup }),
  check: restoring,
  restore: restoring,
  checkpoint: z.strictObject({ checkpoint: base64 }),
};
export const catSchema = z.strictObject({ backup, part: z.enum(partNames, `give a part: ${partNames.join(", ")}`) });

export type CommandName = keyof typeof schemas;
export const isCommand = (name: string): name is CommandName => Object.hasOwn(schemas, name);

/** The request is not what the command takes: exit code 2. */
export class RequestError extends ProblemsError {}

export function parseRequest<T>(name: string, schema: z.ZodType<T>, text: string): T {
  try {
    return checked(`the request for ${name} is not right`, schema, JSON.parse(text === "" ? "{}" : text));
  } catch (error) {
    if (error instanceof ProblemsError) throw new RequestError(error.where, error.problems);
    throw new RequestError(`the request for ${name} is no JSON`, ["give it as one line of JSON on standard input"]);
  }
}

/** Carries a command out, in this process. */
export async function execute(context: Context, name: CommandName, text: string, signal: AbortSignal, progress: Progress): Promise<unknown> {
  switch (name) {
    case "run": {
      const { checkpoint, ...request } = parseRequest(name, schemas.run, text);
      if (checkpoint !== undefined) keepCheckpoint(context, checkpoint);
      return run(context, request, signal, progress);
    }
    case "list": {
      const request = parseRequest(name, schemas.list, text);
      const now = context.parts.now();
      return (await context.vault.list(progress)).filter((set) => request.tier === undefined || set.tier === request.tier).map((set) => entryOf(context, set, now));
    }
    case "verify":
      return verify(context, parseRequest(name, schemas.verify, text).backup, signal, progress);
    case "drill":
      return drill(context, parseRequest(name, schemas.drill, text).backup, signal, progress);
    case "check":
      return (await choose(context, parseRequest(name, schemas.check, text), signal, progress)).answer;
    case "restore":
      return restore(context, parseRequest(name, schemas.restore, text), signal, progress);
    case "checkpoint":
      keepCheckpoint(context, parseRequest(name, schemas.checkpoint, text).checkpoint);
      return {};
  }
}

function damageOf(vault: Context["vault"], set: StoredSet): string | undefined {
  try {
    vault.trusted(set);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

function keepCheckpoint(context: Context, checkpoint: string): void {
  writeText(context.checkpointFile, Buffer.from(checkpoint, "base64").toString("utf8"));
}

function entryOf({ cipher, vault }: Context, set: StoredSet, now: Date): BackupEntry {
  const { backup: name, files, manifest, marks, store, tier: of, timestamp } = set;
  // One of a key that is not here is not readable, which is no damage.
  const problem = manifest !== undefined && manifest.encryption.kind === "symmetric" && !cipher.canDecrypt(manifest.encryption) ? undefined : damageOf(vault, set);
  // What its name says, where its manifest says nothing.
  const startedAt = manifest?.startedAt ?? `${timestamp.slice(0, 13)}:${timestamp.slice(13, 15)}:${timestamp.slice(15)}`;
  return {
    backup: name, store: store.name, tier: of, startedAt,
    ageSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(startedAt)) / 1000)),
    bytes: manifest?.parts.reduce((sum, part) => sum + part.bytes, 0) ?? files.reduce((sum, file) => sum + file.bytes, 0),
    parts: manifest?.parts.map((part) => part.name) ?? [],
    version: manifest?.release.version ?? "", reason: manifest?.reason ?? "", keyId: manifest?.encryption.keyId ?? "",
    readable: manifest !== undefined && cipher.canDecrypt(manifest.encryption),
    verifiedAt: marks.verified?.toISOString() ?? null, drilledAt: marks.drilled?.toISOString() ?? null,
    ...(problem === undefined ? {} : { problem }),
  };
}
