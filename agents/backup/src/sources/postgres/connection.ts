import { Client } from "pg";
import type { BackupSettings } from "../../../../../backups/settings";
import type { Secrets } from "../types";

/** Who to be, where. `host` may be the folder of a unix socket. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
}

export function serverOf({ database }: BackupSettings, secrets: Secrets): Server {
  return { host: database.host, port: database.port, user: database.adminUser, password: secrets("database-password") };
}

/** So that people who look at the server see who it is. */
const applicationName = "stackbook-backup";

/**
 * What text looks like does not depend on how a server or a role is set up: the same row has the same checksum on the
 * live server, beside it, and in a drill. Nothing times out half way but waiting for a lock.
 */
const session = `SET timezone='UTC'; SET datestyle='ISO, YMD'; SET intervalstyle='postgres'; SET extra_float_digits=1; SET bytea_output='hex';
SET lc_monetary='C'; SET xmloption='content'; SET search_path=''; SET row_security=off; SET statement_timeout=0;
SET idle_in_transaction_session_timeout=0; SET lock_timeout='5min'`;

/** A connection of its own for `work`, closed afterwards. */
export async function connected<T>(server: Server, database: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(server, database);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function connect(server: Server, database: string): Promise<Client> {
  const client = new Client({ ...server, database, application_name: applicationName, connectionTimeoutMillis: 15_000, keepAlive: true });
  // A connection that is lost between two queries is noticed by the next one.
  client.on("error", () => undefined);
  await client.connect();
  await client.query(session);
  return client;
}

/** For the server's own tools; a password is never an argument. */
export function toolEnvironment(server: Server): Readonly<Record<string, string>> {
  return {
    PGHOST: server.host, PGPORT: String(server.port), PGUSER: server.user, PGPASSWORD: server.password ?? "",
    PGAPPNAME: applicationName, PGCONNECT_TIMEOUT: "15",
    // Some builds of the tools look for their messages where there are none.
    LC_MESSAGES: "C",
  };
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** `shop.orders`; a name with anything unusual in it is quoted, as people would have to write it. */
export function displayName(schema: string, table: string): string {
  const plain = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quote(name));
  return `${plain(schema)}.${plain(table)}`;
}

export async function serverVersion(client: Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  return /\d+(?:\.\d+)*/.exec(rows[0]?.server_version ?? "")?.[0] ?? "unknown";
}

export async function databaseExists(client: Client, name: string): Promise<boolean> {
  return ((await client.query("SELECT FROM pg_database WHERE datname = $1", [name])).rowCount ?? 0) > 0;
}

/** Ends every connection to these databases but ours; who comes again finds the door shut if it was shut before. */
export async function endConnections(client: Client, databases: readonly string[]): Promise<void> {
  for (const end = Date.now() + 30_000; ; await new Promise((wake) => setTimeout(wake, 100))) {
    const { rowCount } = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()", [databases]);
    if (rowCount === 0) return;
    if (Date.now() > end) throw new Error(`${rowCount} connections to ${databases.join(", ")} do not end within 30 s`);
  }
}
