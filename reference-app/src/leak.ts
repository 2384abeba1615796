/** 8 MiB a second: a container of 1 GiB is full after two minutes. */
const steady: Pace = { bytes: 2 * 1024 * 1024, everyMs: 250 };

/** Full after a few seconds. */
export const burst: Pace = { bytes: 64 * 1024 * 1024, everyMs: 250 };

export interface Pace {
  readonly bytes: number;
  readonly everyMs: number;
}

/** Takes memory and never gives it back. @returns stops it, for tests */
export function leak({ bytes, everyMs }: Pace = steady): () => void {
  const held: Buffer[] = [];
  // Filled, as memory that is never written to is never taken.
  const timer = setInterval(() => held.push(Buffer.alloc(bytes, 1)), everyMs).unref();
  return () => {
    clearInterval(timer);
    held.length = 0;
  };
}
