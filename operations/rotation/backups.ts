import type { BackupEntry } from "../../backups/protocol";
import { askBackupAgent, handOverCheckpoint } from "../backupAgent";
import { size } from "../backups/texts";
import type { Means } from "../change";
import { Problem } from "../problem";
import type { Exchange } from "./plan";

export interface Renewed {
  readonly text: readonly string[];
  readonly taken: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Sets to come hold the new secrets: without that, a stack that is brought back on an empty machine would have the old
 * ones. With a new key a set is taken at once and checked, and one of those before as well.
 */
export async function renewBackups(exchanges: readonly Exchange[], means: Means): Promise<Renewed> {
  const { context, engine, file, stack } = means;
  const systems = Object.keys(stack.outputs.backups ?? {}).filter((id) => file.get(["systems", id, "halted"]) === undefined);
  const isNewKey = exchanges.some(({ kind }) => kind === "backup-key");
  const result: { text: string[]; taken: string[]; problems: string[] } = { text: [], taken: [], problems: [] };
  try {
    await handOverCheckpoint(stack, engine, systems, context.stackFile(stack.name));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    result.problems.push(`backups to come do not hold the new secrets yet, as the agent did not take the stack's state: ${error.message}. Take one by hand: npx stackbook backup`);
  }
  if (!isNewKey) return result;
  for (const system of systems) {
    try {
      await takeFirst(system, means, result);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      result.problems.push(error.message, ...error.remedy);
    }
  }
  return result;
}

async function takeFirst(system: string, means: Means, result: { readonly text: string[]; readonly taken: string[]; readonly problems: string[] }): Promise<void> {
  const { engine, stack } = means;
  const keyId = stack.outputs.backups?.[system]?.keyId ?? "";
  const earlier = newest((await askBackupAgent(stack, engine, system, "list", {})).filter((entry) => entry.keyId !== keyId && entry.problem === undefined));
  const taken = await askBackupAgent(stack, engine, system, "run", { tier: "daily", reason: `first with the key ${keyId}` }, (line) => means.say(line));
  if (taken.bytes === null) result.text.push(`${system} holds nothing yet, so there is nothing to back up with the new key.`);
  else {
    result.taken.push(taken.backup);
    await check(system, taken.backup, `${taken.backup}: taken with the key ${keyId} (${size(taken.bytes)}), and every part opens`);
  }
  if (earlier !== undefined) await check(system, earlier.backup, `${earlier.backup}: of the key ${earlier.keyId}, and every part still opens`);

  async function check(id: string, backup: string, whole: string): Promise<void> {
    const { parts } = await askBackupAgent(stack, engine, id, "verify", { backup });
    const bad = parts.filter(({ ok }) => !ok);
    if (bad.length === 0) result.text.push(`${whole}.`);
    else result.problems.push(...bad.map(({ name, problem }) => `${backup}: ${name} does not open${problem === undefined ? "" : `: ${problem}`}`));
  }
}

function newest(entries: readonly BackupEntry[]): BackupEntry | undefined {
  return [...entries].sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
}
