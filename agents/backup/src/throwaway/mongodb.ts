import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { BSON, type Document } from "mongodb";
import type { Manifest, TableFact } from "../../../../backups/manifest";
import type { BackupSettings, DrillCheck } from "../../../../backups/settings";
import { connected, type Server } from "../sources/mongodb/connection";
import { collectionFact } from "../sources/mongodb/documents";
import { loadTar } from "../sources/mongodb/load";
import { LocalServer } from "./server";

/** The image's `mongod`, on this container's own loopback address. */
export class LocalMongo {
  private process: LocalServer | undefined;
  private server: Server | undefined;
  private readonly database: string;

  constructor(private readonly settings: BackupSettings, private readonly folder: string) {
    this.database = settings.database.name;
  }

  async load(_manifest: Manifest, open: () => Promise<Readable>, signal: AbortSignal): Promise<readonly TableFact[]> {
    const server = await this.start(signal);
    const plain = await open();
    return connected(server, this.database, async (db) => {
      const { collections } = await loadTar(plain, db, (name) => name, signal);
      const facts: TableFact[] = [];
      for (const name of [...collections].sort()) facts.push(await collectionFact(db, name));
      return facts;
    });
  }

  private async start(signal: AbortSignal): Promise<Server> {
    const data = join(this.folder, "mongo");
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const password = randomBytes(24).toString("hex");
    this.process = new LocalServer("mongod", ["--dbpath", data, "--bind_ip", "127.0.0.1", "--port", String(port), "--wiredTigerCacheSizeGB", "0.25"], {
      // A server that always asks who one is makes this user at its first start; MongoDB itself asks nobody here.
      MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: password,
    });
    const open = { host: "127.0.0.1", port };
    const candidates: readonly Server[] = [open, { ...open, login: { username: "root", password } }];
    await this.process.ready(async () => {
      const failures: unknown[] = [];
      for (const candidate of candidates) {
        const answer = await connected(candidate, "admin", (db) => db.command({ listDatabases: 1 })).catch((error: unknown) => void failures.push(error));
        if (answer !== undefined) this.server = candidate;
        if (this.server !== undefined) return;
      }
      throw failures[0];
    }, 120, signal);
    if (this.server === undefined) throw new Error("mongod answers nobody");
    return this.server;
  }

  async ask(check: DrillCheck): Promise<string> {
    if (!("collection" in check)) throw new Error(`the check "${check.name}" is SQL, but ${this.settings.system} has MongoDB: give it as collection, filter and atLeast`);
    if (this.server === undefined) throw new Error("nothing was loaded");
    const filter = BSON.EJSON.deserialize(check.filter ?? {}) as Document;
    return connected(this.server, this.database, async (db) => String(await db.collection(check.collection).countDocuments(filter)));
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}
