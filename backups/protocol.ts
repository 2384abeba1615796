import type { PartName, Tier } from "./manifest";

/**
 * What the agent is asked: `node /app/backup.js <command>` in its container, the request as one line of JSON on
 * standard input (or in the environment variable BACKUP_REQUEST; BACKUP_RELEASE has, as `Manifest.release`, what ran
 * where that is not what the settings say: before a change), the answer as one line of JSON on standard output;
 * progress as lines on standard error. An answer
 * `{"error": {"message", "problems"}}` comes with exit code 1, `{"error"...}` for a request it can't read with 2.
 */
export interface Requests {
  /** Takes a backup now. */
  readonly run: { readonly tier: Tier; readonly reason: string; readonly /** Base64 of the stack's checkpoint. */ checkpoint?: string };
  readonly list: { readonly tier?: Tier };
  readonly verify: { readonly backup: string };
  readonly drill: { readonly backup: string };
  /** Everything a restore checks first, and nothing touched: key, checksums, versions, space. */
  readonly check: RestoreRequest;
  /** Run by the restore's own container, never by the long-running agent. */
  readonly restore: RestoreRequest;
  /** Keeps it for the sets to come. */
  readonly checkpoint: { readonly checkpoint: string };
  /** To standard output instead of the answer: a part, decrypted. */
  readonly cat: { readonly backup: string; readonly part: PartName };
}

export interface RestoreRequest {
  /** `latest`, or `<system>/<tier>/<timestamp>`, or `<tier>/<timestamp>`. */
  readonly backup: string;
  /** @default every part of the set that the system has a place for */
  readonly only?: readonly ("database" | "redis" | "uploads")[];
  /** Names of tables or collections; only these are brought back. */
  readonly tables?: readonly string[];
  /** The live data can't be read any more, so no safety backup can be taken; what was there is still kept until the end. @default false */
  readonly withoutSafety?: boolean;
  /** Of this restore: a second run with the same id goes on where the first was cut off, and a failed one is not repeated. */
  readonly id: string;
}

export interface BackupEntry {
  /** `motel/daily/2026-11-21T020000Z`. */
  readonly backup: string;
  readonly store: string;
  readonly tier: Tier;
  readonly startedAt: string;
  readonly ageSeconds: number;
  readonly bytes: number;
  readonly parts: readonly PartName[];
  readonly version: string;
  readonly reason: string;
  readonly keyId: string;
  /** False: no key for it here. */
  readonly readable: boolean;
  readonly verifiedAt: string | null;
  readonly drilledAt: string | null;
  /** Its manifest can't be used: damaged, or not ours. Such a backup is refused, never passed over in silence. */
  readonly problem?: string;
}

export interface RunAnswer {
  readonly backup: string;
  /** Null: the system holds nothing yet. */
  readonly bytes: number | null;
  readonly seconds: number;
  /** Those that have the whole set. */
  readonly stores: readonly string[];
  /** By store, why it has none; the agent goes on trying to bring it there. Empty: every store has it. */
  readonly problems: readonly string[];
}

export interface VerifyAnswer {
  readonly backup: string;
  readonly parts: readonly { readonly name: PartName; readonly ok: boolean; readonly problem?: string }[];
}

export interface DrillAnswer {
  readonly backup: string;
  readonly ok: boolean;
  /** From the first byte read to the last table compared: the measured RTO. */
  readonly seconds: number;
  /** Age of the newest backup when the drill began: the measured RPO. */
  readonly ageSeconds: number;
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly ok: boolean; readonly problem?: string }[];
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly problem?: string }[];
}

export interface CheckAnswer {
  readonly backup: string;
  readonly parts: readonly PartName[];
  readonly bytes: number;
  /** What is there now and would be replaced. */
  readonly replaces: readonly { readonly name: string; readonly rows: number }[];
}

export interface RestoreAnswer {
  readonly backup: string;
  /** Taken before anything was changed. */
  readonly safety: string;
  readonly seconds: number;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/** What Prometheus is told, by name: gauges of the agent, each with the label `system`. */
export const metricNames = {
  lastSuccess: "stackbook_backup_last_success_timestamp_seconds",
  lastRun: "stackbook_backup_last_run_timestamp_seconds",
  lastRunFailed: "stackbook_backup_last_run_failed",
  bytes: "stackbook_backup_bytes",
  previousBytes: "stackbook_backup_previous_bytes",
  duration: "stackbook_backup_duration_seconds",
  lastVerified: "stackbook_backup_last_verified_timestamp_seconds",
  lastDrill: "stackbook_backup_last_drill_timestamp_seconds",
  lastDrillFailed: "stackbook_backup_last_drill_failed",
  drillDuration: "stackbook_backup_drill_duration_seconds",
  drillAge: "stackbook_backup_drill_backup_age_seconds",
  /** With labels `store`, `tier`. */
  count: "stackbook_backup_sets",
  /** With label `store`. */
  storeFree: "stackbook_backup_store_free_bytes",
  storeSize: "stackbook_backup_store_size_bytes",
  storeReachable: "stackbook_backup_store_reachable",
} as const;
