import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tier } from "../../../../backups/manifest";
import type { BackupEntry } from "../../../../backups/protocol";
import { credentials } from "../../../support/bucket";
import { docker, imageOf, root, Stage, until } from "../../reference-app/docker";
import { Postgres } from "./postgres";
import { passwords } from "./sources";

/** As the platform runs it. */
const confined = ["--user", "1000:1000", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "256m", "--init"];
export const passphrase = "vault-e2e-passphrase-of-the-test";

export interface Reply<T> {
  readonly code: number;
  readonly answer: T;
  readonly progress: string;
}

/** The agent's own image beside a PostgreSQL, with folders of this machine for settings, data and store. */
export class AgentStage {
  readonly stage = new Stage();
  readonly folder = mkdtempSync(join(tmpdir(), "stackbook-vault-"));
  readonly store = join(this.folder, "store");
  readonly image = `vault-e2e:${randomBytes(3).toString("hex")}`;
  readonly database = new Postgres(this.stage);
  name = "";

  async open(): Promise<void> {
    for (const name of ["store", "data", "config", "config/secrets"]) mkdirSync(join(this.folder, name));
    execFileSync(process.execPath, ["agents/build.mjs"], { cwd: root });
    const args = { NODE_IMAGE: imageOf("node"), REDIS_IMAGE: imageOf("redis"), DATABASE_IMAGE: imageOf("postgres") };
    await docker("build", "-q", ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]), "-t", this.image, join(root, "agents/backup"));
    await this.stage.open();
    await this.database.start();
    await this.database.sql("CREATE ROLE motel_owner LOGIN; ALTER DATABASE \"motel manager\" OWNER TO motel_owner");
    this.configure({});
    this.secret("key-1", passphrase);
    this.secret("key-2", "another-passphrase-of-the-test");
    this.secret("database-password", passwords["database-password"]);
    this.secret("offsite", JSON.stringify(credentials));
  }

  configure(change: object): void {
    this.put("config/backup.json", JSON.stringify({
      stack: "e2e", system: "motel", timeZone: "UTC", at: "02:00", everyHours: 24, drill: { day: "sunday", at: "04:00", checks: [{ name: "rooms", sql: "SELECT count(*) FROM rooms", expect: "100" }] },
      release: { version: "2.0.0", images: {} }, engine: "postgres", database: { host: "database", port: 5432, name: "motel manager", role: "motel_owner", adminUser: "postgres" },
      redis: null, uploads: null, config: { of: "the test" }, stores: [{ kind: "directory", name: "local", path: "/backups/1" }],
      retention: { daily: { days: 30 }, weekly: { days: 0 }, monthly: { days: 0 }, deploy: { days: 90 }, safety: { days: 7 } },
      encryption: { kind: "symmetric", keyId: "k1", keys: { k1: "key-1" } }, ...change,
    }));
  }

  secret(name: string, content: string): void {
    this.put(`config/secrets/${name}`, content);
  }

  async serve(role: "backup" | "drill", flags: readonly string[] = []): Promise<string> {
    const name = await this.stage.start(role, { image: this.image, environment: { BACKUP_ROLE: role, BACKUP_TICK_SECONDS: "1" }, flags: [...this.flags(role === "drill" ? "drill-data" : "data"), "-p", "127.0.0.1::8080", ...flags] });
    await this.healthy(name);
    return name;
  }

  async start(container: string): Promise<void> {
    await docker("start", container);
    await this.healthy(container);
  }

  /** A container for one command. */
  once(command: string, request: object, environment: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): Promise<{ readonly code: number; readonly log: string }> {
    return this.stage.run({ image: this.image, environment: { BACKUP_REQUEST: JSON.stringify(request), ...environment }, flags: [...this.flags("data"), ...flags], command: ["node", "/app/backup.js", command] });
  }

  /** As people's commands do: by exec, one line in and one line out. */
  ask<T>(container: string, command: string, request: object): Promise<Reply<T>> {
    return new Promise((resolve, reject) => {
      const child = spawn("docker", ["exec", "-i", container, "node", "/app/backup.js", command], { stdio: ["pipe", "pipe", "pipe"] });
      let [output, progress] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (progress += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => {
        try {
          resolve({ code: code ?? -1, answer: (output === "" ? {} : JSON.parse(output)) as T, progress });
        } catch {
          reject(new Error(`${command} answered "${output}" (${progress})`));
        }
      });
      child.stdin.write(`${JSON.stringify(request)}\n`);
      // Left open: a remote engine may never close it.
    });
  }

  async run<T>(container: string, tier: Tier = "daily"): Promise<T> {
    const { code, answer, progress } = await this.ask<T>(container, "run", { tier, reason: "by hand" });
    if (code !== 0) throw new Error(`${JSON.stringify(answer)} ${progress}`);
    return answer;
  }

  async list(container: string): Promise<readonly BackupEntry[]> {
    return (await this.ask<readonly BackupEntry[]>(container, "list", {})).answer;
  }

  /** Every file below the store, without locks. */
  files(): string[] {
    return readdirSync(this.store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith(".lock")).map((entry) => join(entry.parentPath, entry.name).slice(this.store.length + 1)).sort();
  }

  async close(): Promise<void> {
    await this.stage.close();
    await docker("rmi", "-f", this.image).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private healthy(container: string): Promise<string> {
    return until("the agent", 30, () => docker("exec", container, "curl", "-sf", "http://localhost:8080/healthz"), (text) => text === "ok");
  }

  private flags(data: string): readonly string[] {
    const place = join(this.folder, data);
    mkdirSync(place, { recursive: true });
    for (const path of [place, this.store]) chownSync(path, 1000, 1000);
    return [...confined, "-v", `${place}:/data`, "-v", `${join(this.folder, "config")}:/etc/stackbook:ro`, "-v", `${this.store}:/backups/1`, "-v", "/scratch"];
  }

  private put(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }
}
