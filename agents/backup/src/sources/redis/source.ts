import { randomBytes } from "node:crypto";
import { closeSync, createReadStream, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TableFact } from "../../../../../backups/manifest";
import { dumpOf } from "../stream";
import { toolVersion } from "../tool";
import type { Dump, Source } from "../types";
import { connected, fetchSnapshot, info, keyCount, type Server } from "./connection";
import { snapshotFact } from "./snapshot";

/**
 * The snapshot that Redis makes for a new replica, by `redis-cli --rdb`. It lies on the disk until it is passed on, in
 * a file without a name: the tool can't write to a pipe without leaving its own mark at the end.
 */
export class RedisSource implements Source {
  readonly part = "redis";

  constructor(private readonly server: Server, private readonly folder: () => string) {}

  async versions(): Promise<Readonly<Record<string, string>>> {
    const [redis, redisCli] = await Promise.all([connected(this.server, serverVersion), toolVersion("redis-cli")]);
    return { redis, "redis-cli": redisCli };
  }

  async empty(): Promise<boolean> {
    return (await connected(this.server, keyCount)) === 0;
  }

  async dump(signal: AbortSignal): Promise<Dump> {
    signal.throwIfAborted();
    const path = join(this.folder(), `snapshot-${randomBytes(8).toString("hex")}.rdb`);
    let file: number;
    try {
      await fetchSnapshot(this.server, path, signal);
      file = openSync(path, "r");
    } finally {
      rmSync(path, { force: true });
    }
    // Reads at the place it is at, so that two can read the one file.
    const read = (): AsyncIterable<Buffer> => createReadStream("", { fd: file, autoClose: false, start: 0, highWaterMark: 1 << 18 });
    const counting = snapshotFact(read());
    counting.catch(() => undefined);
    async function* produce(): AsyncGenerator<Buffer, readonly TableFact[]> {
      yield* read();
      return [await counting];
    }
    const release = async (): Promise<void> => {
      await counting.catch(() => undefined);
      closeSync(file);
    };
    return dumpOf(signal, produce, release, counting);
  }
}

export async function serverVersion(redis: Parameters<typeof info>[0]): Promise<string> {
  return (await info(redis, "server"))["redis_version"] ?? "unknown";
}
