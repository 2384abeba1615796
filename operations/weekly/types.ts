import type { SystemId } from "../../systems";
import type { FiredAlert } from "../routine/checks/alerts";

/** Requests, errors and times of one day. */
export interface Day {
  /** `2026-11-21`, in the stack's time zone: the day that ends it. */
  readonly day: string;
  readonly requests: number;
  /** 5xx, of 1; absent: no requests. */
  readonly errors?: number;
  /** Seconds. */
  readonly p95?: number;
}

export interface Promised {
  readonly promise: string;
  /** Of 1. */
  readonly target: number;
  /** Absent: nothing to judge by. */
  readonly value?: number;
  readonly kept?: boolean;
}

/** How something grows, and when it is full. */
export interface Growth {
  readonly what: string;
  readonly bytes: number;
  readonly roomBytes: number;
  /** Absent: nobody has looked for long enough. */
  readonly bytesPerDay?: number;
  /** Absent: it does not grow, or nobody knows. */
  readonly daysUntilFull?: number;
}

export interface SystemWeek {
  readonly system: SystemId;
  readonly title: string;
  readonly version: string;
  /** Absent: nobody counted. */
  readonly requests?: number;
  /** Of the week before; absent: nobody counted then. */
  readonly requestsBefore?: number;
  /** 5xx. */
  readonly failed?: number;
  readonly errors?: number;
  readonly errorsBefore?: number;
  /** Seconds. */
  readonly p50?: number;
  readonly p95?: number;
  readonly p95Before?: number;
  readonly p99?: number;
  /** Of 1, of all looks of the week; absent: nobody looked. */
  readonly availability?: number;
  readonly promises: readonly Promised[];
  readonly days: readonly Day[];
  readonly database?: Growth;
  readonly backups?: BackupWeek;
}

export interface BackupWeek {
  /** Sets made within the week, by tier. */
  readonly made: Readonly<Record<string, number>>;
  readonly newestAgeSeconds?: number;
  readonly newestBytes?: number;
  readonly verifiedAt?: string;
  readonly drilledAt?: string;
  readonly lastDrillFailed?: boolean;
  /** Measured by the last drill: seconds to restore, seconds of age. */
  readonly rtoSeconds?: number;
  readonly rpoSeconds?: number;
  readonly problems: readonly string[];
}

export interface WeekUpdate {
  readonly at: string;
  readonly what: string;
  readonly who?: string;
  readonly why?: string;
  readonly result: string;
  readonly kind: "deploy" | "rollback" | "other";
  readonly release?: number;
  readonly versions: readonly string[];
}

export interface WeekIncident {
  readonly id: string;
  readonly system: string;
  readonly severity: number;
  readonly issue: string;
  readonly startedAt: string;
  readonly minutes: number;
  readonly resolution?: string;
}

/** The JSON of the weekly report; Markdown is made from it. */
export interface WeeklyReport {
  readonly kind: "weekly";
  readonly format: 1;
  readonly stack: string;
  readonly environment: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly by: string;
  readonly days: number;
  readonly metricsSince?: string;
  readonly systems: readonly SystemWeek[];
  /** Absent: nobody keeps them. */
  readonly incidents?: readonly WeekIncident[];
  readonly updates?: readonly WeekUpdate[];
  readonly alerts?: readonly FiredAlert[];
  readonly disks: readonly Growth[];
  readonly host: { readonly cpu?: number; readonly cpuMost?: number; readonly memory?: number; readonly memoryMost?: number };
  /** What could not be read, and why. */
  readonly missing: readonly string[];
}
