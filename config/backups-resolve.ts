import { tableOf } from "../backups/retention";
import type { SystemId, SystemSpec } from "../systems";
import type { RawBackups } from "./backups-schema";
import { encryptionSecretKey, storeSecretKey } from "./backups-secrets";
import { defaults } from "./defaults";
import { fingerprintOf } from "./openpgp";
import type { RawSystem } from "./schema";
import type { BackupEncryption, BackupsConfig, BackupStore, SecretRef, SystemBackups, SystemRestore } from "./types";

type Given = Readonly<Record<string, SecretRef>>;

/** What a stack file says of backups, over the runbooks' and our defaults. */
export function resolveBackups(raw: RawBackups, secrets: Given): BackupsConfig {
  const encryption = resolveEncryption(raw.encryption, secrets);
  return {
    enabled: raw.enabled ?? defaults.backups.enabled,
    stores: Object.entries(raw.stores ?? { [defaults.backups.store]: { kind: "directory" as const } }).map(([name, store]) => resolveStore(name, store, secrets)),
    encryption,
    drill: {
      enabled: raw.drill?.enabled ?? encryption.kind === "symmetric",
      day: raw.drill?.day ?? defaults.backups.drillDay,
      at: raw.drill?.at ?? defaults.backups.drillAt,
    },
  };
}

type RawStore = NonNullable<RawBackups["stores"]>[string];

function resolveStore(name: string, raw: RawStore, secrets: Given): BackupStore {
  if (raw.kind === "directory") return { kind: raw.kind, name, ...(raw.path === undefined ? {} : { hostPath: raw.path }) };
  const { bucket, endpoint, region } = raw;
  const accessKeyId = secrets[storeSecretKey(name, "accessKeyId")];
  const secretAccessKey = secrets[storeSecretKey(name, "secretAccessKey")];
  return {
    kind: raw.kind,
    name,
    bucket,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    prefix: raw.prefix ?? "",
    pathStyle: raw.pathStyle ?? defaults.backups.pathStyle,
    lifecycle: raw.lifecycle ?? defaults.backups.lifecycle,
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
  };
}

function resolveEncryption(raw: RawBackups["encryption"], secrets: Given): BackupEncryption {
  if (raw?.kind === "publicKey") {
    // As gpg writes it: with one newline at the end, whatever YAML made of it.
    const publicKey = `${raw.publicKey.trim()}\n`;
    return { kind: raw.kind, publicKey, fingerprint: fingerprintOf(publicKey) };
  }
  const generation = raw?.generation ?? defaults.backups.generation;
  const given = Array.from({ length: generation }, (_, i) => i + 1).flatMap((number) => {
    const secret = secrets[encryptionSecretKey(number)];
    return secret === undefined ? [] : [[number, secret] as const];
  });
  return { kind: "symmetric", generation, given: Object.fromEntries(given) };
}

/** Undefined: the system is not backed up. */
export function resolveSystemBackups(spec: SystemSpec, raw: RawSystem, stack: RawBackups, isEnabled: boolean): SystemBackups | undefined {
  const { backup } = spec;
  const own = raw.backups ?? {};
  if (!isEnabled || own.enabled === false) return undefined;
  const { deployDays = defaults.backups.deployDays, ...kept } = own.kept ?? {};
  return {
    at: own.at ?? stack.at ?? backup.at,
    everyHours: own.everyHours ?? backup.everyHours,
    retention: tableOf({ ...backup.kept, ...kept }, { days: deployDays }),
    drillChecks: (stack.drill?.checks?.[spec.id] ?? []).map((check) => ("sql" in check ? check : { ...check, filter: check.filter ?? {} })),
  };
}

/** The id is the restore's; whose it is goes before the backup's name where it was left out. */
export function resolveRestore(id: SystemId, raw: NonNullable<RawSystem["restore"]>): SystemRestore {
  const backup = raw.backup === "latest" || raw.backup.startsWith(`${id}/`) ? raw.backup : `${id}/${raw.backup}`;
  return { id: raw.id, backup, ...(raw.only === undefined ? {} : { only: raw.only }), ...(raw.tables === undefined ? {} : { tables: raw.tables }), ...(raw.withoutSafety === true ? { withoutSafety: true } : {}) };
}
