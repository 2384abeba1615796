/** 8 MiB a second: a container of 1 GiB is full after two minutes. */
const step = { bytes: 2 * 1024 * 1024, everyMs: 250 };

/** Takes memory and never gives it back. @returns stops it, for tests */
export function leak({ bytes, everyMs } = step): () => void {
  const held: Buffer[] = [];
  // Filled, as memory that is never written to is never taken.
  const timer = setInterval(() => held.push(Buffer.alloc(bytes, 1)), everyMs).unref();
  return () => {
    clearInterval(timer);
    held.length = 0;
  };
}
