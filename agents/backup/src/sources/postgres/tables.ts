import type { Client } from "pg";
import type { TableFact } from "../../../../../backups/manifest";
import type { RestoreRequest } from "../../../../../backups/protocol";
import { shortId } from "../names";
import { pour } from "../stream";
import { runTool, startTool } from "../tool";
import { RefusedError } from "../types";
import { connected, displayName, literal, quote, toolEnvironment, type Server } from "./connection";
import { factsOf, largeObjectsName, tablesOf, type Table } from "./facts";
import { connectionString } from "./source";
import { columnsOf, orphans, putRows, raiseSequences, type Column } from "./tableRows";

/** The request's tables by their names in the manifest; undefined: all. `users` is `public.users`. */
export function chosen(facts: readonly TableFact[], { tables }: RestoreRequest): ReadonlySet<string> | undefined {
  if (tables === undefined) return undefined;
  const known = new Set(facts.map(({ name }) => name).filter((name) => name !== largeObjectsName));
  const found = tables.map((name) => [name, displayName("public", name), `public.${name}`].find((candidate) => known.has(candidate)) ?? name);
  const missing = found.filter((name) => !known.has(name));
  if (missing.length > 0) throw new RefusedError(`the backup has no table ${missing.join(", ")}`, [`it has ${[...known].join(", ") || "none"}; of a partitioned table name its partitions`]);
  return new Set(found);
}

interface Planned {
  readonly position: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Set where the live database has no such table: how to make it. */
  readonly definition: string | null;
}

/**
 * Single tables: their rows wait in a schema of the live database, and take the place of the present ones, which are
 * kept in another schema, in one transaction with the check of every foreign key from and to them.
 */
export class PostgresTables {
  private readonly waiting: string;
  private readonly before: string;

  constructor(private readonly server: Server, private readonly live: string, private readonly request: RestoreRequest) {
    this.waiting = `stackbook_restore_${shortId(request.id)}`;
    this.before = `stackbook_before_${shortId(request.id)}`;
  }

  /** From the restored database `beside` into the live one, aside of its tables. */
  async bring(beside: string, only: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    await this.onLive(async (client) => {
      if (await schemaExists(client, this.before)) throw new RefusedError(`restore ${this.request.id} has been swapped in already`, ["revert it or clean up after it first"]);
      await client.query(`DROP SCHEMA IF EXISTS ${quote(this.waiting)} CASCADE`);
      await client.query(`CREATE SCHEMA ${quote(this.waiting)}`);
      await client.query(`CREATE TABLE ${quote(this.waiting)}.plan (position int PRIMARY KEY, schema text, name text, columns text[], definition text)`);
    });
    const tables = await connected(this.server, beside, async (client) => {
      const wanted = (await tablesOf(client)).filter(({ name }) => only.has(name));
      return Promise.all(wanted.map(async (table) => ({ table, columns: await columnsOf(client, table) })));
    });
    for (const [position, { table, columns }] of tables.entries()) {
      signal.throwIfAborted();
      await this.bringOne(beside, position, table, columns, signal);
    }
  }

  private async bringOne(beside: string, position: number, table: Table, columns: readonly Column[], signal: AbortSignal): Promise<void> {
    const copied = columns.filter(({ generated }) => !generated);
    const place = `${quote(this.waiting)}.${quote(`t${position}`)}`;
    const definition = await this.onLive(async (client) => {
      const present = await columnsOf(client, table);
      if (present.length > 0) refuseOtherColumns(table.name, columns, present);
      await client.query(`CREATE TABLE ${place} (${copied.map(({ name, type }) => `${quote(name)} ${type}`).join(", ")})`);
      return present.length === 0 && !(await tablesOf(client)).some(({ name }) => name === table.name);
    }) ? await this.definitionOf(beside, table, signal) : null;
    await this.onLive((client) => client.query(`INSERT INTO ${quote(this.waiting)}.plan VALUES ($1, $2, $3, $4, $5)`,
      [position, table.schema, table.table, copied.map(({ name }) => name), definition]));
    const list = copied.map(({ name }) => quote(name)).join(", ");
    const copy = (database: string, sql: string): ReturnType<typeof startTool> => startTool("psql", [
      "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", `--dbname=${connectionString(database)}`, `--command=${sql}`,
    ], { env: { ...toolEnvironment(this.server), PGOPTIONS: "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c row_security=off" }, signal });
    // As text: the binary form names types by numbers that differ from database to database.
    const from = copy(beside, `COPY (SELECT ${list} FROM ONLY ${quote(table.schema)}.${quote(table.table)}) TO STDOUT`);
    const to = copy(this.live, `COPY ${place} (${list}) FROM STDIN`);
    from.stdin.end();
    to.stdout.resume();
    await pour(from.stdout as AsyncIterable<Buffer>, to.stdin);
    await Promise.all([from.done, to.done]);
  }

  private async definitionOf(beside: string, { schema, table }: Table, signal: AbortSignal): Promise<string> {
    const text = await runTool("pg_dump", ["--schema-only", "--no-password", `--table=${quote(schema)}.${quote(table)}`, `--dbname=${connectionString(beside)}`], { env: toolEnvironment(this.server), signal });
    // psql's own commands, which newer versions write around the rest.
    return text.replace(/^\\.*$/gm, "");
  }

  async facts(): Promise<readonly TableFact[]> {
    const only = new Set((await this.onLive((client) => this.plan(client))).map(({ schema, name }) => displayName(schema, name)));
    const swapped = await this.onLive((client) => schemaExists(client, this.before));
    if (swapped) return this.onLive((client) => factsOf(client, only));
    return connected(this.server, this.beside(), (client) => factsOf(client, only));
  }

  async swap(): Promise<void> {
    await this.onLive(async (client) => {
      if (await schemaExists(client, this.before)) return;
      const plan = await this.plan(client);
      await transaction(client, async () => {
        await client.query(`CREATE SCHEMA ${quote(this.before)}`);
        for (const { definition } of plan) if (definition !== null) await client.query(definition);
        // The definitions set what they like for their session.
        await client.query("SET LOCAL search_path = ''");
        for (const { position, schema, name, columns } of plan) {
          const live = `${quote(schema)}.${quote(name)}`;
          await client.query(`LOCK TABLE ONLY ${live} IN ACCESS EXCLUSIVE MODE`);
          await client.query(`CREATE TABLE ${quote(this.before)}.${quote(`t${position}`)} AS SELECT ${columns.map(quote).join(", ")} FROM ONLY ${live}`);
          await putRows(client, { schema, name, columns }, `${quote(this.waiting)}.${quote(`t${position}`)}`);
          await raiseSequences(client, schema, name);
        }
        const problems = await orphans(client, plan);
        if (problems.length > 0) throw new RefusedError("the tables do not fit the rest of the live data, and nothing was changed", problems);
      });
      for (const { schema, name } of plan) await client.query(`ANALYZE ${quote(schema)}.${quote(name)}`);
    });
  }

  async revert(): Promise<void> {
    await this.onLive(async (client) => {
      if (!(await schemaExists(client, this.before))) return;
      const plan = await this.plan(client);
      await transaction(client, async () => {
        for (const { position, schema, name, columns, definition } of plan) {
          if (definition !== null) await client.query(`DROP TABLE ${quote(schema)}.${quote(name)}`);
          else await putRows(client, { schema, name, columns }, `${quote(this.before)}.${quote(`t${position}`)}`);
        }
        await client.query(`DROP SCHEMA ${quote(this.before)} CASCADE`);
      });
    });
  }

  async clean(): Promise<void> {
    await this.onLive(async (client) => {
      for (const schema of [this.waiting, this.before]) await client.query(`DROP SCHEMA IF EXISTS ${quote(schema)} CASCADE`);
    });
  }

  private async plan(client: Client): Promise<readonly Planned[]> {
    if (!(await schemaExists(client, this.waiting))) throw new Error(`restore ${this.request.id} was not prepared: there is no schema ${this.waiting} in ${this.live}`);
    return (await client.query<Planned>(`SELECT position, schema, name, columns, definition FROM ${quote(this.waiting)}.plan ORDER BY position`)).rows;
  }

  private beside(): string {
    return besideOf(this.live, this.request);
  }

  private onLive<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return connected(this.server, this.live, work);
  }
}

/** PostgreSQL cuts names after 63 bytes, silently. */
export function besideOf(live: string, { id }: RestoreRequest, what: "restore" | "before" = "restore"): string {
  return `${Buffer.from(live).subarray(0, 40).toString("utf8").replace(/\uFFFD$/, "")}_${what}_${shortId(id)}`;
}

async function schemaExists(client: Client, name: string): Promise<boolean> {
  return ((await client.query(`SELECT FROM pg_catalog.pg_namespace WHERE nspname =${literal(name)}`)).rowCount ?? 0) > 0;
}

/** Without triggers: neither foreign keys nor the application's own have a say row by row; the keys are checked at the end. */
async function transaction(client: Client, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL session_replication_role = replica");
    await client.query("SET LOCAL lock_timeout = '30s'");
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

function refuseOtherColumns(table: string, theirs: readonly Column[], present: readonly Column[]): void {
  const text = (columns: readonly Column[]): readonly string[] => columns.map(({ name, type }) => `${name} ${type}`);
  const [backup, live] = [text(theirs), text(present)];
  const differing = [
    ...backup.filter((column) => !live.includes(column)).map((column) => `the backup has "${column}", the live table has not`),
    ...live.filter((column) => !backup.includes(column)).map((column) => `the live table has "${column}", the backup has not`),
  ];
  if (differing.length > 0) throw new RefusedError(`${table} has other columns now than in the backup`, [...differing, "restore the whole database, or go back to the release of the backup first"]);
}
