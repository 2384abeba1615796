import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Manifest, PartName, TableFact } from "../../../../backups/manifest";
import type { RestoreRequest } from "../../../../backups/protocol";
import type { BackupSettings } from "../../../../backups/settings";
import { docker, imageOf, root, Stage } from "../../reference-app/docker";
import type { Call } from "./sourcesDriver";

/** As the platform runs it. */
const confined = ["--user", "1000:1000", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--init"];
export const passwords = { "database-password": "it's a \"secret\"", "redis-password": "redis secret" };

/** The agent's image with the tests' calls in the agent's place, and the servers it works on, in a network of their own. */
export class Workshop {
  readonly stage = new Stage();
  readonly folder = mkdtempSync(join(tmpdir(), "stackbook-sources-"));
  private agent = "";
  readonly image: string;

  constructor(readonly engine: "postgres" | "mongodb", private readonly flags: readonly string[] = []) {
    this.image = `sources-e2e-${engine}:${randomBytes(3).toString("hex")}`;
  }

  async open(): Promise<void> {
    chmodSync(this.folder, 0o777);
    await this.stage.open();
    await this.buildImage();
    this.agent = await this.startAgent("agent", this.flags);
  }

  /** Another one, of other limits or networks. */
  startAgent(alias: string, flags: readonly string[]): Promise<string> {
    return this.stage.start(alias, {
      image: this.image, command: ["sleep", "infinity"],
      flags: [...confined, "--tmpfs", "/data:uid=1000,gid=1000", "-v", `${this.folder}:/work`, "-v", "/scratch", ...flags],
    });
  }

  private async buildImage(): Promise<void> {
    const context = join(this.folder, "context");
    mkdirSync(join(context, "dist"), { recursive: true });
    copyFileSync(join(root, "agents/backup/Dockerfile"), join(context, "Dockerfile"));
    await build({
      entryPoints: [join(__dirname, "sourcesDriver.ts")], outfile: join(context, "dist/backup.js"), bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "error",
      external: ["pg-native", "kerberos", "snappy", "@mongodb-js/zstd", "mongodb-client-encryption", "aws4", "@aws-sdk/credential-providers", "gcp-metadata", "socks"],
    });
    const args = { NODE_IMAGE: imageOf("node"), REDIS_IMAGE: imageOf("redis"), DATABASE_IMAGE: imageOf(this.engine) };
    await docker("build", "-q", ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]), "-t", this.image, context);
  }

  async close(): Promise<void> {
    await this.stage.close();
    await docker("rmi", "-f", this.image).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One call in a process of its own in the agent's container; an error is thrown with the message it gave. */
  async call<T>(call: Omit<Call, "secrets">, agent = this.agent): Promise<T> {
    const child = spawn("docker", ["exec", "-i", agent, "node", "/app/backup.js"], { stdio: ["pipe", "pipe", "pipe"] });
    let [output, words] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
    child.stdin.end(JSON.stringify({ ...call, secrets: passwords }));
    await new Promise((resolve) => child.once("close", resolve));
    const line = output.trim().split("\n").pop() ?? "";
    if (line === "") throw new Error(`${call.op} gave no answer: ${words}`);
    const { value, error, name } = JSON.parse(line) as { value?: T; error?: string; name?: string };
    if (error !== undefined) throw Object.assign(new Error(error), { name });
    return value as T;
  }

  run(...command: readonly string[]): Promise<string> {
    return docker("exec", this.agent, ...command);
  }

  /** A pipe to dump into that takes nothing but what fits into buffers until it is opened: so a server can be killed in the middle, however slow the machine is. */
  async sluice(name: string): Promise<{ readonly file: string; open(): Promise<unknown> }> {
    await this.run("mkfifo", `/work/${name}`);
    return { file: `/work/${name}`, open: () => docker("exec", "-d", this.agent, "sh", "-c", `cat /work/${name} > /work/${name}.out`) };
  }

  /** The other way round: half of a dump, and the rest once it is opened. */
  async halfOf(dump: string, name: string): Promise<{ readonly file: string; open(): Promise<unknown> }> {
    const half = Math.floor(this.size(dump) / 2);
    await this.run("mkfifo", `/work/${name}`);
    await docker("exec", "-d", this.agent, "sh", "-c", `(head -c ${half} /work/${dump}; while [ ! -e /work/${name}.open ]; do sleep 0.1; done; tail -c +${half + 1} /work/${dump}) > /work/${name}`);
    return { file: `/work/${name}`, open: () => this.run("touch", `/work/${name}.open`) };
  }

  size = (file: string): number => statSync(join(this.folder, file)).size;
  factsOf = (file: string): readonly TableFact[] => JSON.parse(readFileSync(join(this.folder, `${file}.facts`), "utf8")) as readonly TableFact[];

  /** What the vault would have written of a dump. */
  manifest(settings: BackupSettings, parts: Readonly<Partial<Record<PartName, string>>>, versions: Readonly<Record<string, string>>): Manifest {
    return {
      format: 1, stack: "e2e", system: settings.system, tier: "daily", timestamp: "2026-11-21T020000Z", startedAt: "2026-11-21T02:00:00Z", finishedAt: "2026-11-21T02:00:01Z", reason: "by hand",
      release: settings.release, versions, engine: settings.engine, database: settings.database.name, encryption: { kind: "symmetric", keyId: "k" },
      parts: Object.entries(parts).map(([name, file]) => ({
        name: name as PartName, file, plainSha256: "", plainBytes: this.size(file), sha256: "", bytes: 0, tables: this.factsOf(file),
      })),
      signature: { algorithm: "HMAC-SHA256", keyId: "k", value: "" },
    };
  }
}

export function settingsFor(engine: "postgres" | "mongodb", over: Partial<BackupSettings> = {}): BackupSettings {
  return {
    stack: "e2e", system: "motel", timeZone: "UTC", at: "02:00", everyHours: 24, drill: null, release: { version: "1.0.0", images: {} }, engine,
    database: engine === "postgres"
      ? { host: "database", port: 5432, name: "motel manager", role: "app's \"owner\"", adminUser: "postgres" }
      : { host: "database", port: 27017, name: "fetms", role: "fetms_app", adminUser: "root" },
    redis: null, uploads: null, config: {}, stores: [],
    retention: { daily: { days: 1 }, weekly: { days: 1 }, monthly: { days: 1 }, deploy: { days: 1 }, safety: { days: 1 } },
    encryption: { kind: "symmetric", keyId: "k", keys: {} }, ...over,
  };
}

export const request = (id: string, over: Partial<RestoreRequest> = {}): RestoreRequest => ({ backup: "latest", id, ...over });
