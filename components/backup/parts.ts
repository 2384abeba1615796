import type * as pulumi from "@pulumi/pulumi";
import type { SlotName, StackConfig, SystemConfig } from "../../config/types";
import type { Database, DataFolderRef, Endpoint, Site } from "../../platforms/platform";
import type { Data } from "../data";
import type { VersionImages } from "../system";

/** What of a system its backups have to do with. */
export interface SystemParts {
  readonly config: SystemConfig;
  readonly data: Data;
  readonly site: Site;
  readonly database: Database;
  readonly cache: Endpoint | undefined;
  /** The system's own version, then the one beside it. */
  readonly versions: readonly [VersionImages, ...VersionImages[]];
  /** Uploads, where the agents have them; none, or one. */
  readonly folders: readonly DataFolderRef[];
  /** Done when database and cache are there. */
  readonly stores: pulumi.Resource[];
}

export interface Guarded {
  /** Before anything changes the data: it was backed up, and what was to be restored is. */
  readonly done: pulumi.Resource[];
  /** By slot, the name of the backup that was taken before its version came; empty: there was nothing to back up. */
  readonly backups: Readonly<Partial<Record<SlotName, pulumi.Output<string>>>>;
  /** Id of the restore after which the backend starts. */
  readonly restore?: string;
}

/** Of the agent's image. */
export const agentUser = "1000:1000";

/** Where the agents have a system's uploads. */
export const uploadsPath = "/uploads";

/** Limits, MiB. The agent itself stays below 150 whatever the size of the data; gpg and the dump tool come on top. */
export const memory = {
  agent: 256,
  /** It loads Redis's snapshot into a server of its own. */
  restore: 768,
  /** A throwaway server with as much as the live one. */
  drill: (databaseMiB: number): number => databaseMiB + 384,
} as const;

/** Seconds, for 100 GB (sms.md, Current Capacity) at 10 MB/s, twice. */
export const timeouts = { backup: 6 * 3600, restore: 12 * 3600 } as const;

/** False: every store is on the engine's own host. */
export function needsNet({ backups }: StackConfig): boolean {
  return backups.stores.some(({ kind }) => kind === "s3");
}
