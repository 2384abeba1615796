import { Client, Pool, types, type QueryResultRow } from "pg";
import { describeError } from "../log";
import { columnsOf, newRow, visible } from "./rows";
import {
  ConflictError, UnavailableError,
  type ColumnType, type Database, type Migration, type MigrationStep, type Page, type Row, type StoredRow, type TableSpec, type Value,
} from "./types";

/** Any number will do, as long as every version of the app takes the same. */
const migrationLock = 7_301_551;
const uniqueViolation = "23505";
const sqlTypes: Readonly<Record<ColumnType, string>> = {
  text: "text", integer: "integer", boolean: "boolean", timestamp: "timestamptz", json: "jsonb",
};

// count(*) is a bigint, which pg hands out as text; ours stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number);

export class PostgresDatabase implements Database {
  readonly engine = "postgres";
  private readonly pool: Pool;

  constructor(private readonly url: string, private readonly name: string, private readonly onError: () => void) {
    this.pool = new Pool({
      connectionString: url, application_name: name,
      max: 8, connectionTimeoutMillis: 2000, idleTimeoutMillis: 30_000, statement_timeout: 10_000, query_timeout: 12_000, keepAlive: true,
    });
    // An idle connection that breaks (a database restart) is dropped by the pool; unheard it would end the process.
    this.pool.on("error", () => undefined);
  }

  async ping(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new UnavailableError("no answer within 2 s")), 2000);
    });
    try {
      await Promise.race([this.query("SELECT 1", []), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async list(table: TableSpec, where: Row, page: Page): Promise<readonly StoredRow[]> {
    const { text, values } = condition(visible(table, where));
    const order = `ORDER BY "createdAt" DESC, id LIMIT ${page.limit} OFFSET ${page.offset}`;
    return this.query<StoredRow>(`SELECT * FROM ${quoted(table.name)}${text} ${order}`, values);
  }

  async find(table: TableSpec, where: Row): Promise<StoredRow | undefined> {
    return (await this.list(table, where, { limit: 1, offset: 0 }))[0];
  }

  async insert(table: TableSpec, row: Row): Promise<StoredRow> {
    const full = newRow(table, row);
    const names = Object.keys(full);
    const marks = names.map((_, index) => `$${index + 1}`);
    const sql = `INSERT INTO ${quoted(table.name)} (${names.map(quoted).join(", ")}) VALUES (${marks.join(", ")}) RETURNING *`;
    const [stored] = await this.query<StoredRow>(sql, Object.values(full));
    if (!stored) throw new Error(`no row came back from ${table.name}`);
    return stored;
  }

  async update(table: TableSpec, id: string, change: Row): Promise<StoredRow | undefined> {
    const full: Row = { ...change, updatedAt: new Date() };
    const sets = Object.keys(full).map((name, index) => `${quoted(name)} = $${index + 1}`);
    const { text, values } = condition(visible(table, { id }), sets.length);
    const sql = `UPDATE ${quoted(table.name)} SET ${sets.join(", ")}${text} RETURNING *`;
    return (await this.query<StoredRow>(sql, [...Object.values(full), ...values]))[0];
  }

  async remove(table: TableSpec, id: string): Promise<boolean> {
    if (table.softDelete) return (await this.update(table, id, { isDeleted: true })) !== undefined;
    return (await this.query(`DELETE FROM ${quoted(table.name)} WHERE id = $1 RETURNING id`, [id])).length > 0;
  }

  async count(table: TableSpec, where: Row): Promise<number> {
    const { text, values } = condition(visible(table, where));
    return this.number(`SELECT count(*) AS n FROM ${quoted(table.name)}${text}`, values);
  }

  async countSince(table: TableSpec, column: string, moment: Date): Promise<number> {
    return this.number(`SELECT count(*) AS n FROM ${quoted(table.name)} WHERE ${quoted(column)} > $1`, [moment]);
  }

  /** The lock belongs to a connection of its own, so it goes with the process, however that ends. */
  async withMigrationLock<T>(waitSeconds: number, work: () => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.url, application_name: `${this.name}-migrate`, connectionTimeoutMillis: 5000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query(`SET lock_timeout = ${Math.round(waitSeconds * 1000)}`);
      await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
    } catch (error) {
      await client.end().catch(() => undefined);
      if (codeOf(error) === "55P03") throw new UnavailableError(`another migration has held the lock for ${waitSeconds} s`);
      throw translate(error);
    }
    try {
      return await work();
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async appliedMigrations(): Promise<ReadonlySet<string>> {
    const [known] = await this.query<{ readonly name: string | null }>("SELECT to_regclass('schema_migrations')::text AS name", []);
    if (!known?.name) return new Set();
    return new Set((await this.query<{ readonly id: string }>("SELECT id FROM schema_migrations", [])).map((row) => row.id));
  }

  /** All steps and the mark in one transaction: a migration is there or it is not. */
  async applyMigration(migration: Migration): Promise<void> {
    const client = await this.pool.connect().catch((error: unknown) => { throw translate(error); });
    try {
      await client.query("BEGIN");
      await client.query("CREATE TABLE IF NOT EXISTS schema_migrations (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
      for (const step of migration.steps) await client.query(statement(step));
      await client.query("INSERT INTO schema_migrations (id) VALUES ($1)", [migration.id]);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      throw translate(error);
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async number(sql: string, values: readonly Value[]): Promise<number> {
    return (await this.query<{ readonly n: number }>(sql, values))[0]?.n ?? 0;
  }

  private async query<T extends QueryResultRow>(sql: string, values: readonly Value[]): Promise<readonly T[]> {
    try {
      return (await this.pool.query<T>(sql, [...values])).rows;
    } catch (error) {
      const translated = translate(error);
      if (!(translated instanceof ConflictError)) this.onError();
      throw translated;
    }
  }
}

/** ` WHERE a = $1 AND b IS NULL`, counting marks on from `used`. */
function condition(where: Row, used = 0): { readonly text: string; readonly values: readonly Value[] } {
  const values: Value[] = [];
  const parts = Object.entries(where).map(([name, value]) => {
    if (value === null) return `${quoted(name)} IS NULL`;
    values.push(value);
    return `${quoted(name)} = $${used + values.length}`;
  });
  return { text: parts.length > 0 ? ` WHERE ${parts.join(" AND ")}` : "", values };
}

function statement(step: MigrationStep): string {
  if (step.kind === "index") {
    const name = `${step.table}_${step.columns.join("_")}_idx`;
    return `CREATE ${step.unique ? "UNIQUE " : ""}INDEX IF NOT EXISTS ${quoted(name)} ON ${quoted(step.table)} (${step.columns.map(quoted).join(", ")})`;
  }
  const columns = Object.entries(columnsOf(step.table)).map(([name, column]) => {
    const fallback = column.default === undefined ? "" : ` DEFAULT ${literal(column.default)}`;
    return `${quoted(name)} ${sqlTypes[column.type]}${column.required ? " NOT NULL" : ""}${fallback}`;
  });
  return `CREATE TABLE IF NOT EXISTS ${quoted(step.table.name)} (id text PRIMARY KEY, ${columns.join(", ")})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string | number | boolean): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Class 08: connection; 57P: shutting down or starting; 53: out of resources; 28 and 3D: not let in. */
function translate(error: unknown): unknown {
  const code = codeOf(error);
  if (code === uniqueViolation) return new ConflictError("a row with this key exists already");
  const network = /^(E[A-Z]+|08\w{3}|57P0\d|53\w{3}|28\w{3}|3D000)$/.test(code);
  const lost = code === "" && error instanceof Error && /timeout|terminated|ended unexpectedly/i.test(error.message);
  return network || lost ? new UnavailableError(`PostgreSQL: ${describeError(error)}`, { cause: error }) : error;
}
