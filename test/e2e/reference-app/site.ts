import { execFileSync } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { systems, type SystemId } from "../../../systems";
import { docker, imageOf, root, Stage, until } from "./docker";
import { send } from "./http";

export const login = { email: "admin@example.org", password: "a long enough password" };
const superPassword = "super-password-of-the-test";
const rolePassword = "role-password-of-the-test";
const redisPassword = "redis-password-of-the-test";

/** As the platform runs it: uid 1000, read-only root, no capabilities. */
const confined = ["--user", "1000:1000", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];

let built: Promise<string> | undefined;

/** Once per run: the bundle, and the image with it. */
export function appImage(): Promise<string> {
  built ??= (async () => {
    execFileSync(process.execPath, ["reference-app/build.mjs"], { cwd: root });
    const tag = "refapp-e2e:test";
    await docker("build", "-q", "--build-arg", `NODE_IMAGE=${imageOf("node")}`, "-t", tag, "reference-app");
    return tag;
  })();
  return built;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** One system with its real database and, where it has one, Redis. */
export class Site {
  readonly stage = new Stage();
  private readonly spec;
  private image = "";
  database = "";

  constructor(readonly system: SystemId) {
    this.spec = systems[system];
  }

  async open(): Promise<void> {
    this.image = await appImage();
    await this.stage.open();
    const redis = this.spec.redis && !this.spec.redis.optional ? this.startRedis() : Promise.resolve();
    await Promise.all([this.spec.database.engine === "postgres" ? this.startPostgres() : this.startMongo(), redis]);
  }

  close(): Promise<void> {
    return this.stage.close();
  }

  /** What the runbook names, and what only the reference app needs. */
  environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { name, role, engine } = this.spec.database;
    const url = `${engine === "postgres" ? "postgresql" : "mongodb"}://${role}:${rolePassword}@database/${name}`;
    const env: Record<string, string> = {
      REFERENCE_SYSTEM: this.system, REFERENCE_ROLE: "backend", APP_VERSION: "1.0.0",
      SEED_ADMIN_EMAIL: login.email, SEED_ADMIN_PASSWORD: login.password,
    };
    for (const [setting, source] of Object.entries(this.spec.services.backend.settings)) {
      if (source.kind === "databaseUrl") env[setting] = url;
      else if (source.kind === "redisUrl" && !this.spec.redis?.optional) env[setting] = `redis://:${redisPassword}@redis:6379`;
      else if (source.kind === "secret") env[setting] = `${source.name}-`.padEnd(86, "x");
      else if (source.kind === "literal") env[setting] = source.value;
    }
    return { ...env, ...more };
  }

  command(command: string, more: Readonly<Record<string, string>> = {}): Promise<{ readonly code: number; readonly log: string }> {
    return this.stage.run({ image: this.image, environment: this.environment(more), flags: confined, command: ["node", "/app/server.js", command] });
  }

  async serve(more: Readonly<Record<string, string>> = {}): Promise<Server> {
    const { port, health } = this.spec.services.backend;
    const volumes = [this.spec.uploads?.path, this.spec.auditLog?.path].flatMap((path) => (path ? ["-v", path] : []));
    const container = await this.stage.start("backend", {
      image: this.image, environment: this.environment(more), flags: [...confined, ...volumes, "-p", `127.0.0.1::${port}`],
    });
    return new Server(this.stage, container, await this.stage.address(container, port), health.ready ?? health.path);
  }

  async sql(statement: string): Promise<string> {
    return docker("exec", this.database, "psql", "-U", "postgres", "-d", this.spec.database.name, "-Atc", statement);
  }

  private async startPostgres(): Promise<void> {
    const { name, role } = this.spec.database;
    this.database = await this.stage.start("database", {
      image: imageOf("postgres"), environment: { POSTGRES_USER: "postgres", POSTGRES_PASSWORD: superPassword },
    });
    // Over TCP: the entrypoint's first, private server listens on the socket only.
    const psql = (statement: string): Promise<string> =>
      docker("exec", "-e", `PGPASSWORD=${superPassword}`, this.database, "psql", "-h", "127.0.0.1", "-U", "postgres", "-c", statement);
    await until("PostgreSQL", 60, () => psql("SELECT 1"));
    await psql(`CREATE ROLE ${role} LOGIN PASSWORD '${rolePassword}'`);
    await psql(`CREATE DATABASE ${name} OWNER ${role}`);
  }

  private async startMongo(): Promise<void> {
    const { name, role } = this.spec.database;
    this.database = await this.stage.start("database", {
      image: imageOf("mongodb"), environment: { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: superPassword },
    });
    const shell = (script: string): Promise<string> => docker(
      "exec", this.database, "mongosh", "--quiet", "--host", "127.0.0.1", "-u", "root", "-p", superPassword, "--authenticationDatabase", "admin", "--eval", script,
    );
    await until("MongoDB", 90, () => shell("db.adminCommand('ping').ok"));
    await shell(`db.getSiblingDB("${name}").createUser({ user: "${role}", pwd: "${rolePassword}", roles: [{ role: "readWrite", db: "${name}" }] })`);
  }

  private async startRedis(): Promise<void> {
    await this.stage.start("redis", {
      image: imageOf("redis"), environment: { REDIS_PASSWORD: redisPassword },
      command: ["sh", "-c", 'printf "requirepass %s\\n" "$REDIS_PASSWORD" | exec redis-server - --dir /data'],
    });
  }
}

/** A running backend and how to talk to it. */
export class Server {
  constructor(readonly stage: Stage, readonly container: string, readonly url: string, private readonly readyPath: string) {}

  async ready(seconds = 60): Promise<void> {
    await until("being ready", seconds, () => this.call("GET", this.readyPath), (reply) => reply.status === 200);
  }

  async call(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    const answer = await send(`${this.url}${path}`, method, body, headers);
    const text = answer.bytes.toString("utf8");
    const json = answer.headers["content-type"]?.startsWith("application/json") ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { ...answer, text, json };
  }

  async signIn(): Promise<{ readonly authorization: string }> {
    const { json, status, text } = await this.call("POST", "/api/auth/login", login);
    if (status !== 200) throw new Error(`login failed: ${status} ${text}`);
    return { authorization: `Bearer ${String(json["token"])}` };
  }

  async stop(): Promise<{ readonly exitCode: number; readonly seconds: number }> {
    const start = Date.now();
    await docker("stop", "-t", "30", this.container);
    const exitCode = Number(await docker("inspect", "-f", "{{.State.ExitCode}}", this.container));
    return { exitCode, seconds: (Date.now() - start) / 1000 };
  }

  logs(): Promise<string> {
    return this.stage.logs(this.container);
  }
}
