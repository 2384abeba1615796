import type { Readable } from "node:stream";
import { extract, pack, type Entry, type Pack } from "tar-stream";
import type { TableFact } from "../../../../backups/manifest";
import { dumpOf, patient } from "./stream";
import { abortError } from "./tool";
import type { Dump } from "./types";

/** A dump that is a tar: `write` fills it and gives the facts of what is in it; `release` ends what it was read from. */
export function dumpTar(signal: AbortSignal, write: (tar: Pack) => Promise<readonly TableFact[]>, release: () => Promise<void> = () => Promise.resolve()): Dump {
  const tar = pack({ highWaterMark: 1 << 18 });
  const facts = write(tar).then(
    (found) => {
      tar.finalize();
      return found;
    },
    (error: unknown) => {
      tar.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    },
  );
  facts.catch(() => undefined);
  async function* produce(): AsyncGenerator<Buffer, readonly TableFact[]> {
    yield* tar as AsyncIterable<Buffer>;
    return facts;
  }
  return dumpOf(signal, produce, async () => {
    tar.destroy();
    await release();
  }, facts);
}

/** Each entry of a tar in its turn, whose content `take` reads or lets go (`resume`); throws what is wrong with the tar or the stream it comes in. */
export async function unpack(plain: Readable, signal: AbortSignal, take: (entry: Entry) => Promise<void>): Promise<void> {
  const archive = extract();
  // `pipe` says nothing of errors to the other side.
  patient(plain).on("error", (error) => archive.destroy(error));
  const abort = (): void => void archive.destroy(abortError(signal));
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    failIfBroken(plain);
    plain.pipe(archive);
    for await (const entry of archive) await take(entry);
    // Its end may be an error (a wrong checksum), which comes after the tar's own.
    failIfBroken(plain);
    if (!plain.readableEnded) for await (const chunk of plain) void chunk;
  } finally {
    signal.removeEventListener("abort", abort);
    archive.destroy();
  }
}

function failIfBroken({ errored }: Readable): void {
  if (errored) throw errored;
}
