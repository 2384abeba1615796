import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import { codeOf, describeError, type Log } from "./log";
import type { Mark, MarkKeeper } from "./vault";

const moment = z.iso.datetime();
/** Unix time in seconds, bytes, seconds, or 0 and 1: what Prometheus is told. */
const figures = z.object({
  lastSuccess: z.number(), lastRun: z.number(), lastRunFailed: z.number(), bytes: z.number(), previousBytes: z.number(), duration: z.number(),
  lastVerified: z.number(), lastDrill: z.number(), lastDrillFailed: z.number(), drillDuration: z.number(), drillAge: z.number(),
}).partial();
export type Figures = z.infer<typeof figures>;

const state = z.object({
  figures: figures.default({}),
  /** The moment of the schedule that was attended to last, by role. */
  attended: z.partialRecord(z.enum(["backup", "drill"]), moment).default({}),
  /** When the agent was last seen running. */
  seen: moment.optional(),
  /** By store and backup: what could not be written into the store. */
  marks: z.record(z.string(), z.partialRecord(z.enum(["verified", "drilled"]), moment)).default({}),
});
export type State = z.infer<typeof state>;

/**
 * What the agent must not forget over a restart. Read anew each time: a container for one command writes it as well,
 * and the lock keeps their runs apart.
 */
export class StateFile implements MarkKeeper {
  constructor(private readonly path: string, private readonly log: Log) {}

  get value(): State {
    return readJson(this.path, (value) => state.parse(value), this.log) ?? state.parse({});
  }

  change(change: (before: State) => Partial<State>): void {
    const before = this.value;
    writeJson(this.path, { ...before, ...change(before) });
  }

  tell(change: Figures): void {
    this.change(({ figures: before }) => ({ figures: { ...before, ...change } }));
  }

  read(store: string, backup: string): Readonly<Partial<Record<Mark, string>>> {
    return this.value.marks[`${store} ${backup}`] ?? {};
  }

  /** Only the newest of each backup, and no more than a store has sets. */
  keep(store: string, backup: string, mark: Mark, at: Date): void {
    const name = `${store} ${backup}`;
    this.change(({ marks }) => ({
      marks: Object.fromEntries([...Object.entries(marks).filter(([other]) => other !== name), [name, { ...marks[name], [mark]: at.toISOString() }] as const].slice(-500)),
    }));
  }
}

/** Marks of this agent, and of the drill's besides, which may not write into stores. */
export function withMarksOf(drill: StateFile, own: StateFile): MarkKeeper {
  return {
    read: (store, backup) => ({ ...drill.read(store, backup), ...own.read(store, backup) }),
    keep: (store, backup, mark, at) => own.keep(store, backup, mark, at),
  };
}

/**
 * Whole or not at all: written beside, flushed, renamed. What was there before stays as `.previous`. Beside means apart
 * from others: the agent and a container for one command may write at the same moment.
 */
export function writeJson(path: string, value: unknown): void {
  writeText(path, `${JSON.stringify(value)}\n`);
}

export function writeText(path: string, text: string): void {
  const beside = `${path}.${hostname()}-${process.pid}.new`;
  const previous = `${path}.previous`;
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(beside, "w", 0o600);
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
      log.error("a file of the backup agent is damaged; it is put aside", { file: candidate, error: describeError(error) });
      try {
        renameSync(candidate, `${candidate}.damaged`);
      } catch {
        // Another agent's, read-only here.
      }
    }
  }
  return undefined;
}
