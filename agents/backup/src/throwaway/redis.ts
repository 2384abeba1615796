import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Manifest, TableFact } from "../../../../backups/manifest";
import { patient } from "../sources/stream";
import { connected, info, type Server } from "../sources/redis/connection";
import { factOfFile } from "../sources/redis/snapshot";
import { LocalServer } from "./server";

/**
 * A redis-server on a snapshot, in a folder of its own. It begins as a replica of nobody who answers: as one, it keeps
 * keys whose time is over, so that what it holds is what was backed up, however long ago that was.
 */
export class LocalRedis {
  private process: LocalServer | undefined;
  readonly password = randomBytes(24).toString("hex");
  private readonly socket: string;

  /** With a port it is reached from other containers too, with the password. */
  constructor(private readonly folder: string, private readonly port = 0) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.socket = join(folder, "redis.sock");
  }

  get server(): Server {
    return { host: this.socket, port: 0, password: this.password };
  }

  async load(_manifest: Manifest, open: () => Promise<Readable>, signal: AbortSignal): Promise<readonly TableFact[]> {
    await pipeline(patient(await open()), createWriteStream(this.file("dump.rdb"), { mode: 0o600 }), { signal });
    await this.start(signal);
    return [await factOfFile(await this.save())];
  }

  /** Over `dump.rdb` in its folder. */
  async start(signal?: AbortSignal): Promise<void> {
    const settings = [
      `dir ${this.folder}`, "dbfilename dump.rdb", `port ${this.port}`, "bind 0.0.0.0", `unixsocket ${this.socket}`, "unixsocketperm 700", 'save ""', "appendonly no",
      "enable-debug-command local", "replicaof 127.0.0.1 1", "replica-serve-stale-data yes", "repl-diskless-sync-delay 0", "maxmemory 0",
    ];
    // By standard input: no process list shows the password.
    this.process = new LocalServer("redis-server", ["-"], {}, `${settings.join("\n")}\nrequirepass ${this.password}\n`);
    await this.process.ready(() => connected(this.server, async (redis) => {
      if ((await info(redis, "persistence"))["loading"] !== "0") throw new Error("it is loading");
    }), 600, signal);
  }

  /** What it holds as a snapshot of its own making; the one that it was started on is gone then. */
  async save(): Promise<string> {
    await connected(this.server, (redis) => redis.call("SAVE"));
    const saved = this.file("saved.rdb");
    renameSync(this.file("dump.rdb"), saved);
    return saved;
  }

  /** So that others can be its replicas; keys whose time is over stay until they have taken them over. */
  async lead(): Promise<void> {
    await connected(this.server, async (redis) => {
      await redis.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
      await redis.call("REPLICAOF", "NO", "ONE");
    });
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async stop(): Promise<void> {
    await this.process?.stop();
  }
}
