import type { BackupInterval, ExpectedLoad, ServiceName, SystemId } from "../systems";
import type { CommandId } from "./commands";
import type { Measure } from "./measures";
import type { Job } from "./metrics";
import type { ClosedTime, MaintenanceWindow, ThresholdOverrides } from "./routing/types";

/** Rising: read in the daily report, worked on in working hours, somebody is woken. */
export const severities = ["digest", "ticket", "page"] as const;
export type Severity = (typeof severities)[number];

export type BySeverity<T> = Readonly<Partial<Record<Severity, T>>>;

/** What an alert is about; Alertmanager silences by it: what is down is not slow as well. */
export type AlertClass =
  | "down" | "latency" | "errors" | "traffic" | "resources" | "database" | "cache" | "certificate" | "backup" | "business" | "security" | "monitoring";

/** `Times`: of the same hour last week, or of the size before. */
export type Unit = "Percent" | "Milliseconds" | "Seconds" | "Hours" | "Days" | "PerSecond" | "PerMinute" | "Count" | "Times";
export type Bound = `${"above" | "below"}${Unit}`;

/** `{ abovePercent: { ticket: 1, page: 5 } }`: from where on it is bad, and how bad. */
export type Limit = { readonly [B in Bound]: { readonly [K in B]: BySeverity<number> } }[Bound];

/** One alert. Data only: no query language of any monitoring system, so that each has its own renderer. */
export interface AlertRow {
  /** kebab-case; the key in `alerts.thresholds`. Once per system. */
  readonly id: string;
  readonly system: SystemId | "stack";
  readonly class: AlertClass;
  /** Family of alerts: a page of a topic silences its tickets. A dashboard's panel draws the lines of a topic. */
  readonly topic: string;
  readonly measure: Measure;
  readonly limit: Limit;
  /** How long it must last. One number for all severities, or each its own. */
  readonly forMinutes: number | BySeverity<number>;
  /** Below this traffic, within the measure's window, it says nothing: one failed request at night wakes nobody (M1). */
  readonly minimum?: Minimum;
  /** Counts only in the system's `expectedLoad` hours (M1a). */
  readonly onlyInExpectedLoad?: true;
  /** The runbook's own word, where it isn't the one that severities.ts gives for the severity. */
  readonly levels?: BySeverity<string>;
  /**
   * One line for somebody who has just been woken. In braces: {value}, {threshold}, {title} (of the system), and any
   * label of the measure, such as {service} or {container}.
   */
  readonly summary: string;
  /** What it means, and what the runbook says to do. Same braces. */
  readonly description: string;
  readonly command: CommandId;
  readonly runbook: RunbookSection;
  /** Of requirements.md. */
  readonly requirement: string;
}

export interface Minimum {
  /** Requests; of a hit rate: lookups. */
  readonly requests: number;
  /** Failed ones among them. */
  readonly failures?: number;
}

export interface RunbookSection {
  /** `mps.md`; what is the stack's own is in our `docs/alerts.md`. */
  readonly file: string;
  /** Heading, letter for letter. */
  readonly section: string;
}

/** What of a system decides which alerts it has. */
export interface WatchedSystem {
  readonly id: SystemId;
  readonly redis: boolean;
  /** Of each version. */
  readonly replicas: Readonly<Record<ServiceName, number>>;
  /** Versions that run side by side, and how many of them have visitors. @default 1 of each */
  readonly versions?: { readonly running: number; readonly serving: number };
  /** Absent: it is not backed up. */
  readonly backup?: WatchedBackup;
  /** Stopped in an emergency: nobody is woken for what follows from that. */
  readonly halted?: { readonly at: string; readonly by: string; readonly why?: string; readonly isolated: boolean };
}

export interface WatchedBackup {
  readonly everyHours: BackupInterval;
  /** False: the host has no key to open backups with, so nothing is verified there. */
  readonly verified: boolean;
  /** False: no drills here. */
  readonly drilled: boolean;
}

export interface CatalogueInput {
  readonly systems: readonly WatchedSystem[];
  /**
   * The stack's own jobs that are scraped (host, containers, edge, edge-log, blackbox, status, alertmanager, prometheus, loki,
   * collector, backup): alerts on what nobody exports are left out. Those of systems (app, databases) follow from `systems`.
   */
  readonly jobs: readonly Job[];
}

export interface RulesInput extends CatalogueInput {
  readonly stack: string;
  /** The engine's address, for commands: `ssh://deploy@host`. Absent: the shell's own. */
  readonly engineHost?: string;
  readonly scrapeSeconds: number;
  /** Minutes after which a ticket of the second rank (MPS's P2) is a page. */
  readonly escalationMinutes: number;
  /** IANA; of `expectedLoad` hours. */
  readonly timeZone: string;
  /** In place of the catalogue's hours; false: at no time. */
  readonly expectedLoad?: Readonly<Partial<Record<SystemId, ExpectedLoad | false>>>;
  readonly thresholds: ThresholdOverrides;
  /** Weekly windows in which alerts wait. */
  readonly maintenance: readonly MaintenanceWindow[];
  readonly closed: readonly ClosedTime[];
  /** Where the runbook's pages lie, `<system>.md#<alert>` below it; absent: nowhere that a browser reaches. */
  readonly runbookUrl?: string;
}

/** Something wrong with `alerts.thresholds`; `at` goes on below that key. */
export interface ThresholdProblem {
  readonly at: readonly string[];
  readonly given: string;
  readonly allowed: string;
  readonly fix: string;
}
