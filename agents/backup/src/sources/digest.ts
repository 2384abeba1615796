import { createHash } from "node:crypto";
import type { TableFact } from "../../../../backups/manifest";

/** A sum over the SHA-256 of every entry: the order does not count, equal entries count each. */
export class ContentDigest {
  private readonly sum = new Uint32Array(8);
  private entries = 0;

  /** An entry's bytes. */
  add(bytes: Uint8Array): void {
    this.addHash(createHash("sha256").update(bytes).digest());
    this.entries += 1;
  }

  /** What belongs to the content and is not counted, by its SHA-256. */
  addHash(hash: Buffer): void {
    // Each word wraps around for itself.
    for (let i = 0; i < 8; i += 1) this.sum[i] = ((this.sum[i] ?? 0) + hash.readUInt32LE(i * 4)) >>> 0;
  }

  count(): void {
    this.entries += 1;
  }

  value(): Buffer {
    return createHash("sha256").update(`${this.entries}:`).update(this.sum).digest();
  }

  fact(name: string): TableFact {
    return { name, rows: this.entries, checksum: this.value().toString("hex") };
  }
}
