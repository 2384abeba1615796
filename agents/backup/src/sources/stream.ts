import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { TableFact } from "../../../../backups/manifest";
import { abortError } from "./tool";
import type { Dump } from "./types";

/**
 * A dump whose stream and facts stand and fall together: `produce` yields the bytes and returns the facts;
 * `release` ends what runs for it elsewhere, exactly once, however it ended.
 */
export function dumpOf(signal: AbortSignal, produce: () => AsyncGenerator<Buffer, readonly TableFact[]>, release: () => Promise<void> | void, alongside?: Promise<unknown>): Dump {
  let found: readonly TableFact[] | undefined;
  async function* bytes(): AsyncGenerator<Buffer> {
    found = yield* produce();
  }
  const stream = Readable.from(bytes(), { objectMode: false, highWaterMark: 1 << 18 });
  // What runs beside the stream is not waited for to fail: the dump ends there and then.
  alongside?.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  const facts = (async () => {
    try {
      await finished(stream, { writable: false });
    } finally {
      await release();
    }
    if (found === undefined) throw new Error("the dump was not read to its end");
    return found;
  })();
  facts.catch(() => undefined);
  const abort = (): void => void stream.destroy(abortError(signal));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  stream.once("close", () => signal.removeEventListener("abort", abort));
  return { stream, facts };
}

/** An error that comes before anyone reads is thrown to who reads then, and does not end the process. */
export function patient(plain: Readable): Readable {
  return plain.on("error", () => undefined);
}

/** Reads on where another reader stopped: `for await` would close the stream when it is left early. */
export async function* rest(iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** Everything, to a writer that may close early: what is left is read all the same, since its end may be an error. */
export async function pour(from: AsyncIterable<Buffer>, to: NodeJS.WritableStream & { readonly destroyed?: boolean }): Promise<void> {
  let open = true;
  to.once("close", () => (open = false)).once("error", () => (open = false));
  for await (const chunk of from) {
    if (!open || to.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const event of ["drain", "close", "error"]) to.removeListener(event, go);
        resolve();
      };
      for (const event of ["drain", "close", "error"]) to.once(event, go);
      if (!open) go();
    });
  }
  if (open) to.end();
}
