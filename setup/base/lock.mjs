import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { Problem } from "./problem.mjs";
import { startOf } from "./processes.mjs";
import { duration } from "./say.mjs";

/**
 * One command at a time in a clone. The second says who holds the lock and waits, or fails with --no-wait.
 * A lock whose process is gone is stale and is taken over.
 * @param {string} file
 * @param {{ command: string, wait: boolean, tell: (line: string) => void, pollMs?: number, everySeconds?: number }} options
 * @returns {Promise<() => void>} gives the lock back; also done when the process exits
 */
export async function takeLock(file, { command, wait, tell, pollMs = 500, everySeconds = 15 }) {
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid), host: hostname(), command, since: new Date().toISOString() });
  mkdirSync(dirname(file), { recursive: true });
  const began = Date.now();
  let told = 0;
  for (;;) {
    if (create(file, mine)) return release(file, mine);
    const text = read(file);
    if (text === undefined) continue;
    const holder = parse(text);
    if (isStale(holder)) {
      tell(`lock      left behind by ${describe(holder)}, which no longer runs; taken over`);
      removeIfStill(file, text);
      continue;
    }
    if (!wait) throw new Problem(`${describe(holder)} is at work in this clone, and --no-wait was given`, ["Wait until it has ended, then run this again."], 75);
    if (Date.now() - told >= everySeconds * 1000) {
      told = Date.now();
      const waited = told - began < 1000 ? "" : ` (${duration((told - began) / 1000)})`;
      tell(`waiting   ${describe(holder)} is at work in this clone; going on when it has ended${waited}. Ctrl-C leaves it alone.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Whole or not at all: the text is written beside it and linked into place. */
function create(file, text) {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text);
  try {
    linkSync(beside, file);
    return true;
  } catch (error) {
    if (error?.code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(beside);
  }
}

function release(file, mine) {
  const give = () => {
    if (read(file) === mine) rmSync(file, { force: true });
    process.off("exit", give);
  };
  process.on("exit", give);
  return give;
}

/** Two that wait must not take away each other's new lock: what was moved is looked at again. */
function removeIfStill(file, stale) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error?.code === "ENOENT") return;
    throw error;
  }
  if (read(aside) !== stale) {
    try {
      linkSync(aside, file);
    } catch (error) {
      if (error?.code !== "EEXIST") throw error;
    }
  }
  rmSync(aside, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error?.code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** On another host (a shared home directory) nothing is known about a process, so it counts as running. */
export function isStale(holder, { here = hostname(), start = startOf } = {}) {
  if (typeof holder?.pid !== "number") return true;
  if (holder.host !== undefined && holder.host !== here) return false;
  const now = start(holder.pid);
  return now === undefined || (holder.start !== undefined && now !== holder.start);
}

export function describe(holder) {
  if (typeof holder?.pid !== "number") return "an unreadable lock";
  const since = typeof holder.since === "string" ? `, since ${holder.since.slice(11, 19)} UTC` : "";
  return `${holder.command ?? "a command"} (process ${holder.pid}${holder.host === hostname() ? "" : ` on ${holder.host}`}${since})`;
}
