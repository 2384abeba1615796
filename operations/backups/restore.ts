import type { BackupEntry, RestoreAnswer } from "../../backups/protocol";
import type { Engine } from "../engine";
import { askBackupAgent, handOverCheckpoint } from "../backupAgent";
import type { Context } from "../commands/types";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { newRestoreId, readRestoreKey, writeRestoreKey, type RestoreKey } from "./restoreKey";

export interface RestorePlan {
  readonly system: string;
  readonly key: RestoreKey;
}

/** @returns what the restore's own container answered, as the stack's outputs have it */
export async function restoreByUpdate({ system, key }: RestorePlan, stack: Stack, context: Context): Promise<RestoreAnswer | undefined> {
  const engine = context.connect(stack);
  // The set that is taken before anything is changed shall contain the state as it is now.
  await handOverCheckpoint(stack, engine, [system], context.stackFile(stack.name));
  const before = await readRestoreKey(stack.cli, system);
  const began = context.now();
  await writeRestoreKey(stack.cli, system, key);
  try {
    await stack.cli.up(`restore of ${system} from ${key.backup} (${key.id})`, context.say);
  } catch (error) {
    throw await undo(error, { system, key, before, began }, { stack, engine, context });
  }
  return (await context.openStack(stack.name)).outputs.backups?.[system]?.restored;
}

interface Attempt extends RestorePlan {
  readonly before: RestoreKey | undefined;
  readonly began: Date;
}

interface Means {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly context: Context;
}

/** The restore itself puts back what it took; what fails after it, in the same update, is put right here. */
async function undo(error: unknown, attempt: Attempt, means: Means): Promise<unknown> {
  if (!(error instanceof Problem)) return error;
  const { system, key, before } = attempt;
  const { cli } = means.stack;
  if (!(await wentThrough(means.stack, key.id))) {
    await writeRestoreKey(cli, system, before);
    return new Problem(`${system} was not restored from ${key.backup}:`, [
      ...error.remedy,
      `The data is what it was before, the containers that were stopped for it run again, and the key that asked for it is out of the stack file again.`,
      "Put the cause right and run the same command again.",
    ]);
  }
  means.context.say(`The data of ${key.backup} was brought back, but the update failed after that: ${error.remedy[0] ?? error.message}`);
  return putSafetyBack(error, attempt, means);
}

async function putSafetyBack(error: Problem, { system, key, before, began }: Attempt, { stack, engine, context }: Means): Promise<Problem> {
  const safety = await safetyBackup(stack, engine, system, began);
  if (safety === undefined) {
    return new Problem(`${system} has the data of ${key.backup}, but the update failed after that, and the safety backup was not found:`, [...error.remedy, `See what there is: npx stackbook backups list ${system} --tier safety`]);
  }
  context.say(`Putting back ${safety.backup}, which was taken before.`);
  try {
    await writeRestoreKey(stack.cli, system, { id: newRestoreId(), backup: safety.backup, ...(key.only === undefined ? {} : { only: key.only }) });
    await stack.cli.up(`${safety.backup} put back: the update that restored ${key.backup} failed`, context.say);
  } catch (second) {
    if (!(second instanceof Problem)) throw second;
    await writeRestoreKey(stack.cli, system, before);
    return new Problem(`${system} was restored from ${key.backup}, the update failed after that, and ${safety.backup} could not be put back either:`, [
      "First:", ...error.remedy, "Then:", ...second.remedy,
      `Nothing is lost: the data from before is in ${safety.backup}. Put the cause right, then: npx stackbook restore ${safety.backup}`,
    ]);
  }
  return new Problem(`${system} was not restored from ${key.backup}: the update failed after the data was brought back:`, [
    ...error.remedy,
    `${safety.backup}, taken before, was put back by a second update; the stack file says so.`,
  ]);
}

/** Did the restore's step succeed? Then the state has it; a step that failed leaves nothing there. */
async function wentThrough(stack: Stack, id: string): Promise<boolean> {
  const { deployment } = JSON.parse(await stack.cli.run(["stack", "export"])) as { readonly deployment?: { readonly resources?: readonly { readonly custom?: boolean; readonly inputs?: unknown }[] } };
  return (deployment?.resources ?? []).some(({ custom, inputs }) => custom === true && JSON.stringify(inputs ?? {}).includes(id));
}

async function safetyBackup(stack: Stack, engine: Engine, system: string, began: Date): Promise<BackupEntry | undefined> {
  const entries = await askBackupAgent(stack, engine, system, "list", { tier: "safety" });
  // Names have whole seconds, and two clocks may be a little apart.
  const since = began.getTime() - 2000;
  return [...entries].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).find(({ startedAt }) => Date.parse(startedAt) >= since);
}
