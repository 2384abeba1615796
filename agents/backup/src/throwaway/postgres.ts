import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Manifest, TableFact } from "../../../../backups/manifest";
import type { BackupSettings, DrillCheck } from "../../../../backups/settings";
import { connected, literal, quote, type Server } from "../sources/postgres/connection";
import { loadArchive } from "../sources/postgres/archive";
import { factsOf } from "../sources/postgres/facts";
import { runTool } from "../sources/tool";
import { LocalServer } from "./server";

/** The longest name of a socket is 107 bytes, so the folder's is kept short by the caller. */
export class LocalPostgres {
  private process: LocalServer | undefined;
  private readonly server: Server;
  private readonly database: string;

  constructor(private readonly settings: BackupSettings, private readonly folder: string) {
    this.server = { host: folder, port: 5432, user: settings.database.adminUser };
    this.database = settings.database.name;
  }

  async load(manifest: Manifest, open: () => Promise<Readable>, signal: AbortSignal): Promise<readonly TableFact[]> {
    await this.start(manifest, signal);
    const { role, adminUser } = this.settings.database;
    await connected(this.server, "postgres", async (client) => {
      if (role !== adminUser) await client.query(`CREATE ROLE ${quote(role)} LOGIN`);
      // The locale of the live database is not in the dump; checksums and counts do not depend on it.
      await client.query(`CREATE DATABASE ${quote(this.database)} OWNER ${quote(role)} TEMPLATE template0 ENCODING${literal("UTF8")}`);
    });
    await loadArchive(await open(), { server: this.server, database: this.database, heir: role, signal });
    return connected(this.server, this.database, (client) => factsOf(client));
  }

  /** On a socket in a folder that only this container has, with no address to listen on and nothing kept safe: it is gone soon. */
  private async start(manifest: Manifest, signal: AbortSignal): Promise<void> {
    const data = join(this.folder, "pg");
    mkdirSync(data, { recursive: true, mode: 0o700 });
    await runTool("initdb", ["--pgdata", data, "--username", this.server.user, "--auth=trust", "--encoding=UTF8", `--locale=${process.env["LANG"] ?? "C.UTF-8"}`, "--no-sync"], { signal });
    const settings = [
      "listen_addresses=", `unix_socket_directories=${this.folder}`, "fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off",
      "shared_buffers=64MB", "maintenance_work_mem=64MB", "max_wal_size=1GB", "wal_level=minimal", "max_wal_senders=0", "max_connections=20",
    ];
    this.process = new LocalServer("postgres", ["-D", data, ...settings.flatMap((setting) => ["-c", setting])]);
    await this.process.ready(() => connected(this.server, "postgres", (client) => client.query("SELECT")), 60, signal).catch((error: unknown) => {
      throw new Error(`the drill's own PostgreSQL does not start for the backup of PostgreSQL ${manifest.versions["postgres"] ?? "?"}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
  }

  /** One value, as psql would show it. */
  async ask(check: DrillCheck): Promise<string> {
    if (!("sql" in check)) throw new Error(`the check "${check.name}" asks for a collection, but ${this.settings.system} has PostgreSQL: give it as sql`);
    return connected(this.server, this.database, async (client) => {
      await client.query("SET default_transaction_read_only = on; SET statement_timeout = '10min'; RESET search_path");
      const { rows } = await client.query<(string | null)[]>({ text: check.sql, rowMode: "array", types: { getTypeParser: () => (value: string) => value } });
      if (rows.length !== 1 || rows[0]?.length !== 1) throw new Error(`the check "${check.name}" gave ${rows.length} rows of ${rows[0]?.length ?? 0} columns; it has to give one value`);
      return rows[0][0] ?? "";
    });
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }
}
