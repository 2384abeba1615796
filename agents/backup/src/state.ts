import { z } from "zod";
import { readJson, writeJson } from "../../common/files";
import type { Log } from "../../common/log";
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
