import { marksOf, writeMark, type Mark } from "../../halts/mark";
import type { Hands } from "../../halts/hands";
import type { Means } from "../change";
import { Problem } from "../problem";
import { shortName } from "../stackContainers";
import type { StackFile } from "../stackFile";
import type { Stack } from "../stack";

/** A system that is to run again: what the engine's mark and the stack file say of it. */
export interface Down {
  readonly system: string;
  readonly mark: Mark | undefined;
  readonly recorded: boolean;
}

/** @throws Problem where nothing is halted */
export async function downSystems(named: string, stack: string, hands: Pick<Hands, "volumes">, file: Pick<StackFile, "get">): Promise<readonly Down[]> {
  const marks = await marksOf(hands, shortName(stack));
  const listed = file.get(["systems"]);
  const recorded = new Set(Object.entries(typeof listed === "object" && listed !== null ? listed : {}).flatMap(([id, system]) => (isHalted(system) ? [id] : [])));
  const all = [...new Set([...Object.keys(marks), ...recorded])].sort();
  const chosen = named === "all" ? all : all.filter((id) => id === named);
  if (chosen.length > 0) return chosen.map((system) => ({ system, mark: marks[system], recorded: recorded.has(system) }));
  throw new Problem(named === "all" ? `nothing of the stack ${stack} is halted` : `${named} is not halted in the stack ${stack}`, [
    ...(all.length > 0 ? [`Halted are: ${all.join(", ")}.`] : []),
    "Did a resume break off after the system was started? pulumi up goes on with it.",
  ]);
}

function isHalted(system: unknown): boolean {
  return typeof system === "object" && system !== null && "halted" in system;
}

/**
 * One update brings it back: its step for the system's power connects what was cut, starts database and cache, waits for
 * them, then starts the rest; the edge opens last. The mark says that this is meant, so that any further update goes on
 * with it, should this one be cut off.
 */
export async function bringBack(means: Means, down: readonly Down[], now: () => Date): Promise<Stack> {
  const stack = shortName(means.stack.name);
  for (const { mark, system } of down) {
    if (mark !== undefined) await writeMark(means.engine, { stack, system }, { ...mark, stage: "resuming" }, now());
    means.file.set(["systems", system, "halted"], undefined);
  }
  return means.update({ policies: "none" });
}
