/** Reads a stream of bytes piece by piece, holding no more than a piece and a chunk. */
export class ByteReader {
  private readonly iterator: AsyncIterator<Buffer>;
  private chunk: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.iterator = stream[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    if (this.chunk.length >= length) return this.cut(length);
    const chunks = [this.chunk];
    for (let held = this.chunk.length; held < length; ) {
      const next = await this.iterator.next();
      if (next.done === true) throw new Error("the snapshot ends in the middle");
      chunks.push(next.value);
      held += next.value.length;
    }
    this.chunk = Buffer.concat(chunks);
    return this.cut(length);
  }

  private cut(length: number): Buffer {
    const taken = this.chunk.subarray(0, length);
    this.chunk = this.chunk.subarray(length);
    return taken;
  }

  async byte(): Promise<number> {
    return (await this.take(1)).readUInt8(0);
  }
}

/** LZF, as Redis packs long strings: literals, and repetitions of what was there before. */
export function unpack(packed: Buffer, length: number): Buffer {
  const out = Buffer.alloc(length);
  let [from, to] = [0, 0];
  while (from < packed.length) {
    const control = packed.readUInt8(from++);
    if (control < 32) {
      packed.copy(out, to, from, from + control + 1);
      from += control + 1;
      to += control + 1;
      continue;
    }
    let size = control >> 5;
    if (size === 7) size += packed.readUInt8(from++);
    let back = to - ((control & 0x1f) << 8) - 1 - packed.readUInt8(from++);
    if (back < 0) throw new Error("a packed string of the snapshot is damaged");
    // Byte by byte: it may repeat what it is just writing.
    for (size += 2; size > 0; size -= 1) out[to++] = out[back++] ?? 0;
  }
  if (to !== length) throw new Error("a packed string of the snapshot is damaged");
  return out;
}

const text = (value: number | bigint): Buffer => Buffer.from(String(value));

/** Redis's compact list since 7.0. */
export function listpack(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 6; bytes[at] !== 0xff; ) {
    const [start, first] = [at, bytes.readUInt8(at)];
    const string = (header: number, length: number): void => {
      found.push(bytes.subarray(at + header, at + header + length));
      at += header + length;
    };
    const number = (header: number, value: number | bigint): void => {
      found.push(text(value));
      at += header;
    };
    if (first < 0x80) number(1, first);
    else if (first < 0xc0) string(1, first & 0x3f);
    else if (first < 0xe0) number(2, ((((first & 0x1f) << 8) | bytes.readUInt8(at + 1)) << 19) >> 19);
    else if (first < 0xf0) string(2, ((first & 0x0f) << 8) | bytes.readUInt8(at + 1));
    else if (first === 0xf0) string(5, bytes.readUInt32LE(at + 1));
    else if (first === 0xf1) number(3, bytes.readInt16LE(at + 1));
    else if (first === 0xf2) number(4, bytes.readIntLE(at + 1, 3));
    else if (first === 0xf3) number(5, bytes.readInt32LE(at + 1));
    else if (first === 0xf4) number(9, bytes.readBigInt64LE(at + 1));
    else throw new Error(`a list of the snapshot has an entry of unknown kind ${first}`);
    at += backLength(at - start);
  }
  return found;
}

const backLength = (length: number): number => (length <= 127 ? 1 : length < 16_383 ? 2 : length < 2_097_151 ? 3 : length < 268_435_455 ? 4 : 5);

/** Redis's compact list before 7.0. */
export function ziplist(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 10; bytes[at] !== 0xff; ) {
    at += bytes[at] === 0xfe ? 5 : 1;
    const first = bytes.readUInt8(at);
    const [header, length, value] = ziplistEntry(bytes, at, first);
    found.push(value === undefined ? bytes.subarray(at + header, at + header + length) : text(value));
    at += header + length;
  }
  return found;
}

function ziplistEntry(bytes: Buffer, at: number, first: number): [header: number, length: number, value?: number | bigint] {
  if (first < 0x40) return [1, first];
  if (first < 0x80) return [2, ((first & 0x3f) << 8) | bytes.readUInt8(at + 1)];
  if (first < 0xc0) return [5, bytes.readUInt32BE(at + 1)];
  if (first === 0xc0) return [1, 2, bytes.readInt16LE(at + 1)];
  if (first === 0xd0) return [1, 4, bytes.readInt32LE(at + 1)];
  if (first === 0xe0) return [1, 8, bytes.readBigInt64LE(at + 1)];
  if (first === 0xf0) return [1, 3, bytes.readIntLE(at + 1, 3)];
  if (first === 0xfe) return [1, 1, bytes.readInt8(at + 1)];
  return [1, 0, (first & 0x0f) - 1];
}

/** A set of numbers. */
export function intset(bytes: Buffer): Buffer[] {
  const [width, length] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  return Array.from({ length }, (_, i) => text(width === 8 ? bytes.readBigInt64LE(8 + i * 8) : bytes.readIntLE(8 + i * width, width)));
}
