import { z } from "zod";
import { weekdays } from "../alerts/routing/types";
import { defaults } from "./defaults";
import { choice, documented, flag, numberOf, text, wholeNumber } from "./fields";
import { checkPublicKey } from "./openpgp";
import { checkBackupName, checkBucket, checkClock, checkHostFolder, checkPrefix, checkStoreUrl } from "./texts";

/** The keys of `stackbook:backups`, and those of a system: `backups` and `restore`. */

const { backups } = defaults;

/** Also the first half of the names of its secrets, and a volume's name. */
const storeName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);
const nameForm = "names of small letters, digits and -, at most 31, beginning with a letter";

/** Each directory is mounted at a place of its own that the agent's image has. */
export const maxStores = 8;

const clock = (about: string, example: string, fallback: string) => text(checkClock, { about, example, allowed: "a time of day in quotes, '00:00'-'23:59'", default: fallback });

const directory = z.strictObject({
  kind: z.literal("directory"),
  path: text(checkHostFolder, {
    about: "Directory: a folder of the engine's host, which must exist and belong to user 1000 or be empty; another one wants another name",
    allowed: "an absolute path",
    example: "/srv/backups",
    default: "a volume of its own",
  }).optional(),
});

const s3 = z.strictObject({
  kind: z.literal("s3"),
  bucket: text(checkBucket, { about: "S3: the bucket", allowed: "a bucket's name: 3-63 small letters, digits, `.` and `-`", example: "example-backups" }),
  region: text((value) => /^[a-z0-9][a-z0-9-]{1,40}$/.test(value), { about: "S3: its region; compatible services mostly take any", allowed: "a region, such as eu-central-1", example: "eu-central-1" }),
  endpoint: text(checkStoreUrl, { about: "S3: address of a compatible service; http:// in dev only", allowed: "https://host[:port]", example: "https://s3.example.org", default: "AWS" }).optional(),
  prefix: text(checkPrefix, { about: "S3: put before every object's name", allowed: "letters, digits, `.`, `_`, `-` and `/`, without slash at either end", example: "stackbook", default: "none" }).optional(),
  pathStyle: flag({ about: "S3: the bucket's name in the path instead of the host name, as many compatible services want it", example: "true", default: String(backups.pathStyle) }).optional(),
  lifecycle: flag({ about: "S3: the bucket's own lifecycle rules end backups, and the agent deletes nothing; false: the agent does", example: "false", default: String(backups.lifecycle) }).optional(),
});

const stores = documented(
  z.record(
    storeName,
    documented(z.discriminatedUnion("kind", [directory, s3]), {
      type: "map",
      allowed: "{ kind: directory }, { kind: directory, path: <folder> } or { kind: s3, bucket: ..., region: ... }",
      about: "Where backups lie; each is written to all stores. S3 takes its keys from the stack secrets `backups:<name>.accessKeyId` and `backups:<name>.secretAccessKey`, or from the host's role",
      example: "{ kind: s3, bucket: example-backups, region: eu-central-1 }",
    }),
  ),
  { type: "map", allowed: `1-${maxStores} stores by name; ${nameForm}`, about: "The places that backups are written to, by names of your own", example: "{ local: { kind: directory }, nas: { kind: directory, path: /mnt/nas/backups } }", default: "`local`, a volume" },
);

const encryption = documented(
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("symmetric"),
      generation: wholeNumber(1, 99, { about: "Symmetric: counts the keys. A higher number is a new key; earlier ones stay, to read earlier backups", example: "2", default: String(backups.generation) }).optional(),
    }),
    z.strictObject({
      kind: z.literal("publicKey"),
      publicKey: text(checkPublicKey, {
        about: "Public key: whose private key, kept elsewhere, opens backups; no drills and no restores here then",
        allowed: "an armored OpenPGP public key that can encrypt",
        example: "-----BEGIN PGP PUBLIC KEY BLOCK-----...",
        hidden: true,
      }),
    }),
  ]),
  {
    type: "map",
    allowed: "{ kind: symmetric, generation: <number> } or { kind: publicKey, publicKey: <armored key> }",
    about: "AES-256 by a key that is generated, or given as the stack secret `backups:encryptionKey.<generation>`; or to an OpenPGP key whose other half is not here",
    example: "{ kind: symmetric, generation: 2 }",
    default: "symmetric, generation 1",
  },
);

const line = (about: string, example: string) => text((value) => value.trim() !== "" && value.length <= 4000, { about, allowed: "text that is not empty", example });

const checks = documented(
  z
    .array(
      z.union([
        z.strictObject({ name: line("", ""), sql: line("", ""), expect: z.string().max(1000) }),
        z.strictObject({ name: line("", ""), collection: line("", ""), filter: z.record(z.string(), z.unknown()).optional(), atLeast: wholeNumber(0, 1e12, { about: "", example: "" }) }),
      ]),
    )
    .min(1)
    .max(100),
  {
    type: "list of maps",
    allowed: "PostgreSQL: { name, sql, expect }; MongoDB: { name, collection, filter, atLeast }",
    about: "Your own questions to each drilled backup, besides the comparison of every table: one value, compared as text, or how many documents match at least",
    example: "[{ name: some rooms, sql: 'select count(*) > 0 from rooms', expect: t }]",
    default: "none",
  },
).optional();

export const backupsSchema = z.strictObject({
  enabled: flag({ about: "Back up every running system, by its runbook; false: nothing of it exists, keys apart", example: "false", default: String(backups.enabled) }).optional(),
  at: clock("When backups begin, in `monitoring.timeZone`, of every system that says nothing else", "'03:30'", "the runbooks': 02:00").optional(),
  stores: stores.optional(),
  encryption: encryption.optional(),
  drill: z
    .strictObject({
      enabled: flag({ about: "Restore the newest backup into a throwaway server every week, and compare it", example: "false", default: "true; with a public key false" }).optional(),
      day: choice(weekdays, { about: "Day of the drill", example: "saturday", default: backups.drillDay }).optional(),
      at: clock("When it begins, in `monitoring.timeZone`", "'05:00'", backups.drillAt).optional(),
      checks: z.strictObject({ mps: checks, fetms: checks, memo: checks, motel: checks, sms: checks }).optional(),
    })
    .optional(),
});

export type RawBackups = z.output<typeof backupsSchema>;

/** `systems.<id>.backups` */
export const systemBackupsSchema = z.strictObject({
  enabled: flag({ about: "False: this system is not backed up; prod refuses that", example: "false", default: "true" }).optional(),
  at: clock("When its backups begin, in `monitoring.timeZone`", "'03:30'", "`backups.at`, or the runbook's: 02:00").optional(),
  everyHours: numberOf([24, 12, 8, 6], { about: "Hours from one backup to the next", example: "6", default: "the runbook's: SMS 12, else 24" }).optional(),
  kept: z
    .strictObject({
      dailyDays: wholeNumber(1, 3650, { about: "Days that daily backups are kept; outside dev at least the runbook's", example: "60", default: "the runbook's: FETMS 7, else 30" }).optional(),
      weeklyWeeks: wholeNumber(0, 520, { about: "Weeks that Monday's backups are kept besides; 0: there are none", example: "8", default: "the runbook's: MPS 12, FETMS 4, else 0" }).optional(),
      monthlyMonths: wholeNumber(0, 120, { about: "Months that the backups of each 1st are kept besides; 0: there are none", example: "24", default: "the runbook's: MPS 12, FETMS 3, else 0" }).optional(),
      deployDays: wholeNumber(1, 3650, { about: "Days that backups before a change are kept; in a directory the newest 50 besides", example: "180", default: String(backups.deployDays) }).optional(),
    })
    .optional(),
});

/** What can be brought back alone. */
export const restorable = ["database", "redis", "uploads"] as const;

export const restoreSchema = documented(
  z.strictObject({
    id: text((value) => /^[a-z0-9][a-z0-9-]{0,19}$/.test(value), {
      about: "Name of this restore, another for each: it is done once",
      allowed: "small letters, digits and -, at most 20",
      example: "2026-11-21-1",
    }),
    backup: text(checkBackupName, { about: "Which backup is brought back", allowed: "latest, or <tier>/<timestamp> as `stackbook backups list` shows it", example: "daily/2026-11-21T020000Z" }),
    only: documented(z.array(choice(restorable, { about: "A part", example: "database" })).min(1).max(restorable.length), {
      type: "list of text",
      allowed: `a list of ${restorable.join(", ")}`,
      about: "These parts alone",
      example: "[database]",
      default: "all that the backup has",
    }).optional(),
    tables: documented(z.array(text((value) => value !== "" && value.length <= 200 && !/\p{Cc}/u.test(value), { about: "A table or collection", allowed: "text of at most 200 characters", example: "public.rooms" })).min(1).max(100), {
      type: "list of text",
      allowed: "a list of tables or collections",
      about: "These tables or collections of the database alone",
      example: "[public.rooms]",
      default: "all",
    }).optional(),
    withoutSafety: flag({ about: "True where the live data can't be read any more: nothing is backed up before it is replaced", example: "true", default: "false" }).optional(),
  }),
  {
    type: "map",
    allowed: "{ id: <name>, backup: latest or <tier>/<timestamp> }",
    about: "The update brings a backup back, before the migration, with the backend stopped; `npx stackbook restore` writes it. It stays until the next, and does nothing twice",
    example: "{ id: 2026-11-21-1, backup: latest }",
    default: "none",
  },
);
