import type { Context, Outcome } from "../commands/types";
import { Problem, usageExitCode } from "../problem";

const defaultSeconds = 5;

/** Of `--watch [seconds]`; undefined: once. */
export function watchSeconds(given: string | true | undefined): number | undefined {
  if (given === undefined) return undefined;
  const seconds = given === true ? defaultSeconds : Number(given);
  if (!(seconds >= 1 && seconds <= 3600)) throw new Problem(`--watch is ${String(given)}: use 1-3600 seconds`, [], usageExitCode);
  return seconds;
}

/** The whole screen, from its top. */
const clear = "\x1b[H\x1b[2J\x1b[3J";

/** Draws anew until it is interrupted. What fails for a while is shown in place of the rest. @param lines one document a line, for programs */
export async function watch(seconds: number, { print, screen }: Pick<Context, "print" | "screen">, draw: () => Promise<string>, lines: boolean, signal?: AbortSignal): Promise<Outcome> {
  while (signal?.aborted !== true) {
    const begun = Date.now();
    const text = await draw().catch((error: unknown) => {
      if (!(error instanceof Problem) || error.exitCode === usageExitCode) throw error;
      return error.text();
    });
    print(lines || screen.columns === undefined ? `${text}\n` : `${clear}${text}\n`);
    await new Promise<void>((resolve) => {
      if (signal?.aborted === true) return resolve();
      const timer = setTimeout(resolve, Math.max(0, seconds * 1000 - (Date.now() - begun)));
      signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
  return { text: "", json: undefined };
}
