import type { ClientSession, Db, Document } from "mongodb";
import { DocumentSequence } from "mongodb/lib/cmap/commands";
import type { TableFact } from "../../../../../backups/manifest";
import { ContentDigest } from "../digest";

/** Below what every server takes in one message, and little to hold. */
const heapBytes = 4 * 2 ** 20;
const heapDocuments = 1000;

/** Documents as the server has them, byte by byte: no type is translated, no field changes its place. In small heaps. */
export async function* documentsOf(db: Db, collection: string, signal?: AbortSignal, session?: ClientSession): AsyncGenerator<readonly Uint8Array[]> {
  const cursor = db.collection(collection).find<Uint8Array>({}, { raw: true, batchSize: await batchSize(db, collection), ...(session === undefined ? {} : { session }) });
  try {
    while (await cursor.hasNext()) {
      signal?.throwIfAborted();
      yield cursor.readBufferedDocuments();
    }
  } finally {
    await cursor.close().catch(() => undefined);
  }
}

/** MongoDB cuts an answer at 16 MB; less is enough, and kinder to both ends. */
async function batchSize(db: Db, collection: string): Promise<number> {
  const { avgObjSize } = (await db.command({ collStats: collection }).catch(() => ({}))) as { avgObjSize?: number };
  return Math.min(heapDocuments, Math.max(2, Math.floor(heapBytes / (avgObjSize || heapBytes / 100))));
}

export async function collectionFact(db: Db, collection: string, name = collection): Promise<TableFact> {
  const digest = new ContentDigest();
  for await (const documents of documentsOf(db, collection)) for (const bytes of documents) digest.add(bytes);
  return digest.fact(name);
}

/** Writes documents as bytes, heap by heap: the next is read while one is written. */
export class Inserter {
  private heap: Uint8Array[] = [];
  private size = 0;
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly db: Db, private readonly collection: string, private readonly options: Document = {}) {}

  async add(bytes: Uint8Array): Promise<void> {
    this.heap.push(bytes);
    this.size += bytes.length;
    if (this.size >= heapBytes || this.heap.length >= heapDocuments) await this.send(false);
  }

  /** On the disk when it returns. */
  async end(): Promise<void> {
    if (this.heap.length > 0) await this.send(true);
    await this.written;
  }

  /** Nothing is under way when it returns, whether it went well or not. */
  async settled(): Promise<void> {
    await this.written.catch(() => undefined);
  }

  private async send(last: boolean): Promise<void> {
    const heap = this.heap;
    [this.heap, this.size] = [[], 0];
    await this.written;
    this.written = this.insert(heap, last);
    this.written.catch(() => undefined);
  }

  private async insert(heap: readonly Uint8Array[], last: boolean): Promise<void> {
    const documents = new DocumentSequence("documents");
    for (const bytes of heap) documents.push({}, bytes);
    const answer = await this.db.command({ insert: this.collection, documents, ordered: true, writeConcern: { w: 1, j: last }, ...this.options });
    const [problem] = (answer["writeErrors"] ?? []) as { errmsg?: string }[];
    if (problem !== undefined) throw new Error(`${this.collection}: a document was refused: ${problem.errmsg ?? "no reason given"}`);
    if (answer["n"] !== heap.length) throw new Error(`${this.collection}: ${String(answer["n"])} of ${heap.length} documents were written`);
  }
}

/** Cuts a stream of bytes into documents, whose first four bytes are their length. */
export async function* split(stream: AsyncIterable<Buffer>, what: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let [held, needed] = [0, 4];
  for await (const chunk of stream) {
    waiting.push(chunk);
    held += chunk.length;
    if (held < needed) continue;
    rest = waiting.length === 1 ? chunk : Buffer.concat(waiting);
    while (rest.length >= 4) {
      const length = rest.readInt32LE(0);
      if (length < 5 || length > 64 * 2 ** 20) throw new Error(`${what} is no BSON: a document of ${length} bytes`);
      if (rest.length < length) break;
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
    needed = rest.length < 4 ? 4 : rest.readInt32LE(0);
    [waiting, held] = [rest.length === 0 ? [] : [rest], rest.length];
  }
  if (held > 0) throw new Error(`${what} ends in the middle of a document`);
}
