import { formatDuration, parseDuration } from "./duration";
import { Problem, usageExitCode } from "./problem";

/** Of an option. @throws Problem when it is none, or out of range */
export function durationOption(name: string, text: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= least && seconds <= most) return seconds;
  throw new Problem(`${name} is ${text}: use ${least === 0 ? "0" : formatDuration(least)} to ${formatDuration(most)}, such as 60s, 15m or 1h30m`, [], usageExitCode);
}

/** A moment: a time such as 2026-11-21T08:00:00Z, or how long ago. @throws Problem when it is neither */
export function momentOption(name: string, text: string, now: Date): Date {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(now.getTime() - ago * 1000);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return new Date(time);
  throw new Problem(`${name} is ${text}: use how long ago (15m, 1h30m, 2d), or a time such as 2026-11-21T08:00:00Z`, [], usageExitCode);
}
