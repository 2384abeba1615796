import { randomUUID } from "node:crypto";
import type { Cache } from "../cache";

const set = "sessions";

/**
 * Sessions that can be ended before their token expires. They need a cache that all replicas share;
 * without one, a token alone is the session and logging out only forgets it.
 */
export class Sessions {
  constructor(private readonly cache: Cache) {}

  async open(seconds: number): Promise<string> {
    const id = randomUUID();
    await this.cache.addMember(set, id, seconds);
    return id;
  }

  async isOpen(id: string): Promise<boolean> {
    return !this.cache.shared || this.cache.hasMember(set, id);
  }

  async end(id: string): Promise<void> {
    await this.cache.removeMember(set, id);
  }

  async count(): Promise<number> {
    return this.cache.countMembers(set);
  }
}
