import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from "node:https";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 10_000;
const pauseWhenLimitedMs = 10_000;

/** Requests to one address under the name of another host, as a visitor behind DNS would make them. */
export class Client {
  pausedUntil = 0;
  private counts: Record<string, number> = {};
  private readonly agent: HttpAgent | HttpsAgent;

  constructor(private readonly target: URL, private readonly host: string, private readonly insecure: boolean) {
    this.agent = target.protocol === "https:" ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  async send(method: string, path: string, body?: unknown, token?: string): Promise<Reply> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      host: this.target.hostname, port: this.target.port, agent: this.agent, method, path, timeout: timeoutMs,
      headers: {
        host: this.host, "user-agent": "stackbook-traffic",
        ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      servername: this.host.replace(/:\d+$/, ""),
      rejectUnauthorized: !this.insecure,
    };
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = this.target.protocol === "https:" ? httpsRequest(options, resolve) : httpRequest(options, resolve);
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      request.on("error", reject);
      request.end(text);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const status = message.statusCode ?? 0;
    this.count(`${Math.floor(status / 100)}xx`);
    if (status === 429) this.pausedUntil = Date.now() + pauseWhenLimitedMs;
    return { status, body: parse(Buffer.concat(chunks).toString("utf8")) };
  }

  countFailure(reason: string): void {
    this.count("failed");
    this.lastFailure = reason;
  }

  takeCounts(): Readonly<Record<string, unknown>> {
    const counts = { ...this.counts, ...(this.lastFailure === undefined ? {} : { lastFailure: this.lastFailure }) };
    this.counts = {};
    this.lastFailure = undefined;
    return counts;
  }

  close(): void {
    this.agent.destroy();
  }

  private lastFailure: string | undefined;

  private count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
