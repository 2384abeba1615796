import { backupsOf, systemsWithBackups } from "../backupAgent";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";

export interface Chosen {
  readonly system: string;
  readonly backup: string;
}

/** `latest`, `<system>/<tier>/<timestamp>` or `<tier>/<timestamp>`: of which system it is; `latest` of none means all. */
export function chooseBackups(stack: Stack, name: string, system: string | undefined): readonly Chosen[] {
  const named = systemIn(name);
  if (named !== undefined && system !== undefined && named !== system) throw new Problem(`${name} is a backup of ${named}, and --system says ${system}`, ["Leave --system out."], usageExitCode);
  const only = system ?? named;
  if (only !== undefined) {
    backupsOf(stack, only);
    return [{ system: only, backup: name }];
  }
  const all = systemsWithBackups(stack);
  if (name !== "latest" && all.length > 1) throw new Problem(`${name} may be a backup of any of ${all.join(", ")}`, ["Say which with --system, or give its whole name: motel/daily/2026-11-21T020000Z."], usageExitCode);
  return all.map((id) => ({ system: id, backup: name }));
}

/** As above, where only one will do. */
export function chooseBackup(stack: Stack, name: string, system: string | undefined): Chosen {
  const [first, ...others] = chooseBackups(stack, name, system);
  if (first === undefined || others.length > 0) {
    throw new Problem(`${name}: of which system?`, [`Say it with --system: ${systemsWithBackups(stack).join(", ")}.`], usageExitCode);
  }
  return first;
}

function systemIn(name: string): string | undefined {
  const words = name.split("/");
  return words.length === 3 ? words[0] : undefined;
}
