import Redis from "ioredis";
import type { BackupSettings } from "../../../../../backups/settings";
import { runTool } from "../tool";
import type { Secrets } from "../types";

export interface Server {
  /** A host, or the path of a socket. */
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

export function serverOf({ redis }: BackupSettings, secrets: Secrets): Server {
  if (redis === null) throw new Error("this system runs without Redis");
  return { host: redis.host, port: redis.port, password: secrets("redis-password") };
}

export async function connected<T>({ host, port, password }: Server, work: (redis: Redis) => Promise<T>): Promise<T> {
  const place = host.startsWith("/") ? { path: host } : { host, port };
  const redis = new Redis({ ...place, password, lazyConnect: true, connectTimeout: 15_000, retryStrategy: () => null, maxRetriesPerRequest: 0, connectionName: "stackbook-backup", enableReadyCheck: false });
  // Said by the command that fails for it.
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** `INFO` of a section as names and values. */
export async function info(redis: Redis, section: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await redis.info(section)).split("\r\n").filter((line) => line.includes(":"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** Of all of its databases. */
export async function keyCount(redis: Redis): Promise<number> {
  return Object.values(await info(redis, "keyspace")).reduce((sum, text) => sum + Number(/keys=(\d+)/.exec(text)?.[1] ?? 0), 0);
}

/** The server makes a snapshot (BGSAVE) and sends it. The password is in the environment, where redis-cli wants it. */
export async function fetchSnapshot(server: Server, file: string, signal?: AbortSignal): Promise<void> {
  const { host, port, password } = server;
  await withoutDelay(server, () => runTool("redis-cli", ["-h", host, "-p", String(port), "--rdb", file], { env: { REDISCLI_AUTH: password }, ...(signal === undefined ? {} : { signal }) }));
}

/** Redis waits for 5 s for more replicas to come, which never do; where its settings can't be changed, so be it. */
async function withoutDelay<T>(server: Server, work: () => Promise<T>): Promise<T> {
  const name = "repl-diskless-sync-delay";
  const set = (value: string): Promise<unknown> => connected(server, (redis) => redis.config("SET", name, value)).catch(() => undefined);
  const before = await connected(server, (redis) => redis.config("GET", name)).catch(() => undefined) as string[] | undefined;
  if (before?.[1] === undefined || before[1] === "0") return work();
  await set("0");
  try {
    return await work();
  } finally {
    await set(before[1]);
  }
}
