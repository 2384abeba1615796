import type { BackupEntry } from "../../backups/protocol";
import type { SystemId } from "../../systems";
import { age } from "../backups/texts";
import { askBackupAgent } from "../backupAgent";
import { Problem } from "../problem";
import type { Looking } from "./prechecks";

export interface BackupCheck {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Hours beyond its interval that a backup may be old: as its alert has it, 26 h for a daily one. */
const graceHours = 2;

/**
 * B1: the update itself takes a backup before the migration. Here: that the agent answers, that the last one is as fresh as
 * it should be, and that it is whole; one that nobody has verified is verified now.
 */
export async function backupProblems(system: SystemId, { engine, say, stack }: Pick<Looking, "stack" | "engine" | "say">): Promise<BackupCheck> {
  const facts = stack.outputs.facts?.systems.find(({ id }) => id === system);
  if (stack.outputs.backups?.[system] === undefined) return { problems: [], notes: [`${system} is not backed up: there is no way back for its data`] };
  let newest: BackupEntry | undefined;
  try {
    [newest] = [...(await askBackupAgent(stack, engine, system, "list", {}))].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    if (newest === undefined) return { problems: [], notes: ["there is no backup yet; the update takes the first one before it changes anything"] };
    const problem = judgeBackup(newest, facts?.backup?.everyHours ?? 24);
    if (problem !== undefined) return { problems: [problem], notes: [] };
    if (newest.verifiedAt === null && newest.readable) {
      const { parts } = await askBackupAgent(stack, engine, system, "verify", { backup: newest.backup }, say);
      const bad = parts.filter(({ ok }) => !ok);
      if (bad.length > 0) return { problems: [`the last backup, ${newest.backup}, is damaged (${bad.map(({ name, problem: why = "" }) => `${name}: ${why}`).join("; ")}): take a new one, npx stackbook backup ${system}`], notes: [] };
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problems: [`backups can't be looked at: ${error.message}`], notes: [] };
  }
  return { problems: [], notes: newest.readable ? [] : [`the last backup, ${newest.backup}, can't be verified here: this host has no key for it`] };
}

export function judgeBackup({ ageSeconds, backup, problem }: BackupEntry, everyHours: number): string | undefined {
  if (problem !== undefined) return `the last backup, ${backup}, can't be used (${problem}): take a new one, npx stackbook backup`;
  if (ageSeconds > (everyHours + graceHours) * 3600) return `the last backup, ${backup}, is ${age(ageSeconds)} old, it should be ${everyHours} h at most: npx stackbook backup`;
  return undefined;
}
