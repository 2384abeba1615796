import type { IncomingMessage } from "node:http";
import { HttpError } from "./types";

export const jsonLimitBytes = 1024 * 1024;

/** Keeps no more than the limit, with or without a Content-Length. */
export async function readBytes(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left undestroyed, so that the refusal below can still be written to the same connection.
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
    // Up to twice the limit is read and dropped: a client that is still sending would not see the answer.
    if (size > 2 * limit) break;
  }
  if (size > limit) throw new HttpError(413, "too_large", `the body is larger than ${limit} bytes`, { connection: "close" });
  return Buffer.concat(chunks, size);
}

export function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, without the text: a broken login body may hold a password.
  }
  throw new HttpError(400, "bad_json", "the body must be a JSON object");
}
