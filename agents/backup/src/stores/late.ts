import type { Readable } from "node:stream";
import type { Space, Store, StoredObject } from "./store";

/** A store whose program is loaded when it is first asked: Amazon's SDK takes 20 MB, which a store on a disk does without. */
export class LateStore implements Store {
  private opened: Promise<Store> | undefined;

  constructor(readonly name: string, readonly retains: boolean, private readonly load: () => Promise<Store>) {}

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<void> {
    await (await this.open()).put(key, content, signal);
  }

  async get(key: string, signal?: AbortSignal): Promise<Readable> {
    return (await this.open()).get(key, signal);
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    return (await this.open()).list(prefix);
  }

  async copy(from: string, to: string): Promise<void> {
    await (await this.open()).copy(from, to);
  }

  async remove(key: string): Promise<void> {
    await (await this.open()).remove(key);
  }

  async space(): Promise<Space | undefined> {
    return (await this.open()).space();
  }

  async sweep(system: string, before: Date): Promise<void> {
    await (await this.open()).sweep(system, before);
  }

  private open(): Promise<Store> {
    return (this.opened ??= this.load());
  }
}
