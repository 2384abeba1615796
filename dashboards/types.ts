import type { SystemId } from "../systems";
import type { LinesFor } from "./lines";

/** What of a system decides which panels it has. */
export interface SystemFacts {
  readonly id: SystemId;
  readonly title: string;
  readonly engine: "postgres" | "mongodb";
  readonly redis: boolean;
}

export interface DashboardsInput {
  readonly systems: readonly SystemFacts[];
  /** Which lines belong on a panel: `linesFrom` the catalogue and the stack's own thresholds. */
  readonly lines: LinesFor;
  /** False: no Loki, so no dashboard of logs and no link to one. */
  readonly logs: boolean;
  /** False: no system is backed up, so there is no dashboard of backups and no link to one. */
  readonly backups: boolean;
  /** False: restores are not rehearsed here. */
  readonly drills: boolean;
  /** Addresses of the parts that have a door of their own; links to the others are left out. */
  readonly publicUrls: { readonly alertmanager?: string; readonly prometheus?: string; readonly status?: string };
}
