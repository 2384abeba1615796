import type { Readable } from "node:stream";
import type { Client } from "pg";
import type { Manifest, TableFact } from "../../../../../backups/manifest";
import type { RestoreRequest } from "../../../../../backups/protocol";
import type { BackupSettings } from "../../../../../backups/settings";
import { gibibytes, newer } from "../names";
import { patient } from "../stream";
import { RefusedError, type Target } from "../types";
import { loadArchive } from "./archive";
import { connected, databaseExists, endConnections, quote, serverVersion, type Server } from "./connection";
import { factsOf } from "./facts";
import { createLike } from "./likeness";
import { besideOf, chosen, PostgresTables } from "./tables";

/** Every server has it, and nobody's data is in it. */
const maintenance = "postgres";
/** A dump is compressed and has no indexes: what it becomes is several times its size. */
const unpackedTimes = 4;

/**
 * A new database beside the live one, and two renames in one transaction. Single tables are brought from the new
 * database into a schema of the live one, and put in place in one transaction as well.
 */
export class PostgresTarget implements Target {
  readonly part = "database";
  private readonly live: string;

  constructor(private readonly settings: BackupSettings, private readonly server: Server) {
    this.live = settings.database.name;
  }

  async check(manifest: Manifest, request: RestoreRequest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }> {
    const part = manifest.parts.find(({ name }) => name === "database");
    const names = chosen(part?.tables ?? [], request);
    return connected(this.server, maintenance, async (client) => {
      const [there, theirs] = [await serverVersion(client), manifest.versions["postgres"] ?? "0"];
      if (newer(theirs, there, 1)) {
        throw new RefusedError(`the backup is of PostgreSQL ${theirs}, the server is ${there}`, [`use PostgreSQL ${theirs.split(".")[0]} or newer for systems.${this.settings.system}, then restore again`]);
      }
      const current = await sizeOf(client, this.nameNow(await this.places(client, request)));
      const [needed, free] = [Math.max(current, (part?.plainBytes ?? 0) * unpackedTimes), await freeBytes(client)];
      if (free !== undefined && free < needed) {
        throw new RefusedError(`the database's disk has ${gibibytes(free)} free, a restore beside the live data needs about ${gibibytes(needed)}`, ["make room on the host's disk, or restore single tables"]);
      }
      if (!(await databaseExists(client, this.live))) return { replaces: [] };
      const facts = await connected(this.server, this.live, (live) => rowsOf(live, names));
      return { replaces: facts };
    });
  }

  async prepare(plain: Readable, manifest: Manifest, request: RestoreRequest, signal: AbortSignal): Promise<void> {
    patient(plain);
    const { beside } = names(this.live, request);
    const tables = chosen(manifest.parts.find(({ name }) => name === "database")?.tables ?? [], request);
    await connected(this.server, maintenance, async (client) => {
      if (await databaseExists(client, names(this.live, request).before)) throw new RefusedError(`restore ${request.id} has been swapped in already`, ["revert it or clean up after it first"]);
      await dropDatabase(client, beside);
      await createLike(client, beside, this.live, this.settings.database.role);
    });
    try {
      await loadArchive(plain, { server: this.server, database: beside, heir: this.settings.database.role, signal });
      if (tables !== undefined) await this.tables(request).bring(beside, tables, signal);
      // What was written without waiting for the disk is there before anyone relies on it.
      await connected(this.server, maintenance, (client) => client.query("CHECKPOINT"));
    } catch (error) {
      await connected(this.server, maintenance, (client) => dropDatabase(client, beside)).catch(() => undefined);
      throw error;
    }
  }

  async facts(request: RestoreRequest): Promise<readonly TableFact[]> {
    if (request.tables !== undefined) return this.tables(request).facts();
    const { now } = await connected(this.server, maintenance, async (client) => ({ now: await this.places(client, request) }));
    return connected(this.server, now.beside ? names(this.live, request).beside : this.live, (client) => factsOf(client));
  }

  async swap(request: RestoreRequest): Promise<void> {
    if (request.tables !== undefined) return this.tables(request).swap();
    const { beside, before } = names(this.live, request);
    await connected(this.server, maintenance, async (client) => {
      const places = await this.places(client, request);
      if (places.beside) await this.rename(client, [...(places.live ? [[this.live, before] as const] : []), [beside, this.live]]);
      else if (!places.before) throw new Error(`restore ${request.id} was not prepared: there is no database ${beside}`);
      // Nobody is to write into what was put aside.
      if (places.live) await allowConnections(client, before, false);
      await allowConnections(client, this.live, true);
    });
  }

  async revert(request: RestoreRequest): Promise<void> {
    if (request.tables !== undefined) return this.tables(request).revert();
    const { beside, before } = names(this.live, request);
    await connected(this.server, maintenance, async (client) => {
      const places = await this.places(client, request);
      if (places.before) await this.rename(client, [...(places.live ? [[this.live, beside] as const] : []), [before, this.live]]);
      if (places.before || places.live) await allowConnections(client, this.live, true);
    });
  }

  async clean(request: RestoreRequest): Promise<void> {
    const { beside, before } = names(this.live, request);
    if (request.tables !== undefined) await this.tables(request).clean();
    await connected(this.server, maintenance, async (client) => {
      // A swap that was cut off before its renames has shut the live one.
      const places = await this.places(client, request);
      if (places.live) await allowConnections(client, this.live, true);
      if (places.live || !places.before) await dropDatabase(client, before);
      await dropDatabase(client, beside);
    });
  }

  /** All in one transaction: whoever looks sees the old names or the new ones. */
  private async rename(client: Client, renames: readonly (readonly [string, string])[]): Promise<void> {
    const all = renames.map(([from]) => from);
    for (const name of all) await allowConnections(client, name, false);
    try {
      await endConnections(client, all);
      await client.query("BEGIN");
      for (const [from, to] of renames) await client.query(`ALTER DATABASE ${quote(from)} RENAME TO ${quote(to)}`);
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      for (const name of all) await allowConnections(client, name, true).catch(() => undefined);
      throw error;
    }
  }

  private async places(client: Client, request: RestoreRequest): Promise<Places> {
    const { beside, before } = names(this.live, request);
    return { live: await databaseExists(client, this.live), beside: await databaseExists(client, beside), before: await databaseExists(client, before) };
  }

  private nameNow({ live }: Places): string {
    return live ? this.live : maintenance;
  }

  private tables(request: RestoreRequest): PostgresTables {
    return new PostgresTables(this.server, this.live, request);
  }
}

interface Places {
  readonly live: boolean;
  readonly beside: boolean;
  readonly before: boolean;
}

function names(live: string, request: RestoreRequest): { readonly beside: string; readonly before: string } {
  return { beside: besideOf(live, request), before: besideOf(live, request, "before") };
}

async function rowsOf(client: Client, only: ReadonlySet<string> | undefined): Promise<readonly { name: string; rows: number }[]> {
  return (await factsOf(client, only)).map(({ name, rows }) => ({ name, rows }));
}

async function allowConnections(client: Client, database: string, allowed: boolean): Promise<void> {
  await client.query(`ALTER DATABASE ${quote(database)} WITH ALLOW_CONNECTIONS ${allowed}`);
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
}

async function sizeOf(client: Client, database: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>("SELECT pg_catalog.pg_database_size($1::name)::text AS bytes", [database]);
  return Number(rows[0]?.bytes ?? 0);
}

/** Of the disk the server's data is on, by the server's own `df`; undefined where it can't be asked (a managed server). */
async function freeBytes(client: Client): Promise<number | undefined> {
  try {
    await client.query("CREATE TEMP TABLE stackbook_df (line text)");
    await client.query("COPY stackbook_df FROM PROGRAM 'df -Pk . | tail -n 1'");
    const { rows } = await client.query<{ line: string }>("SELECT line FROM stackbook_df");
    const free = Number((rows[0]?.line ?? "").trim().split(/\s+/)[3]);
    return Number.isFinite(free) ? free * 1024 : undefined;
  } catch {
    return undefined;
  }
}
