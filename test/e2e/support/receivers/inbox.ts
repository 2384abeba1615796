/** What arrived, in order; whoever waits is woken by every arrival. */
export class Inbox<T> {
  private readonly items: T[] = [];
  private readonly waiting = new Set<() => void>();

  /** @param describe one line, for the message when something doesn't come */
  constructor(private readonly describe: (item: T) => string) {}

  get all(): readonly T[] {
    return this.items;
  }

  add(item: T): void {
    this.items.push(item);
    for (const wake of this.waiting) wake();
  }

  /** The first that fits, there already or still to come; after that time an error that lists what came instead. */
  async until(what: string, fits: (item: T) => boolean, seconds: number): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const found = this.items.find(fits);
      if (found !== undefined) return found;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`${what} did not arrive within ${seconds} s; what did:\n${this.items.map((item) => `  ${this.describe(item)}`).join("\n") || "  nothing"}`);
      await this.nextArrival(left);
    }
  }

  private nextArrival(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.waiting.add(done);
    });
  }
}
