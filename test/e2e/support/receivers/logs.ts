import { createServer, type IncomingMessage, type Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { bodyOf, close, listen } from "../../../support/http";
import { Inbox } from "./inbox";

/** One batch of log records as OTLP carries them; its texts can be read in protobuf as in JSON. */
export interface Batch {
  readonly path: string;
  readonly text: string;
}

/** Stands where Loki's OTLP endpoint would: takes everything and keeps it, readable as text. */
export class LogReceiver {
  readonly batches = new Inbox<Batch>(({ path, text }) => `${path}: ${text.length} characters`);
  private refusing = false;

  private constructor(private readonly server: Server, readonly address: string, readonly port: number) {}

  static async open(address: string): Promise<LogReceiver> {
    const server = createServer();
    const receiver = new LogReceiver(server, address, await listen(server, address));
    server.on("request", (request: IncomingMessage, answer) => {
      void receiver.take(request).then(
        (status) => answer.writeHead(status, { "content-type": request.headers["content-type"] ?? "application/json" }).end(),
        (error: unknown) => answer.writeHead(400).end(String(error)),
      );
    });
    return receiver;
  }

  get origin(): string {
    return `http://${this.address}:${this.port}`;
  }

  /** Everything that has arrived. */
  get text(): string {
    return this.batches.all.map((batch) => batch.text).join("\n");
  }

  /** While true it answers 503, as a Loki that is starting does. */
  refuse(refusing: boolean): void {
    this.refusing = refusing;
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async take(request: IncomingMessage): Promise<number> {
    const bytes = await bodyOf(request);
    if (this.refusing) return 503;
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
    this.batches.add({ path: request.url ?? "/", text: body.toString("utf8") });
    return 200;
  }
}
