/** Work that a Ctrl-C ends in good order, in place of the whole process at once. */
export async function whileInterruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { watchSignals, watchWork } = await import("../../setup/base/signals.mjs");
  watchSignals();
  const abort = new AbortController();
  const over = watchWork(() => abort.abort());
  try {
    return await work(abort.signal);
  } finally {
    over();
  }
}
