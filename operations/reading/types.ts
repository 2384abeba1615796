import type { Container } from "../engine";
import type { Alert } from "../prometheus";

/** What `status` knows of a stack at a moment. What could not be read is undefined, and `missing` says why. */
export interface Snapshot {
  readonly stack: string;
  readonly environment: string;
  readonly at: Date;
  /** Where it runs: "the local engine", or its address. */
  readonly engine: string;
  /** Those of the stack file, then the stack's own parts ("stack": edge, monitoring). */
  readonly systems: readonly SystemStatus[];
  readonly alerts: readonly Alert[] | undefined;
  readonly drift: readonly Drift[] | undefined;
  /** Newest first. */
  readonly updates: readonly Update[] | undefined;
  readonly missing: readonly string[];
}

export type Health = "healthy" | "starting" | "degraded" | "down" | "stopped" | "halted" | "unknown";

export interface SystemStatus {
  /** A system's id, or "stack". */
  readonly id: string;
  readonly title: string;
  readonly url: string | undefined;
  /** undefined: the stack's own parts have none. */
  readonly version: string | undefined;
  /** A second version in the other slot, and its share of requests. */
  readonly beside: { readonly version: string; readonly percent: number } | undefined;
  readonly health: Health;
  /** Why it is not healthy, one line each; also a window of maintenance that is open. */
  readonly notes: readonly string[];
  /** Those that should run and those that do, by name; undefined: the engine did not say. */
  readonly containers: readonly ContainerStatus[] | undefined;
  readonly traffic: Traffic | undefined;
  readonly backup: BackupStatus | undefined;
}

export interface ContainerStatus {
  readonly name: string;
  readonly service: string;
  readonly version: string | undefined;
  readonly slot: string | undefined;
  readonly state: Container["state"] | "missing";
  readonly health: Container["health"];
  readonly startedAt: Date | undefined;
  readonly restarts: number;
  readonly exitCode: number | undefined;
  readonly outOfMemory: boolean;
  readonly image: string;
  /** It runs, and nothing that checks it says otherwise. */
  readonly well: boolean;
}

/** Of the last five minutes, as the edge counted. */
export interface Traffic {
  readonly requestsPerSecond: number;
  /** Server errors (5xx), 0-1; undefined: no requests to have any. */
  readonly errorShare: number | undefined;
  readonly p95Seconds: number | undefined;
}

export interface BackupStatus {
  /** undefined: there is none yet. */
  readonly ageSeconds: number | undefined;
  /** The last one failed, or is not in every store. */
  readonly failed: boolean;
}

/** A difference between what the stack's record says and what is there. */
export interface Drift {
  readonly kind: "missing" | "foreign" | "image" | "leaving" | "pending" | "settings";
  readonly what: string;
  readonly fix: string;
}

/** One update of the stack, from Pulumi's history and the stack's own record of releases. */
export interface Update {
  /** What `rollback --to` takes; undefined: it failed, changed nothing, or is older than the record reaches. */
  readonly release: number | undefined;
  readonly kind: string;
  readonly startedAt: Date;
  /** undefined: it still runs, or was killed. */
  readonly endedAt: Date | undefined;
  readonly result: string;
  readonly what: string;
  readonly who: string | undefined;
  readonly why: string | undefined;
  /** "motel 1.0.0 -> 1.1.0" */
  readonly versions: readonly string[];
  /** How many resources, by what was done to them; those that stayed the same left out. */
  readonly changes: Readonly<Record<string, number>>;
  readonly commit: string | undefined;
  readonly dirty: boolean;
}
