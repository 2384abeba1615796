import type Docker from "dockerode";

const HEADER_BYTES = 8;

/** A container's last output, both streams in their order. */
export async function lastLines(container: Docker.Container, lines: number | "all"): Promise<string> {
  try {
    const raw = await container.logs({ stdout: true, stderr: true, follow: false, ...(lines !== "all" && { tail: lines }) });
    return demultiplex(raw).trimEnd();
  } catch {
    return "(its log could not be read)";
  }
}

/** Without a terminal Docker puts a header before each piece: stream, three zeros, length. */
function demultiplex(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= raw.length; ) {
    const stream = raw[at] ?? 255;
    if (stream > 2 || raw[at + 1] !== 0) return raw.toString();
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
    at += HEADER_BYTES + length;
  }
  return Buffer.concat(pieces).toString();
}
