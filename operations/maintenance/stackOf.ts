import { systemIds, type SystemId } from "../../systems";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";
import type { Place } from "./windows";

/** Those that a place means: one of the stack's systems, or all. @throws Problem for one that is not there */
export function systemsAt(stack: Pick<Stack, "name" | "outputs">, place: Place): SystemId[] {
  const there = systemIds.filter((id) => stack.outputs.systems?.[id]?.enabled === true);
  if (place === "all") return there;
  const found = there.find((id) => id === place);
  if (found === undefined) throw new Problem(`${place} is no running system of the stack ${stack.name}`, [`Use ${[...there, "all"].join(", ")}.`], usageExitCode);
  return [found];
}

export function titleOf({ outputs }: Pick<Stack, "outputs">, place: Place): string {
  return place === "all" ? "all systems" : (outputs.systems?.[place]?.title ?? place);
}

/** Of times that people give and read. */
export function timeZoneOf({ outputs }: Pick<Stack, "outputs">): string {
  return outputs.facts?.timeZone ?? "UTC";
}
