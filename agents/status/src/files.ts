import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { describeError, type Log } from "./log";

/**
 * Whole or not at all: written beside, flushed, renamed. What was there before stays as `.previous`, for the
 * case that a file is damaged from outside. Synchronous, so that two writes never mingle.
 */
export function writeJson(path: string, value: unknown): void {
  const beside = `${path}.new`;
  const previous = `${path}.previous`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(beside, "w", 0o640);
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  if (existsSync(path)) {
    rmSync(previous, { force: true });
    linkSync(path, previous);
  }
  renameSync(beside, path);
}

/** What `check` makes of the newest whole copy; damaged ones are put aside, said, and never stop the agent. */
export function readJson<T>(path: string, check: (value: unknown) => T, log: Log): T | undefined {
  for (const candidate of [path, `${path}.previous`]) {
    let text: string;
    try {
      text = readFileSync(candidate, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
      throw error;
    }
    try {
      return check(JSON.parse(text));
    } catch (error) {
      log.error("a file of the status page is damaged; it was put aside", { file: candidate, error: describeError(error) });
      renameSync(candidate, `${candidate}.damaged`);
    }
  }
  return undefined;
}
