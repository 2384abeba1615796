import { join } from "node:path";
import { z } from "zod";
import { partNames } from "../../../../backups/manifest";
import type { RestoreAnswer, RestoreRequest } from "../../../../backups/protocol";
import { readJson, writeJson } from "../../../common/files";
import type { Log } from "../../../common/log";
import { canonical } from "../manifest/canonical";
import { RefusedError } from "../sources/types";

const part = z.enum(partNames);
const journal = z.object({
  /** The request that the id stands for. */
  request: z.string(),
  /**
   * `begun`: nothing live was touched yet. `swapping`: `swaps` were begun. `swapped`: all of them are done, what was
   * kept aside goes. `done`, `failed`: the end.
   */
  state: z.enum(["begun", "swapping", "swapped", "done", "failed"]),
  backup: z.string().optional(),
  safety: z.string().optional(),
  parts: z.array(part).default([]),
  swaps: z.array(part).default([]),
  answer: z.custom<RestoreAnswer>((value) => typeof value === "object" && value !== null).optional(),
  problem: z.string().optional(),
});
export type Entry = z.infer<typeof journal>;

/** What a restore has done so far, on the agent's own volume: a run that is cut off anywhere goes on from here. */
export class Journal {
  private constructor(private readonly path: string, private entry: Entry) {}

  static open(dataFolder: string, request: RestoreRequest, log: Log): Journal {
    const path = join(dataFolder, "restores", `${request.id}.json`);
    const asked = canonical({ backup: request.backup, only: request.only, tables: request.tables });
    const entry = readJson(path, (value) => journal.parse(value), log) ?? { request: asked, state: "begun" as const, parts: [], swaps: [] };
    if (entry.request !== asked) throw new RefusedError(`restore ${request.id} was ${entry.request}, and is ${asked} now; give a restore that is another one an id of its own`);
    return new Journal(path, entry);
  }

  get value(): Readonly<Entry> {
    return this.entry;
  }

  write(change: Partial<Entry>): void {
    this.entry = { ...this.entry, ...change };
    writeJson(this.path, this.entry);
  }
}
