import type { BackupSettings, EncryptionSettings, StoreSettings } from "../../backups/settings";
import type { StackConfig, SystemBackups, SystemConfig } from "../../config/types";
import type { BackupKeys } from "./data";

/** What is known of a system once its images are; everything else is configuration. */
export interface SettingsInput {
  readonly stack: StackConfig;
  readonly config: SystemConfig;
  readonly backups: SystemBackups;
  readonly images: Readonly<Record<string, string>>;
  readonly database: { readonly host: string; readonly port: number; readonly adminUser: string };
  /** Absent: none, or none that is backed up. */
  readonly cache?: { readonly host: string; readonly port: number };
  readonly uploads?: { readonly path: string };
  readonly stores: readonly StoreSettings[];
  readonly encryption: EncryptionSettings;
}

/** What a system's agents are told; secrets are files beside it. */
export function backupSettings({ backups, cache, config, database, encryption, images, stack, stores, uploads }: SettingsInput): BackupSettings {
  const { spec, version } = config;
  const { day, at, enabled } = stack.backups.drill;
  return {
    stack: stack.stack,
    system: spec.id,
    timeZone: stack.monitoring.timeZone,
    at: backups.at,
    everyHours: backups.everyHours,
    drill: enabled ? { day, at, checks: backups.drillChecks } : null,
    release: { version, images },
    engine: spec.database.engine,
    database: { ...database, name: spec.database.name, role: spec.database.role },
    redis: cache === undefined ? null : { ...cache, appendOnly: spec.redis?.appendOnly ?? false },
    uploads: uploads ?? null,
    config: withoutRestores(stack.given),
    stores,
    retention: backups.retention,
    encryption,
  };
}

/** A stack that starts from a backup's configuration wants none of the restores that this one once had, and nothing that is halted or closed. */
export function withoutRestores(given: StackConfig["given"]): Record<string, unknown> {
  const { "stackbook:maintenance": _closed, "stackbook:systems": systems, ...others } = given;
  if (!isMap(systems)) return systems === undefined ? others : { ...others, "stackbook:systems": systems };
  const cleaned = Object.entries(systems).map(([id, system]) => {
    if (!isMap(system)) return [id, system] as const;
    const { restore: _restore, halted: _halted, maintenance: _maintenance, ...rest } = system;
    return [id, rest] as const;
  });
  return { ...others, "stackbook:systems": Object.fromEntries(cleaned) };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** File of a key, below the secrets' folder. */
export const keyFile = (keyId: string): string => `key-${keyId}`;
export const signingKeyFile = "signing-key.pem";

/** @param signingPublicKey PEM; of public-key encryption */
export function encryptionSettings(keys: BackupKeys, signingPublicKey: string | undefined): EncryptionSettings {
  if (keys.kind === "symmetric") return { kind: keys.kind, keyId: keys.keyId, keys: Object.fromEntries(Object.keys(keys.keys).map((id) => [id, keyFile(id)])) };
  const { keyId, kind, publicKey, signingKeyId } = keys;
  return { kind, keyId, publicKey, signingKeyFile, signingKeyId, signingPublicKeys: { [signingKeyId]: signingPublicKey ?? "" } };
}
