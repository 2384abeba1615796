import type { BackupSettings } from "../../../../backups/settings";
import { serverOf } from "./postgres/connection";
import { PostgresSource } from "./postgres/source";
import { PostgresTarget } from "./postgres/target";
import type { Secrets, Source, Target } from "./types";

/** What a system holds, in the order in which it is dumped: database, Redis, uploads. */
export function sourcesOf(settings: BackupSettings, secrets: Secrets): readonly Source[] {
  return [new PostgresSource(settings, serverOf(settings, secrets))];
}

/** The same, in the order in which it is brought back. */
export function targetsOf(settings: BackupSettings, secrets: Secrets): readonly Target[] {
  return [new PostgresTarget(settings, serverOf(settings, secrets))];
}
