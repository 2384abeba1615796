import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../problem";
import { fileWord, stamp, writePair } from "../report/files";
import { renderBaseline } from "./markdown";
import type { Baseline } from "./types";

const nameOf = (stack: string): string => `baseline-${fileWord(stack)}`;

/** The one that is compared with; undefined: none was recorded. */
export function readBaseline(folder: string, stack: string): Baseline | undefined {
  const file = join(folder, `${nameOf(stack)}.json`);
  if (!existsSync(file)) return undefined;
  try {
    const found = JSON.parse(readFileSync(file, "utf8")) as Baseline;
    if (found.kind === "baseline" && found.format === 1) return found;
  } catch {
    // Not JSON: the same as another form.
  }
  throw new Problem(`${file} is no baseline that can be read`, ["Move it away, then record one: npx stackbook check baseline --record"]);
}

/** The one before stays beside it, under its own time. */
export function writeBaseline(folder: string, baseline: Baseline): { readonly markdown: string; readonly json: string } {
  const before = readBaseline(folder, baseline.stack);
  const name = nameOf(baseline.stack);
  if (before !== undefined) for (const end of ["md", "json"]) if (existsSync(join(folder, `${name}.${end}`))) renameSync(join(folder, `${name}.${end}`), join(folder, `${name}-${stamp(before.at)}.${end}`));
  return writePair(folder, name, renderBaseline(baseline), baseline);
}
