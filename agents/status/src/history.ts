import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../../common/files";
import type { Log } from "../../common/log";
import { shiftDay } from "./time";

/** What a day's checks of one system came to. Failures in a maintenance window count for neither side. */
export interface Tally {
  readonly up: number;
  readonly total: number;
  readonly maintenance: number;
}

export type Check = "up" | "down" | "maintenance";

/** The page shows 90 days; a few more, so that a change of time zone or clock never cuts one off. */
const keepDays = 100;

const dayFile = z.record(z.string(), z.object({ up: z.number().int().min(0), total: z.number().int().min(0), maintenance: z.number().int().min(0) }));
const none: Tally = { up: 0, total: 0, maintenance: 0 };

/** One file a day, so that whatever happens to a file costs one day, and only today's is ever written. */
export class History {
  private readonly days = new Map<string, Map<string, Tally>>();
  private readonly changed = new Set<string>();

  constructor(private readonly folder: string, log: Log) {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const day = /^(\d{4}-\d\d-\d\d)\.json(?:\.previous)?$/.exec(name)?.[1];
      if (day === undefined || this.days.has(day)) continue;
      const tallies = readJson(join(folder, `${day}.json`), (value) => dayFile.parse(value), log);
      if (tallies !== undefined) this.days.set(day, new Map(Object.entries(tallies)));
    }
  }

  record(day: string, system: string, check: Check): void {
    const tallies = this.days.get(day) ?? new Map<string, Tally>();
    this.days.set(day, tallies);
    const before = tallies.get(system) ?? none;
    tallies.set(system, {
      up: before.up + (check === "up" ? 1 : 0),
      total: before.total + (check === "maintenance" ? 0 : 1),
      maintenance: before.maintenance + (check === "maintenance" ? 1 : 0),
    });
    this.changed.add(day);
  }

  tally(day: string, system: string): Tally {
    return this.days.get(day)?.get(system) ?? none;
  }

  /** Writes what is new, and drops what nobody is shown any more. */
  save(today: string): void {
    for (const day of this.changed) writeJson(join(this.folder, `${day}.json`), Object.fromEntries(this.days.get(day) ?? []));
    this.changed.clear();
    const oldest = shiftDay(today, -keepDays);
    for (const day of this.days.keys()) {
      if (day >= oldest) continue;
      this.days.delete(day);
      for (const suffix of ["", ".previous"]) rmSync(join(this.folder, `${day}.json${suffix}`), { force: true });
    }
  }
}
