import type { Engine } from "../engine/api.mjs";
import type { Pulumi } from "./pulumi.mjs";
import type { UpdateLock } from "./state.mjs";

/** A lock whose process runs is waited for, or a Problem (75); one of a killed process is taken away. */
export function clearUpdateLock(
  pulumi: Pulumi,
  options: { readonly wait: boolean; readonly tell: (line: string) => void; readonly locks?: (stack: string) => readonly UpdateLock[]; readonly mend?: () => readonly string[] },
): Promise<void>;
/** Removes what was made and not written down, and clears what was begun. */
export function repairCutOff(
  pulumi: Pulumi,
  engine: Engine,
  tell: (line: string) => void,
  state?: { readonly resources: readonly unknown[]; readonly pending: readonly unknown[] },
): Promise<{ readonly refresh: boolean }>;
