import type { Log } from "../log";
import type { System } from "../systems/types";
import { MemoryCache } from "./memory";
import type { Cache } from "./types";

/** Redis when there is an address for it; its driver is loaded only then. */
export async function openCache(system: System, redisUrl: string | undefined, log: Log): Promise<Cache> {
  if (redisUrl === undefined) return new MemoryCache();
  const { RedisCache } = await import("./redis");
  return new RedisCache(redisUrl, system.id, log);
}

export type { Cache } from "./types";
