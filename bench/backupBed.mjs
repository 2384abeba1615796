import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paths } from "../setup/base/paths.mjs";
import { stackPrefix } from "./workshop.mjs";

const label = `${stackPrefix}backups`;
const password = "only-a-measurement";
/** What a stack takes where images are not built from packages: platforms/images.ts has them by digest. */
const published = { postgres: "postgres:16-bookworm", mongodb: "mongo:6", redis: "redis:7-bookworm", node: "node:20-bookworm-slim" };

/** A database server and the backup agent's image beside it, without a stack: what is timed is backup and restore alone. */
export class BackupBed {
  folder = mkdtempSync(join(tmpdir(), "stackbook-bench-backups-"));
  restores = 0;

  /** @param {"postgres" | "mongodb"} kind @param {import("../setup/engine/api.mjs").Engine} engine @param {NodeJS.ProcessEnv} env */
  constructor(kind, engine, env) {
    this.kind = kind;
    this.engine = engine;
    this.env = env;
    this.network = `${label}-${kind}`;
    this.image = `stackbook-${label}/agent-${kind}:bench`;
    // Its folders are the agent's, as a platform arranges it.
    for (const name of ["store", "data", "scratch"]) {
      mkdirSync(join(this.folder, name));
      chownSync(join(this.folder, name), 1000, 1000);
    }
    chmodSync(this.folder, 0o755);
  }

  async open() {
    const args = { DATABASE_IMAGE: this.imageOf(this.kind), REDIS_IMAGE: this.imageOf("redis"), NODE_IMAGE: this.imageOf("node") };
    await this.docker("build", "-q", ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]), "-t", this.image, join(paths.root, "agents/backup"));
    await this.docker("network", "create", "--label", `stackbook.stack=${label}`, this.network);
    const settings = this.kind === "postgres" ? { POSTGRES_PASSWORD: password, POSTGRES_DB: "bench" } : { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: password };
    await this.start("database", this.imageOf(this.kind), settings);
    this.writeSettings();
  }

  imageOf(name) {
    const file = this.env["STACKBOOK_IMAGES"];
    return file === undefined ? published[name] : JSON.parse(readFileSync(file, "utf8"))[name].ref;
  }

  writeSettings() {
    const folder = join(this.folder, "settings");
    mkdirSync(join(folder, "secrets"), { recursive: true });
    const engine = this.kind;
    const kept = { days: 30 };
    writeFileSync(join(folder, "backup.json"), JSON.stringify({
      stack: "bench", system: "bench", timeZone: "UTC", at: "02:00", everyHours: 24, drill: null, release: { version: "1.0.0", images: {} }, engine,
      database: { host: "database", port: engine === "postgres" ? 5432 : 27017, name: "bench", role: engine === "postgres" ? "postgres" : "root", adminUser: engine === "postgres" ? "postgres" : "root" },
      redis: null, uploads: null, config: {}, stores: [{ kind: "directory", name: "local", path: "/backups" }],
      retention: { daily: kept, weekly: { days: 0 }, monthly: { days: 0 }, deploy: kept, safety: kept }, encryption: { kind: "symmetric", keyId: "k1", keys: { k1: "key-k1" } },
    }));
    writeFileSync(join(folder, "secrets", "database-password"), password);
    writeFileSync(join(folder, "secrets", "key-k1"), "k".repeat(43));
  }

  /** Waits until it answers. */
  async start(name, image, settings) {
    const env = Object.entries(settings).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    this.database = (await this.docker("run", "-d", "--label", `stackbook.stack=${label}`, "--network", this.network, "--network-alias", name, "--shm-size", "256m", ...env, image)).trim();
    const probe = this.kind === "postgres" ? ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", "bench", "-c", "select 1"] : ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"];
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.inDatabase(probe);
      } catch (error) {
        if (attempt === 60) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  inDatabase(command) {
    return this.docker("exec", "-e", `PGPASSWORD=${password}`, this.database, ...command);
  }

  async sql(statement) {
    return (await this.inDatabase(["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", "bench", "-v", "ON_ERROR_STOP=1", "-Atc", statement])).trim();
  }

  async address() {
    return (await this.docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", this.database)).trim();
  }

  /** @returns {Promise<{ seconds: number, MiB: number, answer: any }>} of the agent, one container for one command */
  agent(command, request) {
    return this.timed(["node", "/app/backup.js", command], { BACKUP_REQUEST: JSON.stringify(request) });
  }

  restore(withoutSafety) {
    this.restores += 1;
    return this.agent("restore", { backup: "latest", id: `bench${this.restores}`, only: ["database"], withoutSafety });
  }

  /** The same container, with the server's own tools in the agent's place. */
  tools(script) {
    return this.timed(["bash", "-euo", "pipefail", "-c", script], { PGPASSWORD: password });
  }

  async timed(command, env) {
    const name = `${label}-${process.hrtime.bigint()}`;
    const mounts = [["store", "/backups"], ["data", "/data"], ["scratch", "/scratch"], ["settings", "/etc/stackbook"]].flatMap(([from, to]) => ["-v", `${join(this.folder, from)}:${to}`]);
    const peak = this.watch(name);
    const began = process.hrtime.bigint();
    try {
      const out = await this.docker("run", "--rm", "--init", "--name", name, "--label", `stackbook.stack=${label}`, "--network", this.network, ...mounts, ...Object.entries(env).flatMap(([key, value]) => ["-e", `${key}=${value}`]), this.image, ...command);
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      return { seconds, MiB: await peak.stop(), answer: parse(out) };
    } finally {
      await peak.stop();
    }
  }

  /** What its processes hold themselves, without files that the kernel keeps for them. */
  watch(name) {
    let running = true;
    let bytes = 0;
    const looking = (async () => {
      while (running) {
        const stats = await this.engine.ask("GET", `/containers/${name}/stats?stream=false&one-shot=true`).catch(() => undefined);
        const { total_rss: rss, anon } = stats?.memory_stats?.stats ?? {};
        bytes = Math.max(bytes, rss ?? anon ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    return {
      async stop() {
        running = false;
        await looking;
        return bytes / 1024 ** 2;
      },
    };
  }

  /** Containers and networks go with the bench's others, by label. */
  async close() {
    await this.docker("rm", "-f", "-v", this.database ?? "none").catch(() => undefined);
    await this.docker("network", "rm", this.network).catch(() => undefined);
    await this.docker("rmi", this.image).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  docker(...args) {
    return new Promise((resolve, reject) => {
      execFile("docker", args, { env: this.env, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => (error === null ? resolve(out) : reject(new Error(`docker ${args[0]}: ${(err + out).trim().split("\n").slice(-12).join("\n")}`))));
    });
  }
}

function parse(text) {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}
