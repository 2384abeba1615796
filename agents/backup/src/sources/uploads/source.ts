import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { Headers, Pack } from "tar-stream";
import type { TableFact } from "../../../../../backups/manifest";
import { dumpTar } from "../tar";
import type { Dump, Source } from "../types";
import { openFile, TreeFacts, walk, type Item } from "./tree";

/**
 * The folder of uploads as a tar. It is in use: a file that goes while it is read is left out, one that grows is taken
 * as long as it was, one that shrinks is filled up with zeros, as tar does; the facts are of what is in the tar.
 */
export class UploadsSource implements Source {
  readonly part = "uploads";

  constructor(private readonly root: string) {}

  versions(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve({});
  }

  async empty(): Promise<boolean> {
    for await (const { kind } of walk(this.root)) if (kind !== "folder") return false;
    return true;
  }

  dump(signal: AbortSignal): Promise<Dump> {
    signal.throwIfAborted();
    return Promise.resolve(dumpTar(signal, (tar) => this.write(tar, signal)));
  }

  private async write(tar: Pack, signal: AbortSignal): Promise<readonly TableFact[]> {
    const tree = new TreeFacts();
    for await (const item of walk(this.root)) {
      signal.throwIfAborted();
      if (item.kind === "file") {
        const file = await openFile(this.root, item.path);
        if (file !== undefined) await addFile(tar, item, file, tree);
      } else {
        await new Promise<void>((resolve, reject) => void tar.entry(header(item, 0), (error) => (error ? reject(error) : resolve())).end());
        tree.add(item);
      }
    }
    return tree.facts();
  }
}

const types = { file: "file", folder: "directory", link: "symlink" } as const;

function header({ kind, path, mode, mtime, target }: Item, size: number): Headers {
  return { name: kind === "folder" ? `${path}/` : path, type: types[kind], size, mode, mtime, ...(kind === "link" ? { linkname: target } : {}) };
}

const zeros = Buffer.alloc(1 << 16);

async function addFile(tar: Pack, item: Item, file: FileHandle, tree: TreeFacts): Promise<void> {
  try {
    const { size } = await file.stat();
    const hash = createHash("sha256");
    const written = new Promise<void>((resolve, reject) => {
      const sink = tar.entry(header(item, size), (error) => (error ? reject(error) : resolve()));
      void (async () => {
        for await (const chunk of exactly(file, size)) {
          hash.update(chunk);
          if (!sink.write(chunk)) await new Promise((go) => sink.once("drain", go).once("close", go));
        }
        sink.end();
      })().catch((error: unknown) => {
        sink.destroy(error instanceof Error ? error : new Error(String(error)));
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
    await written;
    tree.add(item, hash);
  } finally {
    await file.close();
  }
}

/** As many bytes as were promised, whatever has become of the file. */
async function* exactly(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  let left = size;
  if (size > 0) {
    const stream = file.createReadStream({ start: 0, end: size - 1, autoClose: false, highWaterMark: 1 << 18 });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      left -= chunk.length;
      yield chunk;
    }
  }
  for (; left > 0; left -= zeros.length) yield left < zeros.length ? zeros.subarray(0, left) : zeros;
}
