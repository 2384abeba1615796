import { Redis } from "ioredis";
import { UnavailableError } from "../database/types";
import { describeError, type Log } from "../log";
import type { Cache } from "./types";

export class RedisCache implements Cache {
  readonly shared = true;
  private readonly redis: Redis;

  constructor(url: string, prefix: string, log: Log) {
    this.redis = new Redis(url, {
      keyPrefix: `${prefix}:`, connectionName: `reference-${prefix}`,
      connectTimeout: 2000, commandTimeout: 2000, maxRetriesPerRequest: 1, retryStrategy: (times) => Math.min(times * 200, 2000),
    });
    let reported = "";
    this.redis.on("ready", () => { reported = ""; });
    // It comes again with every attempt to connect; once is enough.
    this.redis.on("error", (error: Error) => {
      const text = describeError(error);
      if (text !== reported) log.warn("Redis does not answer", { error: text });
      reported = text;
    });
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.run(() => this.redis.get(key))) ?? undefined;
  }

  async set(key: string, value: string, seconds: number): Promise<void> {
    await this.run(() => this.redis.set(key, value, "EX", Math.max(1, Math.round(seconds))));
  }

  async delete(key: string): Promise<void> {
    await this.run(() => this.redis.del(key));
  }

  /** Both in one transaction: a counter without an end would lock a user out for good. */
  async hit(key: string, windowSeconds: number): Promise<number> {
    const results = await this.run(() => this.redis.multi().set(key, 0, "EX", windowSeconds, "NX").incr(key).exec());
    return Number(results?.[1]?.[1] ?? 1);
  }

  async addMember(set: string, member: string, seconds: number): Promise<void> {
    await this.run(() => this.redis.zadd(set, Date.now() + seconds * 1000, member));
  }

  async hasMember(set: string, member: string): Promise<boolean> {
    const expires = await this.run(() => this.redis.zscore(set, member));
    return expires !== null && Number(expires) > Date.now();
  }

  async removeMember(set: string, member: string): Promise<void> {
    await this.run(() => this.redis.zrem(set, member));
  }

  async countMembers(set: string): Promise<number> {
    await this.run(() => this.redis.zremrangebyscore(set, "-inf", Date.now()));
    return this.run(() => this.redis.zcard(set));
  }

  async ping(): Promise<void> {
    await this.run(() => this.redis.ping());
  }

  close(): Promise<void> {
    this.redis.disconnect();
    return Promise.resolve();
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new UnavailableError(`Redis: ${describeError(error)}`, { cause: error });
    }
  }
}
