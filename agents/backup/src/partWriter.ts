import type { Readable } from "node:stream";
import type { Part, PartName } from "../../../backups/manifest";
import type { Cipher } from "./crypto/cipher";
import { sizeOf } from "./size";
import { branch, fanOut, measured, NobodyError } from "./stream";
import type { Store } from "./stores/store";

export interface Writing {
  readonly cipher: Cipher;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** No byte for this long: whoever gives or takes them hangs. */
  readonly stallMs: number;
}

/** The stores that still have everything, and why the others fell out. */
export class Receivers {
  private readonly lost = new Map<Store, Error>();

  constructor(private readonly all: readonly Store[]) {}

  get good(): readonly Store[] {
    return this.all.filter((store) => !this.lost.has(store));
  }

  /** In the order of `failed`. */
  get failures(): readonly Error[] {
    return this.failed.flatMap((store) => this.lost.get(store) ?? []);
  }

  /** In the order of the settings, whichever failed first. */
  get failed(): readonly Store[] {
    return this.all.filter((store) => this.lost.has(store));
  }

  lose(store: Store, error: unknown): void {
    if (!this.lost.has(store)) this.lost.set(store, error instanceof Error ? error : new Error(String(error)));
  }

  /** Throws when none is left, with every reason. */
  mustBeAny(): void {
    if (this.good.length > 0) return;
    throw new Error(`no store has taken it:\n${this.failures.map((error) => `  - ${error.message}`).join("\n")}`);
  }
}

/** Dump, sum, gpg, sum, and every store at once. Memory is that of the pipes, whatever the size. */
export async function writePart(name: PartName, file: string, plain: Readable, receivers: Receivers, writing: Writing): Promise<Omit<Part, "tables">> {
  const { cipher, folder, progress } = writing;
  const watch = new Watch(writing);
  const before = measured(plain);
  try {
    const after = measured(await cipher.encrypt(before.stream, watch.signal));
    const key = `${folder}/${file}.gpg`;
    const branches = receivers.good.map((store) => ({ store, ...branch(store.name) }));
    const lost: (readonly [Store, unknown])[] = [];
    const puts = branches.map(({ store, stream }) =>
      store.put(key, stream, watch.signal).catch((error: unknown) => {
        lost.push([store, error]);
        stream.destroy();
      }));
    watch.look(after.bytes, (bytes) => progress(`${name}: ${sizeOf(bytes)}`));
    const failure = await fanOut(after.stream, branches).then(() => undefined, (error: unknown) => ({ error }));
    await Promise.all(puts);
    watch.signal.throwIfAborted();
    // What failed at its source is no store's fault.
    if (failure !== undefined && !(failure.error instanceof NobodyError)) throw failure.error;
    for (const [store, error] of lost) receivers.lose(store, error);
    receivers.mustBeAny();
    const { sha256: plainSha256, bytes: plainBytes } = before.sums();
    return { name, file: `${file}.gpg`, plainSha256, plainBytes, ...after.sums() };
  } finally {
    watch.end();
    plain.destroy();
  }
}

/** Tells how far it is, and ends what does not move. */
class Watch {
  readonly signal: AbortSignal;
  private readonly stop = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly writing: Writing) {
    this.signal = AbortSignal.any([writing.signal, this.stop.signal]);
  }

  look(bytes: () => number, tell: (bytes: number) => void): void {
    let seen = 0;
    let still = 0;
    const everyMs = Math.min(10_000, this.writing.stallMs);
    this.timer = setInterval(() => {
      const now = bytes();
      still = now === seen ? still + everyMs : 0;
      if (still >= this.writing.stallMs) this.stop.abort(new Error(`nothing moved for ${Math.round(this.writing.stallMs / 1000)} s`));
      else if (now !== seen) tell(now);
      seen = now;
    }, everyMs);
  }

  end(): void {
    clearInterval(this.timer);
  }
}
