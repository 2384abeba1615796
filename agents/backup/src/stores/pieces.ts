import type { Readable } from "node:stream";

const mebibyte = 1024 * 1024;

/**
 * How large the piece of that number (from 0) is. S3 takes 10,000, each but the last of at least 5 MiB: small ones
 * first, so that little memory is used where little is stored, and 155 GB at most, as no system here comes near.
 */
export function pieceBytes(number: number): number {
  return (number < 1000 ? 5 : 16) * mebibyte;
}

/**
 * The stream in pieces. The memory of a piece is filled again once the next but one is asked for: whoever wants more
 * than two of them keeps a copy. Left to the garbage collector, pieces pile up to several times what is in use.
 */
export async function* piecesOf(content: Readable, sizeOf: (number: number) => number = pieceBytes): AsyncGenerator<Buffer, undefined> {
  const memory: Buffer[] = [];
  const next = (number: number): Buffer => {
    const size = sizeOf(number);
    const used = memory[number % 2];
    return used?.length === size ? used : (memory[number % 2] = Buffer.allocUnsafeSlow(size));
  };
  let number = 0;
  let piece = next(0);
  let filled = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let taken = 0;
    while (taken < chunk.length) {
      const copied = chunk.copy(piece, filled, taken);
      taken += copied;
      filled += copied;
      if (filled < piece.length) continue;
      yield piece;
      number += 1;
      piece = next(number);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
