import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** Exit code that `flock` is told to give when it has waited long enough. */
const waitedCode = 75;

export interface Waiting {
  readonly waitSeconds: number;
  readonly signal?: AbortSignal;
  /** Called once, when somebody else has it. */
  readonly told?: () => void;
}

export class LockedError extends Error {
  override readonly name = "LockedError";
}

/**
 * Alone while `work` runs, among all processes that see these files, in whatever container. The kernel's own lock, held
 * by a child that ends with this process however it ends: nobody who was killed locks for ever.
 */
export async function alone<T>(files: readonly string[], waiting: Waiting, work: () => Promise<T>): Promise<T> {
  const release: (() => Promise<void>)[] = [];
  try {
    // Always in the same order, or two would wait for each other.
    for (const file of [...files].sort()) release.push(await take(file, waiting));
    return await work();
  } finally {
    for (const end of release.reverse()) await end();
  }
}

async function take(file: string, { waitSeconds, signal, told }: Waiting): Promise<() => Promise<void>> {
  mkdirSync(dirname(file), { recursive: true });
  const quick = await hold(file, 0, signal);
  if (quick !== undefined) return quick;
  told?.();
  const late = await hold(file, waitSeconds, signal);
  if (late !== undefined) return late;
  throw new LockedError(`another run is under way (it holds ${file}) and did not end in ${waitSeconds} s; try again when it is done`);
}

/** Undefined: somebody else has it. */
async function hold(file: string, waitSeconds: number, signal?: AbortSignal): Promise<(() => Promise<void>) | undefined> {
  signal?.throwIfAborted();
  const patience = waitSeconds === 0 ? ["-n"] : ["-w", String(waitSeconds)];
  const child = spawn("flock", [...patience, "-E", String(waitedCode), file, "sh", "-c", "echo; exec cat"], {
    stdio: ["pipe", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const closed = once(child, "close").then(([code]: unknown[]) => code as number | null);
  closed.catch(() => undefined);
  child.stdin.on("error", () => undefined);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  // `cat` goes with its input, and the lock with `cat`.
  const end = async (): Promise<void> => {
    child.stdin.end();
    await closed.catch(() => undefined);
  };
  const taken = once(child.stdout, "data").then(() => true);
  taken.catch(() => undefined);
  if (await Promise.race([taken, closed.then(() => false)])) return end;
  const code = await closed;
  if (code === waitedCode) return undefined;
  throw new Error(`the lock ${file} can't be taken: ${said.trim() || `flock ended with ${code ?? "a signal"}`}`);
}
