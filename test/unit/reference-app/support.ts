import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashPassword } from "../../../reference-app/src/auth/passwords";
import { startBackend, type Running } from "../../../reference-app/src/backend";
import type { Cache } from "../../../reference-app/src/cache";
import { MemoryCache } from "../../../reference-app/src/cache/memory";
import { seedRows } from "../../../reference-app/src/commands/seed";
import { ConflictError, type Database, type Migration, type Page, type Row, type StoredRow, type TableSpec } from "../../../reference-app/src/database";
import { newRow, visible } from "../../../reference-app/src/database/rows";
import { createLog, type Log } from "../../../reference-app/src/log";
import { readBackend, type Environment } from "../../../reference-app/src/settings";
import { systems, type SystemId } from "../../../reference-app/src/systems";
import { users } from "../../../reference-app/src/systems/users";

export const login = { email: "admin@example.org", password: "a long enough password" };
export const longSecret = "k".repeat(40) + "s".repeat(46);

/** Rows in memory, unique indexes included; `down` makes every call fail as a lost connection does. */
export class MemoryDatabase implements Database {
  readonly engine = "postgres";
  readonly applied = new Set<string>();
  readonly lockWaits: number[] = [];
  down: Error | undefined;
  private readonly tables = new Map<string, StoredRow[]>();
  private readonly unique = new Map<string, (readonly string[])[]>();
  private locked: Promise<unknown> = Promise.resolve();

  async ping(): Promise<void> {
    this.check();
    await Promise.resolve();
  }

  async list(table: TableSpec, where: Row, page: Page): Promise<readonly StoredRow[]> {
    await this.ping();
    const matching = this.rows(table).filter((row) => Object.entries(visible(table, where)).every(([name, value]) => row[name] === value));
    return matching.slice(page.offset, page.offset + page.limit);
  }

  async find(table: TableSpec, where: Row): Promise<StoredRow | undefined> {
    return (await this.list(table, where, { limit: 1, offset: 0 }))[0];
  }

  async insert(table: TableSpec, row: Row): Promise<StoredRow> {
    await this.ping();
    for (const columns of this.unique.get(table.name) ?? []) {
      if (this.rows(table).some((other) => columns.every((column) => other[column] === row[column]))) throw new ConflictError("exists");
    }
    const stored = newRow(table, row);
    this.rows(table).push(stored);
    return stored;
  }

  async update(table: TableSpec, id: string, change: Row): Promise<StoredRow | undefined> {
    const row = await this.find(table, { id });
    if (!row) return undefined;
    const changed = { ...row, ...change, id };
    this.rows(table).splice(this.rows(table).indexOf(row), 1, changed);
    return changed;
  }

  async remove(table: TableSpec, id: string): Promise<boolean> {
    if (table.softDelete) return (await this.update(table, id, { isDeleted: true })) !== undefined;
    const row = await this.find(table, { id });
    if (row) this.rows(table).splice(this.rows(table).indexOf(row), 1);
    return row !== undefined;
  }

  async count(table: TableSpec, where: Row): Promise<number> {
    return (await this.list(table, where, { limit: Infinity, offset: 0 })).length;
  }

  async countSince(table: TableSpec, column: string, moment: Date): Promise<number> {
    await this.ping();
    return this.rows(table).filter((row) => row[column] instanceof Date && row[column] > moment).length;
  }

  async withMigrationLock<T>(waitSeconds: number, work: () => Promise<T>): Promise<T> {
    this.lockWaits.push(waitSeconds);
    const mine = this.locked.then(work);
    this.locked = mine.catch(() => undefined);
    return mine;
  }

  async appliedMigrations(): Promise<ReadonlySet<string>> {
    await this.ping();
    return new Set(this.applied);
  }

  async applyMigration(migration: Migration): Promise<void> {
    await this.ping();
    if (this.applied.has(migration.id)) throw new Error(`${migration.id} was applied twice`);
    for (const step of migration.steps) {
      if (step.kind === "index" && step.unique) this.unique.set(step.table, [...(this.unique.get(step.table) ?? []), step.columns]);
    }
    this.applied.add(migration.id);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  private check(): void {
    if (this.down) throw this.down;
  }

  private rows(table: TableSpec): StoredRow[] {
    const rows = this.tables.get(table.name) ?? [];
    this.tables.set(table.name, rows);
    return rows;
  }
}

/** A cache in memory that says it is shared, as Redis is. */
export class SharedMemoryCache extends MemoryCache {
  override readonly shared: boolean = true;
}

export function environment(system: SystemId, more: Environment = {}): Environment {
  const { env, engine } = systems[system];
  const names = [env.jwtSecret, env.jwtRefreshSecret].filter((name) => name !== undefined);
  return {
    REFERENCE_SYSTEM: system,
    APP_VERSION: "1.2.3",
    PORT: "0",
    SHUTDOWN_DRAIN_SECONDS: "0",
    SHUTDOWN_GRACE_SECONDS: "2",
    CONNECT_SECONDS: "1",
    UPLOADS_DIR: join(scratch, "uploads"),
    AUDIT_LOG_PATH: join(scratch, `${system}-audit.log`),
    [env.databaseUrl]: engine === "postgres" ? "postgresql://u:p@nowhere/d" : "mongodb://u:p@nowhere/d",
    ...(env.redisUrl && !env.redisOptional ? { [env.redisUrl]: "redis://nowhere" } : {}),
    ...Object.fromEntries(names.map((name, index) => [name, `${index}${longSecret}`])),
    ...Object.fromEntries(Object.keys(env.others ?? {}).map((name) => [name, "given"])),
    ...more,
  };
}

export const scratch = mkdtempSync(join(tmpdir(), "reference-app-"));

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export function memoryLog(): { readonly log: Log; readonly lines: LogLine[]; readonly text: () => string } {
  const lines: string[] = [];
  const log = createLog({}, "debug", (line) => lines.push(line));
  return {
    log,
    get lines() { return lines.map((line) => JSON.parse(line) as LogLine); },
    text: () => lines.join(""),
  };
}

export interface TestApp {
  readonly running: Running;
  readonly database: MemoryDatabase;
  readonly cache: Cache;
  readonly lines: () => readonly LogLine[];
  readonly text: () => string;
  readonly call: (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly signIn: () => Promise<{ readonly authorization: string }>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Made once: a hash costs 100 ms on purpose. */
let hash: Promise<string> | undefined;

/** A whole backend on a free port, with its rows in memory, migrated and seeded. */
export async function startTestApp(system: SystemId, more: Environment = {}, database = new MemoryDatabase()): Promise<TestApp> {
  const settings = readBackend(environment(system, more));
  const cache = settings.redisUrl === undefined ? new MemoryCache() : new SharedMemoryCache();
  const { log, text } = memoryLog();
  if (!database.down) {
    for (const migration of systems[system].migrations) if (!database.applied.has(migration.id)) await database.applyMigration(migration);
    if ((await database.count(users, {})) === 0) {
      await database.insert(users, { email: login.email, name: "Admin", role: "admin", passwordHash: await (hash ??= hashPassword(login.password)) });
    }
    await seedRows(systems[system], database);
  }
  const running = await startBackend(settings, log, () => Promise.resolve({ database, cache }));
  const call: TestApp["call"] = async (method, path, body, headers = {}) => {
    const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof FormData;
    const response = await fetch(`http://127.0.0.1:${running.port}${path}`, {
      method,
      headers: { ...(body !== undefined && !raw ? { "content-type": "application/json" } : {}), ...headers },
      body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    return answer(response);
  };
  return {
    running, database, cache, text, call,
    lines: () => text().trim().split("\n").map((line) => JSON.parse(line) as LogLine),
    signIn: async () => {
      const { json } = await call("POST", "/api/auth/login", login);
      return { authorization: `Bearer ${String(json["token"])}` };
    },
  };
}

export async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: Readonly<Record<string, unknown>> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, headers: response.headers, text, json };
}
