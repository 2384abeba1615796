import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";

export interface Sums {
  readonly sha256: string;
  readonly bytes: number;
}

/** The same stream; its sums are there once it has ended. */
export function measured(content: Readable): { readonly stream: Readable; readonly sums: () => Sums; readonly bytes: () => number } {
  const hash = createHash("sha256");
  let bytes = 0;
  let sums: Sums | undefined;
  async function* through(): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    sums = { sha256: hash.digest("hex"), bytes };
  }
  return {
    stream: streamOf(through(), content),
    bytes: () => bytes,
    sums: () => {
      if (sums === undefined) throw new Error("the stream has not ended, so it has no sum yet");
      return sums;
    },
  };
}

/** Ends with an error when it is not what it should be; who reads to the end without one has read the right bytes. */
export function verified(content: Readable, expected: Sums, what: string): Readable {
  const { stream, sums } = measured(content);
  async function* through(): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
    const found = sums();
    if (found.bytes !== expected.bytes) throw new SumError(`${what} has ${found.bytes} bytes, expected ${expected.bytes}: it was cut off or changed`);
    if (found.sha256 !== expected.sha256) throw new SumError(`${what} has the checksum ${found.sha256.slice(0, 12)}…, expected ${expected.sha256.slice(0, 12)}…: it was changed after it was written`);
  }
  return streamOf(through(), stream);
}

export class SumError extends Error {
  override readonly name = "SumError";
}

/**
 * A child's output, to be read whenever somebody does. Node throws away what a process wrote when it ends before anyone
 * began to read.
 */
export function keptOutput(output: Readable): Readable {
  const kept = new PassThrough();
  output.once("error", (error) => kept.destroy(error));
  kept.once("close", () => output.destroy());
  return output.pipe(kept);
}

/** A generator's stream, which ends what it reads from also when nobody ever read from it. */
export function streamOf(generator: AsyncGenerator<Buffer>, from: Readable): Readable {
  const stream = Readable.from(generator, { objectMode: false });
  stream.once("close", () => from.destroy());
  // A failure before the generator begins is told by the generator, not by an event nobody hears.
  from.on("error", () => undefined);
  return stream;
}

export class NobodyError extends Error {
  override readonly name = "NobodyError";
}

/** One reader of a stream that several read. */
export interface Branch {
  readonly name: string;
  readonly stream: PassThrough;
}

export function branch(name: string): Branch {
  const stream = new PassThrough({ highWaterMark: 256 * 1024 });
  // Its reader tells; here it only means that nothing more goes there.
  stream.on("error", () => undefined);
  return { name, stream };
}

/**
 * To all at once, as fast as the slowest takes it. One that fails is left out from then on and the others go on; when
 * none is left the stream ends with an error. Should the stream itself fail, no branch ever ends well.
 */
export async function fanOut(content: Readable, branches: readonly Branch[]): Promise<void> {
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      const open = branches.filter(({ stream }) => isOpen(stream));
      if (open.length === 0) throw new NobodyError("no store takes it any more");
      await Promise.all(open.map(({ stream }) => write(stream, chunk)));
    }
  } catch (error) {
    for (const { stream } of branches) stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  for (const { stream } of branches) if (isOpen(stream)) stream.end();
}

const isOpen = (stream: PassThrough): boolean => !stream.destroyed && !stream.writableEnded;

async function write(stream: PassThrough, chunk: Buffer): Promise<void> {
  if (stream.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
    if (stream.destroyed) done();
  });
}

export async function drain(content: Readable): Promise<void> {
  for await (const _ of content);
}

/** For what is small: a manifest, a mark. */
export async function textOfStream(content: Readable, longest: number, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > longest) throw new SumError(`${what} is longer than ${longest} bytes: that is none of ours`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
