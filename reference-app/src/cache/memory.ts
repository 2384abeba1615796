import type { Cache } from "./types";

interface Entry {
  readonly value: string;
  readonly expires: number;
}

/** For systems without Redis: each replica counts for itself. */
export class MemoryCache implements Cache {
  readonly shared: boolean = false;
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly now: () => number = Date.now) {}

  get(key: string): Promise<string | undefined> {
    const entry = this.entries.get(key);
    return Promise.resolve(entry && entry.expires > this.now() ? entry.value : undefined);
  }

  set(key: string, value: string, seconds: number): Promise<void> {
    // Failed logins of made-up users would pile up otherwise.
    if (this.entries.size > 10_000) this.sweep();
    this.entries.set(key, { value, expires: this.now() + seconds * 1000 });
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.entries.delete(key);
    return Promise.resolve();
  }

  async hit(key: string, windowSeconds: number): Promise<number> {
    const entry = this.entries.get(key);
    const open = entry && entry.expires > this.now() ? entry : undefined;
    const count = Number(open?.value ?? 0) + 1;
    const seconds = open ? (open.expires - this.now()) / 1000 : windowSeconds;
    await this.set(key, String(count), seconds);
    return count;
  }

  async addMember(set: string, member: string, seconds: number): Promise<void> {
    await this.set(`${set}/${member}`, "", seconds);
  }

  async hasMember(set: string, member: string): Promise<boolean> {
    return (await this.get(`${set}/${member}`)) !== undefined;
  }

  async removeMember(set: string, member: string): Promise<void> {
    await this.delete(`${set}/${member}`);
  }

  countMembers(set: string): Promise<number> {
    this.sweep();
    return Promise.resolve([...this.entries.keys()].filter((key) => key.startsWith(`${set}/`)).length);
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.entries.clear();
    return Promise.resolve();
  }

  private sweep(): void {
    for (const [key, entry] of this.entries) if (entry.expires <= this.now()) this.entries.delete(key);
  }
}
