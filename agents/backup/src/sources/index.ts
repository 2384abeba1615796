import type { BackupSettings } from "../../../../backups/settings";
import type { Secrets, Source, Target } from "./types";

/** What a system holds, in the order in which it is dumped: database, Redis, uploads. */
export function sourcesOf(_settings: BackupSettings, _secrets: Secrets): readonly Source[] {
  throw new Error("not yet");
}

export function targetsOf(_settings: BackupSettings, _secrets: Secrets): readonly Target[] {
  throw new Error("not yet");
}
