import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Context, realParts, type Parts } from "../../../../agents/backup/src/context";
import type { Role } from "../../../../agents/backup/src/environment";
import { SecretFolder } from "../../../../agents/backup/src/secrets";
import { parseSettings } from "../../../../agents/backup/src/settings";
import type { Dump, Source } from "../../../../agents/backup/src/sources/types";
import { DirectoryStore } from "../../../../agents/backup/src/stores/directory";
import type { Store } from "../../../../agents/backup/src/stores/store";
import { createLog } from "../../../../agents/common/log";
import type { PartName, TableFact } from "../../../../backups/manifest";
import type { BackupSettings } from "../../../../backups/settings";

export const passphrase = "correct-horse-battery-staple-1";
export const otherPassphrase = "quite-another-passphrase-0002";

/** GnuPG and flock are on every Linux; elsewhere what needs them is left out. */
export function hasTools(): boolean {
  try {
    execFileSync("gpg", ["--version"], { stdio: "ignore" });
    execFileSync("flock", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export const baseSettings = {
  stack: "test", system: "motel", timeZone: "Europe/Berlin", at: "02:00", everyHours: 24,
  drill: { day: "sunday", at: "04:00", checks: [] },
  release: { version: "1.2.3", images: { backend: "motel@sha256:aa" } },
  engine: "postgres",
  database: { host: "database", port: 5432, name: "motel_manager", role: "motel_owner", adminUser: "postgres" },
  redis: null, uploads: null, config: { replicas: 2 },
  stores: [{ kind: "directory", name: "local", path: "/backups" }],
  retention: { daily: { days: 30 }, weekly: { days: 84 }, monthly: { days: 366 }, deploy: { days: 90 }, safety: { days: 7 } },
  encryption: { kind: "symmetric", keyId: "k1", keys: { k1: "key-1" } },
};

export function settingsOf(change: object = {}): BackupSettings {
  return parseSettings(JSON.stringify({ ...baseSettings, ...change }), "backup.json");
}

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stackbook-backup-"));
  folders.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const factOf = (name: string, content: Buffer): TableFact => ({ name, rows: content.length, checksum: createHash("sha256").update(content).digest("hex") });

/** A part whose content is what the test says; `fail` ends the dump in the middle with that error. */
export class FakeSource implements Source {
  isEmpty = false;
  fail: Error | undefined;
  /** Waited for before the last piece. */
  hold: Promise<void> = Promise.resolve();
  dumps = 0;

  constructor(readonly part: PartName, public content: Buffer, readonly tables: readonly string[] = ["public.users"]) {}

  versions(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve({ [this.part]: "16.14" });
  }

  empty(): Promise<boolean> {
    return Promise.resolve(this.isEmpty);
  }

  dump(signal: AbortSignal): Promise<Dump> {
    this.dumps += 1;
    let settle: (facts: readonly TableFact[]) => void = () => undefined;
    let refuse: (error: unknown) => void = () => undefined;
    const facts = new Promise<readonly TableFact[]>((resolve, reject) => ([settle, refuse] = [resolve, reject]));
    const pieces = async function* (this: FakeSource): AsyncGenerator<Buffer> {
      try {
        const half = Math.ceil(this.content.length / 2);
        yield this.content.subarray(0, half);
        await Promise.race([this.hold, new Promise<void>((_, reject) => (signal.onabort = () => reject(new Error("aborted"))))]);
        if (this.fail !== undefined) throw this.fail;
        yield this.content.subarray(half);
        settle(this.tables.map((name) => factOf(name, this.content)));
      } catch (error) {
        refuse(error);
        throw error;
      }
    }.bind(this);
    return Promise.resolve({ stream: Readable.from(pieces(), { objectMode: false }), facts });
  }
}

export interface RigOptions {
  readonly settings?: object;
  readonly stores?: readonly Store[];
  readonly sources?: readonly Source[];
  readonly parts?: Partial<Parts>;
  readonly role?: Role;
  readonly data?: string;
}

/** An agent without a container: real gpg, real files, a clock that stands still. */
export class Rig {
  readonly folder = temporaryFolder();
  readonly root = join(this.folder, "store");
  readonly lines: string[] = [];
  readonly progress: string[] = [];
  readonly database = new FakeSource("database", Buffer.from("rows of the database\n".repeat(500)));
  now = new Date("2026-11-18T01:00:00Z");
  readonly stop = new AbortController();
  readonly secrets: SecretFolder;

  constructor() {
    mkdirSync(this.root);
    mkdirSync(join(this.folder, "secrets"));
    this.secret("key-1", `${passphrase}\n`);
    this.secret("key-2", otherPassphrase);
    this.secrets = new SecretFolder(join(this.folder, "secrets"));
  }

  secret(file: string, content: string): void {
    writeFileSync(join(this.folder, "secrets", file), content);
  }

  context({ settings, stores, sources, parts, role = "backup", data = join(this.folder, "data") }: RigOptions = {}): Context {
    const log = createLog("backup", { mask: this.secrets.mask, write: (line) => this.lines.push(line) });
    return new Context(settingsOf(settings), this.secrets, role, data, log, {
      ...realParts,
      stores: () => stores ?? [new DirectoryStore("local", this.root)],
      sources: () => sources ?? [this.database],
      targets: () => [],
      now: () => this.now,
      // A pause of the agent is a step of the clock.
      pause: (milliseconds) => {
        this.now = new Date(this.now.getTime() + milliseconds);
        return Promise.resolve();
      },
      waitSeconds: 5,
      retryMs: [10, 10],
      stretch: 65536,
      ...parts,
    });
  }

  readonly tell = (line: string): void => void this.progress.push(line);

  /** Every file of the store, without those that no list shows. */
  files(root = this.root): string[] {
    return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).filter((name) => !name.startsWith(".lock")).sort();
  }

  read(name: string): Buffer {
    return readFileSync(join(this.root, name));
  }

  write(name: string, content: Buffer | string): void {
    writeFileSync(join(this.root, name), content);
  }
}

/** Each test of a describe has a rig of its own, which is gone after it; where GnuPG or flock are missing there are no tests. */
export function eachWithRig(take: (rig: Rig) => Promise<void> | void): void {
  before(function () {
    if (!hasTools()) this.skip();
  });
  beforeEach(() => take(new Rig()));
  afterEach(removeTemporaryFolders);
}
