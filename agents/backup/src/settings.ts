import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { settingsFile, type BackupSettings } from "../../../backups/settings";
import { codeOf, describeError } from "../../common/log";
import { checked, ProblemsError } from "../../common/problems";

const text = (what: string) => z.string(`give ${what} as text`).min(1, `give ${what}`);
const name = (what: string) => z.string(`give ${what}`).regex(/^[a-z0-9][a-z0-9-]*$/, `give ${what}: small letters, digits and dashes`);
const clock = z.string("give a time of day, 00:00 to 23:59").regex(/^([01]\d|2[0-3]):[0-5]\d$/, "give a time of day, 00:00 to 23:59");
const port = z.int("give a port, 1-65535").min(1, "give a port, 1-65535").max(65535, "give a port, 1-65535");
const path = (what: string) => z.string(`give ${what}`).regex(/^\//, `give ${what}, from / on`);
const file = z.string("give the name of a file in the secrets folder").regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "give the name of a file in the secrets folder");
const keyId = z.string("give a key's id").regex(/^[A-Za-z0-9._-]+$/, "give a key's id: letters, digits, dots, dashes");
const days = z.strictObject({ days: z.int("give whole days, 0-36500; 0: none of this tier").min(0, "give whole days, 0-36500; 0: none of this tier").max(36500, "give whole days, 0-36500; 0: none of this tier") });
const answer = "give the name of a check, and either sql and expect, or collection, filter and atLeast";

const timeZone = z.string("give an IANA time zone such as Europe/Athens").refine((zone) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, "give an IANA time zone such as Europe/Athens");

const directory = z.strictObject({ kind: z.literal("directory"), name: name("the store's name"), path: path("the store's folder") });
const s3 = z.strictObject({
  kind: z.literal("s3"), name: name("the store's name"), bucket: text("the bucket's name"),
  prefix: z.string("give a prefix, \"\" for none").regex(/^(?!\/)([^/]+(\/[^/]+)*)?$/, "give a prefix without slash at either end, \"\" for none"),
  region: text("the bucket's region"),
  endpoint: z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), "give an address, http:// or https://").optional(),
  pathStyle: z.boolean("give true or false"), lifecycle: z.boolean("give true or false"), credentialsFile: file.optional(),
});

const symmetric = z.strictObject({ kind: z.literal("symmetric"), keyId, keys: z.record(keyId, file) });
const publicKey = z.strictObject({
  kind: z.literal("publicKey"), keyId, publicKey: text("the armored OpenPGP key").regex(/BEGIN PGP PUBLIC KEY BLOCK/, "give a public key as gpg --armor --export writes it"),
  signingKeyFile: file, signingKeyId: keyId, signingPublicKeys: z.record(keyId, text("a public key as PEM")),
  privateKeyFile: file.optional(), privateKeyPassphraseFile: file.optional(),
});

const schema = z.strictObject({
  stack: text("the stack's name"),
  system: name("the system's id"),
  timeZone,
  at: clock,
  everyHours: z.union([z.literal(24), z.literal(12), z.literal(8), z.literal(6)], "give 24, 12, 8 or 6"),
  drill: z.strictObject({
    day: z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], "give a day of the week: monday to sunday"),
    at: clock,
    checks: z.array(z.union([
      z.strictObject({ name: text("the check's name"), sql: text("a question"), expect: z.string() }),
      z.strictObject({ name: text("the check's name"), collection: text("a collection"), filter: z.unknown(), atLeast: z.int().min(0) }),
    ], answer)),
  }).nullable(),
  release: z.strictObject({ version: z.string(), images: z.record(z.string(), z.string()) }),
  engine: z.enum(["postgres", "mongodb"], "give postgres or mongodb"),
  database: z.strictObject({ host: text("the database's host"), port, name: text("the database's name"), role: text("the role that owns a restored database"), adminUser: text("the user the agent logs in as") }),
  redis: z.strictObject({ host: text("Redis's host"), port, appendOnly: z.boolean("give true or false") }).nullable(),
  uploads: z.strictObject({ path: path("the uploads' folder") }).nullable(),
  config: z.unknown(),
  stores: z.array(z.discriminatedUnion("kind", [directory, s3], "give a store: kind directory or s3")).min(1, "give at least one store"),
  retention: z.strictObject({ daily: days, weekly: days, monthly: days, deploy: days, safety: days }),
  encryption: z.discriminatedUnion("kind", [symmetric, publicKey], "give the kind of encryption: symmetric or publicKey"),
}).superRefine((settings, context) => {
  settings.stores.forEach((store, at) => {
    if (settings.stores.findIndex((other) => other.name === store.name) !== at) {
      context.addIssue({ code: "custom", path: ["stores", at, "name"], input: store.name, message: "give every store a name of its own" });
    }
  });
  const { encryption } = settings;
  const [known, id, at] = encryption.kind === "symmetric"
    ? [Object.keys(encryption.keys), encryption.keyId, ["encryption", "keyId"]]
    : [Object.keys(encryption.signingPublicKeys), encryption.signingKeyId, ["encryption", "signingKeyId"]];
  if (!known.includes(id)) context.addIssue({ code: "custom", path: at, input: id, message: `give one of the keys that are listed: ${known.join(", ") || "none is"}` });
});

export function parseSettings(content: string, where: string): BackupSettings {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new ProblemsError(where, [`it is no JSON (${describeError(error)}); run pulumi up to write it anew`]);
  }
  return checked(where, schema, value);
}

export function readSettings(folder: string): BackupSettings {
  const where = join(folder, settingsFile);
  let content: string;
  try {
    content = readFileSync(where, "utf8");
  } catch (error) {
    throw new ProblemsError(where, [`it can't be read (${codeOf(error) || describeError(error)}); run pulumi up to write it`]);
  }
  return parseSettings(content, where);
}
