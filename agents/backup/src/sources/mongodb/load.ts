import type { Readable } from "node:stream";
import type { Db, Document } from "mongodb";
import type { Entry } from "tar-stream";
import { unpack } from "../tar";
import { Inserter, split } from "./documents";
import { dataSuffix, metadataSuffix, nameOf, readMetadata, stem, type Metadata } from "./layout";

/** A view is not loaded anywhere: it is made when the collections it reads are in their places. */
export interface View {
  readonly name: string;
  readonly options: Document;
}

export interface Loaded {
  readonly collections: readonly string[];
  readonly views: readonly View[];
}

/** How long a list of options and indexes may be; 64 indexes are some kilobytes. */
const longestMetadata = 16 * 2 ** 20;

/**
 * The tar's collections, each under the name that `place` gives for it (undefined: it is left out): made with its
 * options, filled, then indexed.
 */
export async function loadTar(plain: Readable, db: Db, place: (collection: string) => string | undefined, signal: AbortSignal): Promise<Loaded> {
  const loaded = { collections: [] as string[], views: [] as View[] };
  const waiting = new Map<string, Metadata>();
  await unpack(plain, signal, async (entry) => {
    const { name } = entry.header;
    if (name.endsWith(metadataSuffix)) {
      const metadata = readMetadata((await whole(entry)).toString("utf8"), name);
      if (metadata.type === "view") loaded.views.push({ name: metadata.collectionName, options: metadata.options });
      else waiting.set(stem(name), metadata);
    } else if (name.endsWith(dataSuffix)) {
      const metadata = waiting.get(stem(name)) ?? { collectionName: nameOf(name), type: "collection", options: {}, indexes: [] };
      waiting.delete(stem(name));
      const target = place(metadata.collectionName);
      if (target === undefined) entry.resume();
      else {
        await collection(db, target, metadata, entry as AsyncIterable<Buffer>);
        loaded.collections.push(metadata.collectionName);
      }
    } else entry.resume();
  });
  if (waiting.size > 0) throw new Error(`the dump has no documents of ${[...waiting.values()].map(({ collectionName }) => collectionName).join(", ")}`);
  return loaded;
}

async function collection(db: Db, name: string, { options, indexes }: Metadata, content: AsyncIterable<Buffer>): Promise<void> {
  // Of times before MongoDB 4, and of no meaning since.
  const { autoIndexId: _old, ...rest } = options;
  await db.command({ create: name, ...rest });
  const inserter = new Inserter(db, name, "validator" in options ? { bypassDocumentValidation: true } : {});
  try {
    for await (const document of split(content, name)) await inserter.add(document);
    await inserter.end();
  } finally {
    // What is under way when the dump turns out to be damaged would make the collection anew after it was dropped.
    await inserter.settled();
  }
  const wanted = indexes.filter((index) => index["name"] !== "_id_").map(({ ns: _ns, ...index }) => index);
  if (wanted.length > 0) await db.command({ createIndexes: name, indexes: wanted });
}

async function whole(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of entry as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestMetadata) throw new Error(`${entry.header.name} is longer than any list of indexes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
