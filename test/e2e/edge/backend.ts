import * as http from "node:http";
import { createHash } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import type { EdgeServer } from "../../../components/edge";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  bytes: number;
  complete: boolean;
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, seen: Seen) => void;

/** A small application behind the edge that remembers what reached it. */
export class Backend {
  healthy = true;
  readonly seen: Seen[] = [];
  handler: Handler = (_request, response) => response.end(this.name);
  private readonly server: http.Server;
  private readonly sockets = new Set<Socket>();

  constructor(readonly name: string) {
    this.server = http.createServer((request, response) => this.answer(request, response));
    this.server.on("upgrade", (request, socket: Socket) => this.upgrade(request, socket));
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  static async start(name: string): Promise<Backend> {
    const backend = new Backend(name);
    await backend.listen(0);
    return backend;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => this.server.on("error", reject).listen(port, "127.0.0.1", () => resolve()));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** As the edge's model has it. */
  as(name: string, weight?: number): EdgeServer {
    return { name, host: "127.0.0.1", port: this.port, ...(weight === undefined ? {} : { weight }) };
  }

  /** What reached the application, health checks apart. */
  get requests(): Seen[] {
    return this.seen.filter((seen) => seen.url !== "/health");
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const seen: Seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, bytes: 0, complete: false };
    this.seen.push(seen);
    request.on("data", (chunk: Buffer) => (seen.bytes += chunk.length));
    request.on("end", () => (seen.complete = true));
    request.on("error", () => undefined);
    if (request.url === "/health") {
      response.writeHead(this.healthy ? 200 : 503).end(this.healthy ? "ok" : "database is not reachable");
      return;
    }
    this.handler(request, response, seen);
  }

  /** Answers the WebSocket handshake, then sends every byte back. */
  private upgrade(request: http.IncomingMessage, socket: Socket): void {
    this.seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, bytes: 0, complete: true });
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.on("error", () => undefined);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nX-Backend: ${this.name}\r\n\r\n`);
    socket.pipe(socket);
  }
}
