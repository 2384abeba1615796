import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { codeOf, describeError, type Log } from "./log";

/**
 * Whole or not at all: written beside, flushed, renamed. What was there before stays as `.previous`, for the case that
 * a file is damaged from outside. Beside means apart from others: an agent and a container for one command may write
 * at the same moment. Synchronous, so that two writes of one process never mingle.
 * @param mode of a new file; nobody but the agent reads it
 */
export function writeText(path: string, text: string, mode = 0o600): void {
  const beside = `${path}.${hostname()}-${process.pid}.new`;
  const previous = `${path}.previous`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(beside, "w", mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    rmSync(previous, { force: true });
    linkSync(path, previous);
  } catch (error) {
    // Nothing was there before, or the other one has just kept it.
    if (!["ENOENT", "EEXIST"].includes(codeOf(error))) throw error;
  }
  renameSync(beside, path);
}

export function writeJson(path: string, value: unknown): void {
  writeText(path, `${JSON.stringify(value)}\n`);
}

/** What `check` makes of the newest whole copy; damaged ones are put aside, said, and never stop the agent. */
export function readJson<T>(path: string, check: (value: unknown) => T, log: Log): T | undefined {
  for (const candidate of [path, `${path}.previous`]) {
    let text: string;
    try {
      text = readFileSync(candidate, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") continue;
      throw error;
    }
    try {
      return check(JSON.parse(text));
    } catch (error) {
      log.error("a file of the agent is damaged; it was put aside", { file: candidate, error: describeError(error) });
      try {
        renameSync(candidate, `${candidate}.damaged`);
      } catch (refused) {
        // Another agent's, which is read-only here.
        if (!["EROFS", "EACCES", "EPERM"].includes(codeOf(refused))) throw refused;
      }
    }
  }
  return undefined;
}
