import type { Container, Engine } from "../engine";
import { Problem } from "../problem";
import { shownLine, type Keep, type ShownLine } from "./logLines";

export interface Following {
  readonly engine: Engine;
  /** Asked again and again: an update brings new containers. */
  readonly choose: () => Promise<readonly Container[]>;
  readonly keep: Keep;
  readonly onLine: (line: ShownLine) => void;
  readonly signal: AbortSignal;
  /** Lines before it are known already. */
  readonly from: Date;
  /** The last line of each container that is known already, by id. */
  readonly known: ReadonlyMap<string, string>;
}

/** How soon a new container is found. */
const lookMs = 2000;

/** Tells new lines as they are written until it is told to stop; containers may come and go. */
export async function follow({ choose, engine, from, keep, known, onLine, signal }: Following): Promise<void> {
  const last = new Map(known);
  const open = new Map<string, Promise<void>>();
  const read = async (container: Container): Promise<void> => {
    const since = sinceOf(last.get(container.id), from);
    await engine.logs(container.id, { since, follow: true, signal }, (line) => {
      if (line.at <= (last.get(container.id) ?? "")) return;
      last.set(container.id, line.at);
      const shown = shownLine(container, line);
      if (keep(shown)) onLine(shown);
    });
  };
  while (!signal.aborted) {
    for (const container of await choose()) {
      if (open.has(container.id) || container.state !== "running") continue;
      open.set(container.id, read(container).catch(ignoreGone).finally(() => open.delete(container.id)));
    }
    await pause(lookMs, signal);
  }
  await Promise.all(open.values());
}

/** It was removed while its lines were read: there are no more. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}

/** The engine takes milliseconds here, lines have nanoseconds: what comes twice is left out. */
function sinceOf(at: string | undefined, from: Date): Date {
  return at === undefined ? from : new Date(`${at.slice(0, 23)}Z`);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
