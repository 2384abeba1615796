/** Secrets that a counter exchanges, as the platforms see them. */
import type * as pulumi from "@pulumi/pulumi";

export interface RotatingSecret {
  /** How often it was exchanged; 0: never. */
  readonly generation: number;
  readonly current: pulumi.Output<string>;
  /** What it took the place of, the last one first. Of a server's own all that ever were, of others one at most. */
  readonly earlier: readonly pulumi.Output<string>[];
}

/** With which a server starts on an empty volume: the environment of a running container can't be changed. */
export function firstOf({ current, earlier }: RotatingSecret): pulumi.Output<string> {
  return earlier.at(-1) ?? current;
}

/** How often each login that an application holds was exchanged. */
export interface LoginGenerations {
  readonly database: number;
  readonly cache: number;
}

/** As a label of containers: `database-2.cache-1`; undefined while nothing was ever exchanged. */
export function loginsLabel({ cache, database }: LoginGenerations): string | undefined {
  return database === 0 && cache === 0 ? undefined : `database-${database}.cache-${cache}`;
}
