import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { drillDataDirectory, type BackupSettings } from "../../../backups/settings";
import { Cipher } from "./crypto/cipher";
import { longestStretch } from "./crypto/gpg";
import type { Role } from "./environment";
import type { Log } from "../../common/log";
import { type SecretFolder } from "./secrets";
import { sourcesOf, targetsOf } from "./sources";
import type { Secrets, Source, Target, Throwaway } from "./sources/types";
import { StateFile, withMarksOf } from "./state";
import { openStores } from "./stores/open";
import type { Store } from "./stores/store";
import { throwaway } from "./throwaway";
import { Vault } from "./vault";

/** What tests give in place of the real thing. */
export interface Parts {
  readonly stores: (settings: BackupSettings, secrets: Secrets) => readonly Store[];
  readonly sources: (settings: BackupSettings, secrets: Secrets) => readonly Source[];
  readonly targets: (settings: BackupSettings, secrets: Secrets) => readonly Target[];
  readonly throwaway: (settings: BackupSettings) => Promise<Throwaway>;
  readonly now: () => Date;
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** How long a run waits for another one. */
  readonly waitSeconds: number;
  readonly stallMs: number;
  /** Between attempts to bring a set to a store that lacks it. */
  readonly retryMs: readonly number[];
  /** Bytes that a passphrase is stretched to; less only where a test would take minutes. */
  readonly stretch: number;
}

export const realParts: Parts = {
  stores: (settings, secrets) => openStores(settings.stores, secrets),
  sources: sourcesOf,
  targets: targetsOf,
  throwaway,
  now: () => new Date(),
  pause: async (milliseconds, signal) => void (await pause(milliseconds, undefined, signal === undefined ? {} : { signal })),
  waitSeconds: 1800,
  stallMs: 15 * 60_000,
  retryMs: [2000, 8000],
  stretch: longestStretch,
};

/** Everything a command works with; made anew when the settings change. */
export class Context {
  readonly vault: Vault;
  readonly state: StateFile;
  readonly cipher: Cipher;
  /** False for a day after the clock has jumped: nothing is removed by its age then. */
  clockTrusted = true;

  constructor(
    readonly settings: BackupSettings, readonly secrets: SecretFolder, readonly role: Role,
    readonly dataFolder: string, readonly log: Log, readonly parts: Parts = realParts,
  ) {
    this.state = new StateFile(join(dataFolder, role === "drill" ? "drill.json" : "backup.json"), log);
    this.cipher = new Cipher(settings.encryption, secrets.read, parts.stretch);
    const marks = role === "drill" ? this.state : withMarksOf(new StateFile(join(drillDataDirectory, "drill.json"), log), this.state);
    this.vault = new Vault(settings, parts.stores(settings, secrets.read), this.cipher, secrets.read, marks, parts.now);
  }

  sources(): readonly Source[] {
    return this.parts.sources(this.settings, this.secrets.read);
  }

  targets(): readonly Target[] {
    return this.parts.targets(this.settings, this.secrets.read);
  }

  /** One on the agent's own volume, and one in each store that several may share. */
  lockFiles(): readonly string[] {
    const shared = this.vault.stores.flatMap(({ lockFile }) => (lockFile === undefined ? [] : [lockFile(this.settings.system)]));
    return [join(this.dataFolder, "lock"), ...shared.filter(canLock)];
  }

  get checkpointFile(): string {
    return join(this.dataFolder, "checkpoint.json");
  }

  /** The stack's state as it was last handed over. */
  checkpoint(): Buffer | undefined {
    return existsSync(this.checkpointFile) ? readFileSync(this.checkpointFile) : undefined;
  }

  close(): void {
    this.cipher.close();
  }
}

/** A store that is away or read-only can't be locked, and can't be written either. */
function canLock(file: string): boolean {
  try {
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
