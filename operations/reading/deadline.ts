import { Problem } from "../problem";

/** What was read, or why not: nothing that is down or slow keeps the rest from being shown. */
export type Read<T> = { readonly value: T } | { readonly why: string };

/** @param what in the words of people: "Prometheus" */
export async function within<T>(what: string, milliseconds: number, work: Promise<T>): Promise<Read<T>> {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<Read<T>>((resolve) => {
    late = setTimeout(() => resolve({ why: `${what} did not answer in ${milliseconds / 1000} s` }), milliseconds);
  });
  const read = work.then(
    (value): Read<T> => ({ value }),
    (error: unknown): Read<T> => {
      // Anything else is a fault of ours, and is not to be hidden in a line.
      if (!(error instanceof Problem)) throw error;
      return { why: error.message };
    },
  );
  // Late, it is nobody's any more.
  read.catch(() => undefined);
  return Promise.race([read, timeout]).finally(() => clearTimeout(late));
}

export function valueOf<T>(read: Read<T>): T | undefined {
  return "value" in read ? read.value : undefined;
}
