import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync, type WriteStream } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";

export interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Files on their way into one archive: they are written aside, so that a log of any size passes through little memory. */
export class Bundle {
  private readonly folder = mkdtempSync(join(tmpdir(), "stackbook-evidence-"));
  private readonly paths: string[] = [];

  /** @param path inside the archive */
  text(path: string, text: string): void {
    writeFileSync(this.place(path), text, { mode: 0o600 });
  }

  json(path: string, value: unknown): void {
    this.text(path, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** Line by line, as they come. */
  async lines(path: string, produce: (write: (line: string) => void) => Promise<void>): Promise<void> {
    const stream = createWriteStream(this.place(path), { mode: 0o600 });
    try {
      await produce((line) => void stream.write(`${line}\n`));
    } finally {
      await ended(stream);
    }
  }

  /** What there is so far, with checksums. */
  async entries(): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    for (const [number, path] of this.paths.entries()) entries.push({ path, bytes: statSync(this.file(number)).size, sha256: await sha256(this.file(number)) });
    return entries;
  }

  /** Writes the archive, readable by its owner alone. @returns its checksum */
  async seal(output: string, root: string, at: Date): Promise<Entry> {
    const tar = pack();
    const written = pipeline(tar, createGzip(), createWriteStream(output, { mode: 0o600 }));
    // Told by the pipeline as well.
    written.catch(() => undefined);
    for (const [number, path] of this.paths.entries()) {
      const { size } = statSync(this.file(number));
      const entry = tar.entry({ name: `${root}/${path}`, size, mode: 0o600, mtime: at });
      if (size === 0) entry.end();
      else await pipeline(createReadStream(this.file(number)), entry);
    }
    tar.finalize();
    await written;
    return { path: output, bytes: statSync(output).size, sha256: await sha256(output) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private place(path: string): string {
    this.paths.push(path);
    return this.file(this.paths.length - 1);
  }

  private file(number: number): string {
    return join(this.folder, String(number));
  }
}

async function ended(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, "close");
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
