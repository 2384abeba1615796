import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { TableFact } from "../../../../../backups/manifest";
import { ContentDigest } from "../digest";
import { ByteReader, intset, listpack, unpack, ziplist } from "./bytes";

/** The one entry of the manifest's list. */
export const keysName = "keys";

/**
 * Keys of a Redis snapshot and a checksum of their names, values and times of expiry: the same for the same content,
 * whatever order and form it was written in, by whichever server, at whatever time; keys that have expired since
 * count, as they are in the file. Read as a stream; what is held is one string.
 */
export async function snapshotFact(stream: AsyncIterable<Buffer>): Promise<TableFact> {
  return new SnapshotReader(new ByteReader(stream)).fact();
}

export function factOfFile(path: string): Promise<TableFact> {
  return snapshotFact(createReadStream(path, { highWaterMark: 1 << 18 }));
}

class UnknownType extends Error {}

class SnapshotReader {
  private readonly digest = new ContentDigest();
  private announced = 0;

  constructor(private readonly bytes: ByteReader) {}

  async fact(): Promise<TableFact> {
    const magic = (await this.bytes.take(9)).toString("latin1");
    if (!/^REDIS\d{4}$/.test(magic)) throw new Error("this is no snapshot of Redis");
    try {
      await this.entries();
      return this.digest.fact(keysName);
    } catch (error) {
      if (!(error instanceof UnknownType)) throw error;
      // Of a module, or of a Redis that is younger than this reader: the keys are counted as far as they were announced.
      return { name: keysName, rows: this.announced, checksum: createHash("sha256").update(`${this.announced} keys, ${error.message}`).digest("hex") };
    }
  }

  private async entries(): Promise<void> {
    let [database, expiry] = [0, ""];
    for (;;) {
      const code = await this.bytes.byte();
      switch (code) {
        case 0xff: return;
        case 0xfe: database = await this.length(); break;
        case 0xfb: this.announced += await this.length(); await this.length(); break;
        case 0xfa: await this.string(); await this.string(); break;
        case 0xfd: expiry = String(BigInt((await this.bytes.take(4)).readUInt32LE(0)) * 1000n); break;
        case 0xfc: expiry = String((await this.bytes.take(8)).readBigInt64LE(0)); break;
        case 0xf9: await this.bytes.byte(); break;
        case 0xf8: await this.length(); break;
        case 0xf5: this.digest.addHash(createHash("sha256").update("function:").update(await this.string()).digest()); break;
        case 0xf4: for (let i = 0; i < 3; i += 1) await this.length(); break;
        default: {
          const hash = createHash("sha256").update(`${database}:${expiry}:`);
          put(hash, await this.string());
          await this.value(code, hash);
          this.digest.addHash(hash.digest());
          this.digest.count();
          expiry = "";
        }
      }
    }
  }

  private async value(type: number, hash: Hash): Promise<void> {
    switch (type) {
      case 0: put(hash.update("string:"), await this.string()); return;
      case 1: hash.update("list:"); for (let n = await this.length(); n > 0; n -= 1) put(hash, await this.string()); return;
      case 10: hash.update("list:"); for (const one of ziplist(await this.string())) put(hash, one); return;
      case 14: hash.update("list:"); for (let n = await this.length(); n > 0; n -= 1) for (const one of ziplist(await this.string())) put(hash, one); return;
      case 18: hash.update("list:"); for (let n = await this.length(); n > 0; n -= 1) await this.listNode(hash); return;
      case 2: return this.members(hash, "set", 1, () => this.string());
      case 11: return this.packed(hash, "set", 1, intset(await this.string()));
      case 20: return this.packed(hash, "set", 1, listpack(await this.string()));
      case 4: return this.members(hash, "hash", 2, () => this.string());
      case 13: return this.packed(hash, "hash", 2, ziplist(await this.string()));
      case 16: return this.packed(hash, "hash", 2, listpack(await this.string()));
      case 3: return this.members(hash, "zset", 2, (i) => (i === 0 ? this.string() : this.textScore()));
      case 5: return this.members(hash, "zset", 2, (i) => (i === 0 ? this.string() : this.bytes.take(8)));
      case 12: return this.packed(hash, "zset", 2, scored(ziplist(await this.string())));
      case 17: return this.packed(hash, "zset", 2, scored(listpack(await this.string())));
      case 15: case 19: case 21: return this.stream(type, hash.update("stream:"));
      default: throw new UnknownType(`type ${type}`);
    }
  }

  private async listNode(hash: Hash): Promise<void> {
    const container = await this.length();
    const content = await this.string();
    if (container === 1) put(hash, content);
    else for (const one of listpack(content)) put(hash, one);
  }

  /** Members in whatever order; each of `width` pieces. */
  private async members(hash: Hash, kind: string, width: number, piece: (index: number) => Promise<Buffer>): Promise<void> {
    const digest = new ContentDigest();
    for (let n = await this.length(); n > 0; n -= 1) {
      const member = createHash("sha256");
      for (let i = 0; i < width; i += 1) put(member, Buffer.from(await piece(i)));
      digest.addHash(member.digest());
      digest.count();
    }
    hash.update(`${kind}:`).update(digest.value());
  }

  private packed(hash: Hash, kind: string, width: number, pieces: readonly Buffer[]): void {
    const digest = new ContentDigest();
    for (let at = 0; at < pieces.length; at += width) {
      const member = createHash("sha256");
      for (const piece of pieces.slice(at, at + width)) put(member, piece);
      digest.addHash(member.digest());
      digest.count();
    }
    hash.update(`${kind}:`).update(digest.value());
  }

  /** Its nodes, positions and groups, in the order in which they are kept. */
  private async stream(type: number, hash: Hash): Promise<void> {
    const lengths = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) hash.update(`${await this.length()};`);
    };
    const raw = async (bytes: number): Promise<void> => void hash.update(await this.bytes.take(bytes));
    for (let n = await this.length(); n > 0; n -= 1) for (let i = 0; i < 2; i += 1) put(hash, await this.string());
    await lengths(type === 15 ? 3 : 8);
    for (let groups = await this.length(); groups > 0; groups -= 1) {
      put(hash, await this.string());
      await lengths(type === 15 ? 2 : 3);
      for (let n = await this.length(); n > 0; n -= 1) {
        await raw(24);
        await lengths(1);
      }
      for (let consumers = await this.length(); consumers > 0; consumers -= 1) {
        put(hash, await this.string());
        await raw(type === 21 ? 16 : 8);
        for (let n = await this.length(); n > 0; n -= 1) await raw(16);
      }
    }
  }

  /** Scores of times before Redis 4. */
  private async textScore(): Promise<Buffer> {
    const length = await this.bytes.byte();
    if (length >= 253) return score([NaN, Infinity, -Infinity][length - 253] ?? NaN);
    return score(Number((await this.bytes.take(length)).toString("latin1")));
  }

  private async length(): Promise<number> {
    const { value, special } = await this.lengthOrForm();
    if (special) throw new Error("the snapshot has a string where a length belongs");
    return value;
  }

  private async lengthOrForm(): Promise<{ readonly value: number; readonly special: boolean }> {
    const first = await this.bytes.byte();
    if (first >= 0xc0) return { value: first & 0x3f, special: true };
    if (first < 0x40) return { value: first, special: false };
    if (first < 0x80) return { value: ((first & 0x3f) << 8) | (await this.bytes.byte()), special: false };
    if (first === 0x80) return { value: (await this.bytes.take(4)).readUInt32BE(0), special: false };
    if (first === 0x81) return { value: Number((await this.bytes.take(8)).readBigUInt64BE(0)), special: false };
    throw new Error(`the snapshot has a length of unknown form ${first}`);
  }

  private async string(): Promise<Buffer> {
    const { value, special } = await this.lengthOrForm();
    if (!special) return this.bytes.take(value);
    switch (value) {
      case 0: return Buffer.from(String((await this.bytes.take(1)).readInt8(0)));
      case 1: return Buffer.from(String((await this.bytes.take(2)).readInt16LE(0)));
      case 2: return Buffer.from(String((await this.bytes.take(4)).readInt32LE(0)));
      case 3: {
        const [packed, length] = [await this.length(), await this.length()];
        return unpack(await this.bytes.take(packed), length);
      }
      default: throw new Error(`the snapshot has a string of unknown form ${value}`);
    }
  }
}

/** With its length, so that two strings are never taken for two others. */
function put(hash: Hash, bytes: Buffer): void {
  hash.update(`${bytes.length}:`).update(bytes);
}

function score(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** Member, score, member, score: scores as numbers, whatever their text. */
function scored(pieces: readonly Buffer[]): Buffer[] {
  return pieces.map((piece, i) => (i % 2 === 0 ? piece : score(number(piece.toString("latin1")))));
}

function number(text: string): number {
  return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
}
