import { randomBytes } from "node:crypto";
import { closeSync, createReadStream, openSync, rmSync, write } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";

const writeAt = promisify(write);

/** So much stays in memory: most collections are small. */
const inMemory = 4 * 2 ** 20;

/**
 * Bytes whose number has to be known before the first is passed on. What is large lies in a file that has no name any
 * more, so nothing of it outlives the process, however that ends.
 */
export class Spool {
  private chunks: Uint8Array[] = [];
  private held = 0;
  private file: number | undefined;
  size = 0;

  constructor(private readonly folder: string) {}

  /** Something to wait for, now and then. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    this.chunks.push(bytes);
    this.held += bytes.length;
    this.size += bytes.length;
    return this.held >= inMemory ? this.flush() : undefined;
  }

  private async flush(): Promise<void> {
    if (this.file === undefined) {
      const path = join(this.folder, `spool-${randomBytes(8).toString("hex")}`);
      this.file = openSync(path, "wx+", 0o600);
      rmSync(path);
    }
    const whole = Buffer.concat(this.chunks);
    [this.chunks, this.held] = [[], 0];
    for (let at = 0; at < whole.length; ) at += (await writeAt(this.file, whole, at)).bytesWritten;
  }

  /** Everything from the start, once. */
  async read(): Promise<Readable> {
    if (this.file === undefined) return Readable.from(this.chunks.length === 0 ? [] : [Buffer.concat(this.chunks)], { objectMode: false });
    await this.flush();
    return createReadStream("", { fd: this.file, autoClose: false, start: 0, highWaterMark: 1 << 18 });
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
    this.chunks = [];
  }
}
