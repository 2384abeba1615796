import type { Readable } from "node:stream";

const mebibyte = 1024 * 1024;

/**
 * How large the piece of that number (from 0) is: S3 takes 10,000 of them. Small ones first, so that little memory is
 * used where little is stored; 5,000 of the large ones make 320 GB, the largest dump that is taken here.
 */
export function pieceBytes(number: number): number {
  return (number < 2000 ? 8 : number < 5000 ? 16 : 64) * mebibyte;
}

/**
 * The stream in pieces, one at a time: the next is gathered while nobody holds the one before. In memory of its own,
 * filled in place, because putting chunks together at the end takes it twice.
 */
export async function* piecesOf(content: Readable, sizeOf: (number: number) => number = pieceBytes): AsyncGenerator<Buffer, undefined> {
  let number = 0;
  let piece = Buffer.allocUnsafe(sizeOf(0));
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
      // A request that is tried again still has the old one.
      piece = Buffer.allocUnsafe(sizeOf(number));
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
