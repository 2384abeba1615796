import { request, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/**
 * Not fetch(): on Node 20 it never settles when the other side accepts a connection and closes it without a word,
 * which is what Docker's proxy does for a port whose container does not listen yet.
 */
export async function send(url: string, method: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { bytes, type } = await encode(body);
  const sent = { ...(type ? { "content-type": type } : {}), ...(bytes ? { "content-length": String(bytes.length) } : {}), ...headers };
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, { method, headers: sent, agent: false, timeout: 15_000 }, resolve);
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${url} within 15 s`)));
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: message.statusCode ?? 0, headers: message.headers, bytes: Buffer.concat(chunks) };
}

async function encode(body: unknown): Promise<{ readonly bytes?: Buffer; readonly type?: string }> {
  if (body === undefined) return {};
  if (body instanceof FormData) {
    const form = new Response(body);
    return { bytes: Buffer.from(await form.arrayBuffer()), type: form.headers.get("content-type") ?? undefined };
  }
  return { bytes: Buffer.from(JSON.stringify(body)), type: "application/json" };
}
