import { MongoClient, type Db } from "mongodb";
import type { BackupSettings } from "../../../../../backups/settings";
import type { Secrets } from "../types";

export interface Server {
  readonly host: string;
  readonly port: number;
  /** Absent: the server asks nobody who they are. */
  readonly login?: { readonly username: string; readonly password: string };
}

export function serverOf({ database }: BackupSettings, secrets: Secrets): Server {
  return { host: database.host, port: database.port, login: { username: database.adminUser, password: secrets("database-password") } };
}

export function connect({ host, port, login }: Server): Promise<MongoClient> {
  return new MongoClient(`mongodb://${host}:${port}/`, {
    directConnection: true, appName: "stackbook-backup", serverSelectionTimeoutMS: 15_000, connectTimeoutMS: 15_000, maxPoolSize: 4,
    ...(login === undefined ? {} : { auth: { ...login }, authSource: "admin" }),
  }).connect();
}

export async function connected<T>(server: Server, database: string, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await connect(server);
  try {
    return await work(client.db(database));
  } finally {
    await client.close().catch(() => undefined);
  }
}

/** A collection or a view as the server describes it. */
export interface Described {
  readonly name: string;
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly uuid?: string;
}

const ours = /^stackbook_(restore|before)_/;

/** What a dump has: not the server's own (`system.*`), not what a restore keeps. */
export async function described(db: Db): Promise<readonly Described[]> {
  // Wrapped, so that 1 and 1.0 in options stay what they are.
  const all = await db.listCollections({}, { nameOnly: false, promoteValues: false } as { nameOnly: false }).toArray();
  return all.map(describe).filter(({ name }) => !name.startsWith("system.") && !ours.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(info: { name: string; type?: string; options?: object; info?: object }): Described {
  const uuid = (info.info as { uuid?: { toString(encoding: "hex"): string } } | undefined)?.uuid?.toString("hex").replaceAll("-", "");
  return { name: info.name, type: info.type ?? "collection", options: { ...info.options }, ...(uuid === undefined ? {} : { uuid }) };
}

export async function names(db: Db): Promise<ReadonlySet<string>> {
  return new Set((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name));
}
