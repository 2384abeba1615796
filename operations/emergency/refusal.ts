import { Problem } from "../problem";
import { settledState } from "../reading/settled";
import type { Stack } from "../stack";

/**
 * Why nothing of a system runs, where somebody stopped it in an emergency: whoever is told to start a container by hand
 * undoes that. Undefined: it is not halted, as far as the stack's record says.
 */
export function haltedProblem(system: string, stack: Pick<Stack, "settings">, now: Date): Problem | undefined {
  const { halted, notes } = settledState(system, stack.settings, now);
  return halted ? new Problem(`${system} is ${notes[0] ?? "halted"}`, [`Start it again with: npx stackbook resume ${system}`]) : undefined;
}
