import type { ClientSession, Db, Document, MongoClient } from "mongodb";
import { version as driverVersion } from "mongodb/package.json";
import type { Pack } from "tar-stream";
import type { TableFact } from "../../../../../backups/manifest";
import type { BackupSettings } from "../../../../../backups/settings";
import { ContentDigest } from "../digest";
import { Spool } from "../spool";
import { dumpTar } from "../tar";
import type { Dump, Source } from "../types";
import { connect, connected, described, type Described, type Server } from "./connection";
import { documentsOf } from "./documents";
import { dataSuffix, fileName, metadataSuffix, writeMetadata } from "./layout";

/**
 * mongodump's folder as a tar, made by the official driver: `<database>/<collection>.bson` are the documents' own
 * bytes, counted and summed on their way. A replica set gives all collections of one moment; a single server each
 * collection for itself, as mongodump does there.
 */
export class MongoSource implements Source {
  readonly part = "database";
  private readonly database: string;

  constructor(settings: BackupSettings, private readonly server: Server, private readonly folder: () => string) {
    this.database = settings.database.name;
  }

  versions(): Promise<Readonly<Record<string, string>>> {
    return connected(this.server, this.database, async (db) => ({ mongodb: await serverVersion(db), "mongodb-driver": driverVersion }));
  }

  empty(): Promise<boolean> {
    return connected(this.server, this.database, async (db) => (await described(db)).length === 0);
  }

  async dump(signal: AbortSignal): Promise<Dump> {
    signal.throwIfAborted();
    const client = await connect(this.server);
    return dumpTar(signal, (tar) => this.write(client, tar, signal), () => client.close(true).catch(() => undefined));
  }

  private async write(client: MongoClient, tar: Pack, signal: AbortSignal): Promise<readonly TableFact[]> {
    const db = client.db(this.database);
    const session = (await isReplicaSet(db)) ? client.startSession({ snapshot: true }) : undefined;
    const facts: TableFact[] = [];
    for (const collection of await described(db)) {
      signal.throwIfAborted();
      if (collection.type === "timeseries") throw new Error(`${collection.name} is a time series, which a backup can't hold yet; keep its measurements in a plain collection`);
      const path = `${this.database}/${fileName(collection.name)}`;
      await entry(tar, `${path}${metadataSuffix}`, writeMetadata(collection, await indexesOf(db, collection)));
      if (collection.type !== "view") facts.push(await this.documents(tar, db, collection.name, `${path}${dataSuffix}`, signal, session));
    }
    return facts;
  }

  private async documents(tar: Pack, db: Db, name: string, path: string, signal: AbortSignal, session: ClientSession | undefined): Promise<TableFact> {
    const digest = new ContentDigest();
    // A tar says how long a file is before it begins.
    const spool = new Spool(this.folder());
    try {
      for await (const documents of documentsOf(db, name, signal, session)) {
        for (const bytes of documents) {
          digest.add(bytes);
          const written = spool.add(bytes);
          if (written !== undefined) await written;
        }
      }
      await entry(tar, path, spool);
    } finally {
      spool.close();
    }
    return digest.fact(name);
  }
}

function entry(tar: Pack, name: string, content: Buffer | Spool): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = tar.entry({ name, size: content instanceof Spool ? content.size : content.length, mode: 0o600 }, (error) => (error ? reject(error) : resolve()));
    if (content instanceof Spool) content.read().then((stream) => stream.on("error", (error) => sink.destroy(error)).pipe(sink), reject);
    else sink.end(content);
  });
}

async function indexesOf(db: Db, { name, type }: Described): Promise<readonly Document[]> {
  return type === "view" ? [] : db.collection(name).listIndexes({ promoteValues: false }).toArray();
}

export async function serverVersion(db: Db): Promise<string> {
  return String((await db.admin().buildInfo())["version"]);
}

async function isReplicaSet(db: Db): Promise<boolean> {
  const { setName, maxWireVersion } = (await db.admin().command({ hello: 1 })) as { setName?: string; maxWireVersion?: number };
  return setName !== undefined && (maxWireVersion ?? 0) >= 13;
}
