import { copyFileSync, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { connect as dial, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Redis from "ioredis";
import type { Manifest, TableFact } from "../../../../../backups/manifest";
import type { RestoreRequest } from "../../../../../backups/protocol";
import type { BackupSettings } from "../../../../../backups/settings";
import { LocalRedis } from "../../throwaway/redis";
import { gibibytes, newer, shortId } from "../names";
import { patient } from "../stream";
import { differences, RefusedError, type Target } from "../types";
import { connected, fetchSnapshot, info, keyCount, type Server } from "./connection";
import { factOfFile, keysName } from "./snapshot";
import { serverVersion } from "./source";

/** Where a local server listens while the live one copies from it. */
const copyPort = 16_379;
const longestCopyMs = 30 * 60_000;

/**
 * Redis has no second place beside the live data, and its files are its own: a local server loads the snapshot, and
 * the live one becomes its replica until it has everything. What was there before is a snapshot in a file.
 */
export class RedisTarget implements Target {
  readonly part = "redis";

  constructor(private readonly settings: BackupSettings, private readonly server: Server, private readonly root: () => string) {}

  async check(manifest: Manifest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }> {
    const [there, rows] = await connected(this.server, async (redis) => [await serverVersion(redis), await keyCount(redis)] as const);
    const theirs = manifest.versions["redis"] ?? "0";
    if (newer(theirs, there, 2)) throw new RefusedError(`the backup is of Redis ${theirs}, the server is ${there}`, [`use Redis ${theirs} or newer for systems.${this.settings.system}, then restore again`]);
    const bytes = manifest.parts.find(({ name }) => name === "redis")?.plainBytes ?? 0;
    const { bavail, bsize } = statfsSync(this.root());
    // The snapshot, what is made of it to compare, and the live data's own.
    if (bavail * bsize < bytes * 3) throw new RefusedError(`${this.root()} has ${gibibytes(bavail * bsize)} free, a restore of Redis needs about ${gibibytes(bytes * 3)}`, ["make room on the host's disk"]);
    return { replaces: [{ name: keysName, rows }] };
  }

  async prepare(plain: Readable, _manifest: Manifest, request: RestoreRequest, signal: AbortSignal): Promise<void> {
    patient(plain);
    const folder = this.folder(request);
    if (existsSync(join(folder, "before.rdb"))) throw new RefusedError(`restore ${request.id} has been swapped in already`, ["revert it or clean up after it first"]);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const local = new LocalRedis(join(folder, "local"));
    try {
      await pipeline(plain, createWriteStream(local.file("dump.rdb"), { mode: 0o600 }), { signal });
      await local.start(signal);
      // Not the file that came, but what a server made of it, is what is counted.
      renameSync(await local.save(), join(folder, "prepared.rdb"));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      await local.stop();
    }
    rmSync(join(folder, "local"), { recursive: true, force: true });
  }

  /** After the swap: as they were when the live server had everything, before the first key's time was over. */
  async facts(request: RestoreRequest): Promise<readonly TableFact[]> {
    const folder = this.folder(request);
    const prepared = join(folder, "prepared.rdb");
    if (existsSync(prepared)) return [await factOfFile(prepared)];
    return [await this.liveFact(this.root())];
  }

  async swap(request: RestoreRequest): Promise<void> {
    const folder = this.folder(request);
    if (!existsSync(join(folder, "prepared.rdb"))) throw new Error(`restore ${request.id} was not prepared: there is no ${join(folder, "prepared.rdb")}`);
    if (!existsSync(join(folder, "before.rdb"))) {
      await fetchSnapshot(this.server, join(folder, "before.part"));
      renameSync(join(folder, "before.part"), join(folder, "before.rdb"));
    }
    await this.replace(folder, "prepared.rdb");
  }

  async revert(request: RestoreRequest): Promise<void> {
    const folder = this.folder(request);
    if (!existsSync(join(folder, "before.rdb"))) return;
    await this.replace(folder, "before.rdb");
    rmSync(join(folder, "before.rdb"));
  }

  clean(request: RestoreRequest): Promise<void> {
    rmSync(this.folder(request), { recursive: true, force: true });
    return Promise.resolve();
  }

  /** The live server's data by that of a snapshot; its own log is off meanwhile, and written anew in the end. */
  private async replace(folder: string, file: string): Promise<void> {
    const local = new LocalRedis(join(folder, "local"), copyPort);
    copyFileSync(join(folder, file), local.file("dump.rdb"));
    try {
      await local.start();
      await local.lead();
      const address = await this.ownAddress();
      await connected(this.server, async (redis) => {
        const masterAuth = ((await redis.config("GET", "masterauth")) as string[])[1] ?? "";
        await redis.config("SET", "appendonly", "no");
        await redis.config("SET", "masterauth", local.password);
        try {
          await redis.call("REPLICAOF", address, String(copyPort));
          await copied(redis);
          const wrong = differences([await factOfFile(join(folder, file))], [await this.liveFact(folder)]);
          if (wrong.length > 0) throw new Error(`the live Redis did not take over what it was given: ${wrong.map(({ problem }) => problem).join("; ")}`);
        } finally {
          await redis.call("REPLICAOF", "NO", "ONE");
          await redis.config("SET", "masterauth", masterAuth);
        }
        await keep(redis, this.settings.redis?.appendOnly ?? false);
      });
    } finally {
      await local.stop();
      rmSync(join(folder, "local"), { recursive: true, force: true });
    }
  }

  private async liveFact(folder: string): Promise<TableFact> {
    const file = join(folder, `live-${process.pid}.rdb`);
    try {
      await fetchSnapshot(this.server, file);
      return await factOfFile(file);
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** How the live server reaches this container: the address that this one has on the way to it. */
  private ownAddress(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = dial(this.server.port, this.server.host, () => {
        resolve((socket.address() as AddressInfo).address);
        socket.destroy();
      }).once("error", reject);
    });
  }

  private folder({ id }: RestoreRequest): string {
    return join(this.root(), `redis-${shortId(id)}`);
  }
}

async function copied(redis: Redis): Promise<void> {
  for (const end = Date.now() + longestCopyMs; ; await new Promise((wake) => setTimeout(wake, 100))) {
    const state = await info(redis, "replication");
    if (state["master_link_status"] === "up" && state["master_sync_in_progress"] === "0") return;
    if (Date.now() > end) throw new Error(`the live Redis has not taken over the snapshot within ${longestCopyMs / 60_000} minutes`);
  }
}

/** On the disk when it returns: in its log, if it keeps one, otherwise as a snapshot. */
async function keep(redis: Redis, appendOnly: boolean): Promise<void> {
  if (appendOnly) await redis.config("SET", "appendonly", "yes");
  else await redis.call("BGSAVE");
  for (const end = Date.now() + longestCopyMs; ; await new Promise((wake) => setTimeout(wake, 100))) {
    const state = await info(redis, "persistence");
    const busy = ["aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress"].some((field) => state[field] === "1");
    if (!busy && state[appendOnly ? "aof_last_bgrewrite_status" : "rdb_last_bgsave_status"] === "ok" && state["aof_enabled"] === (appendOnly ? "1" : "0")) return;
    if (Date.now() > end) throw new Error("the live Redis has not written its restored data to the disk");
  }
}
