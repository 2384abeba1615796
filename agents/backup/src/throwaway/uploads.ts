import { mkdirSync } from "node:fs";
import type { Readable } from "node:stream";
import type { Manifest, TableFact } from "../../../../backups/manifest";
import { factsOf } from "../sources/uploads/tree";
import { unpackInto } from "../sources/uploads/unpack";

/** A folder of its own; whoever made it wipes it. */
export class LocalUploads {
  constructor(private readonly folder: string) {}

  async load(_manifest: Manifest, open: () => Promise<Readable>, signal: AbortSignal): Promise<readonly TableFact[]> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    await unpackInto(await open(), this.folder, signal);
    return factsOf(this.folder);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
