import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import type { Auth } from "./auth/routes";
import type { Events } from "./events";
import type { Log } from "./log";
import type { BackendSettings } from "./settings";

/** Below the idle time-outs of edges and of the nginx that the runbook shows (60 s). */
const pingIntervalMs = 20_000;

export interface SocketParts {
  readonly settings: BackendSettings;
  readonly auth: Pick<Auth, "identify">;
  readonly events: Events;
  readonly log: Log;
}

/** Socket.io at /socket.io: `echo` comes back as acknowledgement and as an event. One process knows its own clients only. */
export class Sockets {
  private readonly io: Server;
  private readonly userOf = new Map<string, string>();

  constructor(private readonly parts: SocketParts) {
    const { corsOrigins } = parts.settings;
    this.io = new Server({
      serveClient: false, maxHttpBufferSize: 100_000, pingInterval: pingIntervalMs, pingTimeout: 20_000,
      ...(corsOrigins.length > 0 ? { cors: { origin: [...corsOrigins], credentials: true } } : {}),
    });
    this.io.on("connection", (socket) => { void this.welcome(socket); });
  }

  attach(server: HttpServer): void {
    this.io.attach(server);
  }

  get connections(): number {
    return this.io.of("/").sockets.size;
  }

  /** Different people; who does not show a token counts as one each. */
  get users(): number {
    return new Set(this.userOf.values()).size;
  }

  /** Cuts every connection, as a broken network does; new ones are taken at once. */
  drop(): void {
    for (const socket of this.io.of("/").sockets.values()) socket.conn.close();
  }

  /** Ends every connection; clients come back by themselves and find another server. */
  close(): Promise<void> {
    // Not disconnectSockets: a client that is told to go doesn't come back by itself, one whose transport closes does.
    this.io.engine.close();
    return Promise.resolve();
  }

  private async welcome(socket: Socket): Promise<void> {
    const { auth, events, log, settings } = this.parts;
    this.userOf.set(socket.id, socket.id);
    events.emit("socketConnected");
    log.info("socket connected", { socket: socket.id, transport: socket.conn.transport.name });
    socket.on("disconnect", (reason) => {
      this.userOf.delete(socket.id);
      events.emit("socketDisconnected");
      log.info("socket disconnected", { socket: socket.id, reason });
    });
    socket.on("echo", (message: unknown, acknowledge: unknown) => {
      if (typeof acknowledge === "function") (acknowledge as (reply: unknown) => void)(message);
      socket.emit("echo", message);
    });
    socket.emit("hello", { system: settings.system.id, version: settings.version, hostname: settings.hostname });
    const token: unknown = (socket.handshake.auth as Record<string, unknown>)["token"];
    const user = await auth.identify(typeof token === "string" ? token : undefined).catch(() => undefined);
    if (user && socket.connected) this.userOf.set(socket.id, user.id);
  }
}
