import type { Client } from "pg";
import type { BackupSettings } from "../../../../../backups/settings";
import { dumpOf } from "../stream";
import { startTool, toolVersion } from "../tool";
import type { Dump, Source } from "../types";
import { connect, connected, serverVersion, toolEnvironment, type Server } from "./connection";
import { factsOf } from "./facts";

/**
 * `pg_dump -Fc` of one snapshot, and in a transaction of the same snapshot, at the same time, counts and checksums: so
 * the facts are of exactly the rows that are in the dump, whatever is written meanwhile.
 */
export class PostgresSource implements Source {
  readonly part = "database";
  private readonly database: string;

  constructor(settings: BackupSettings, private readonly server: Server) {
    this.database = settings.database.name;
  }

  async versions(): Promise<Readonly<Record<string, string>>> {
    const [postgres, pgDump] = await Promise.all([connected(this.server, this.database, serverVersion), toolVersion("pg_dump")]);
    return { postgres, pg_dump: pgDump };
  }

  /** No table and nothing else a person made: a database that no migration has reached yet. */
  empty(): Promise<boolean> {
    return connected(this.server, this.database, async (client) => {
      const { rowCount } = await client.query(`
        SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
         UNION ALL SELECT FROM pg_catalog.pg_largeobject_metadata LIMIT 1`);
      return rowCount === 0;
    });
  }

  async dump(signal: AbortSignal): Promise<Dump> {
    signal.throwIfAborted();
    const holder = await connect(this.server, this.database);
    const snapshot = await exportSnapshot(holder).catch(async (error: unknown) => {
      await holder.end().catch(() => undefined);
      throw error;
    });
    let counted = false;
    const counting = factsOf(holder).finally(() => (counted = true));
    counting.catch(() => undefined);
    const stop = new AbortController();
    const tool = startTool("pg_dump", [
      "--format=custom", `--snapshot=${snapshot.name}`, "--lock-wait-timeout=300s", "--no-password",
      "--exclude-schema=stackbook_restore_*", "--exclude-schema=stackbook_before_*", `--dbname=${connectionString(this.database)}`,
    ], { env: toolEnvironment(this.server), signal: AbortSignal.any([signal, stop.signal]) });
    tool.stdin.end();
    async function* produce(): AsyncGenerator<Buffer, Awaited<typeof counting>> {
      yield* tool.stdout as AsyncIterable<Buffer>;
      await tool.done;
      return counting;
    }
    const release = async (): Promise<void> => {
      stop.abort();
      // Closing a connection does not end what the server does for it.
      if (!counted) await this.terminate(snapshot.pid);
      await holder.end().catch(() => undefined);
    };
    return dumpOf(signal, produce, release, Promise.all([counting, tool.done]));
  }

  private async terminate(pid: number): Promise<void> {
    await connected(this.server, this.database, (client) => client.query("SELECT pg_terminate_backend($1)", [pid])).catch(() => undefined);
  }
}

async function exportSnapshot(client: Client): Promise<{ readonly name: string; readonly pid: number }> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  // The dump has a core to itself; the live server keeps the others.
  await client.query("SET LOCAL max_parallel_workers_per_gather = 0");
  const { rows } = await client.query<{ name: string; pid: number }>("SELECT pg_export_snapshot() AS name, pg_backend_pid() AS pid");
  if (rows[0] === undefined) throw new Error("PostgreSQL gave no snapshot");
  return rows[0];
}

/** As a name alone, "a=b" would be taken for a connection string. */
export const connectionString = (database: string): string => `dbname='${database.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
