import { systemIds, type SystemId } from "../systems";
import { Problem, usageExitCode } from "./problem";

/** @throws Problem that lists them */
export function chosenSystem(named: string | undefined): SystemId {
  const system = systemIds.find((id) => id === named);
  if (system === undefined) throw new Problem(`${named ?? ""} is no system`, [`Use one of: ${systemIds.join(", ")}.`], usageExitCode);
  return system;
}
