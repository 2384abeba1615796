import type { BackupEntry, RestoreAnswer } from "../../backups/protocol";
import { askBackupAgent, handOverCheckpoint } from "../backupAgent";
import type { Means } from "../change";
import { Problem } from "../problem";
import { newRestoreId, type RestoreKey } from "./restoreKey";

export interface RestorePlan {
  readonly system: string;
  readonly key: RestoreKey;
  /** What else the same update brings back: code and settings of the time of the backup. @default nothing */
  readonly edit?: () => void;
  /** Where the program is that brings it back. @default this working copy */
  readonly cwd?: string | undefined;
}

interface Attempt extends RestorePlan {
  /** The stack file before. */
  readonly before: string;
  readonly began: Date;
}

/**
 * A restore is an update whose stack file names the backup.
 * @returns what the restore's own container answered, as the stack's outputs have it
 */
export async function restoreByUpdate(plan: RestorePlan, means: Means): Promise<RestoreAnswer | undefined> {
  const { context, engine, file, stack } = means;
  const { cwd, edit, key, system } = plan;
  // The set that is taken before anything is changed shall contain the state as it is now.
  await handOverCheckpoint(stack, engine, [system], context.stackFile(stack.name));
  const attempt: Attempt = { ...plan, before: file.text(), began: context.now() };
  edit?.();
  // Whatever was there before is gone: a restore of two tables leaves nothing of one of three.
  file.set(["systems", system, "restore"], key);
  try {
    const updated = await means.update({ step: `restore of ${system} from ${key.backup} (${key.id})`, ...(cwd === undefined ? {} : { cwd }) });
    return updated.outputs.backups?.[system]?.restored;
  } catch (error) {
    throw await undo(error, attempt, means);
  }
}

/** The restore itself puts back what it took; what fails after it, in the same update, is put right here. */
async function undo(error: unknown, attempt: Attempt, means: Means): Promise<unknown> {
  if (!(error instanceof Problem)) return error;
  const { before, key, system } = attempt;
  if (!(await wentThrough(means, key.id))) {
    means.file.putBack(before);
    means.file.save();
    return new Problem(`${system} was not restored from ${key.backup}:`, [
      ...error.remedy,
      `The data is what it was before, the containers that were stopped for it run again, and the key that asked for it is out of the stack file again.`,
      "Put the cause right and run the same command again.",
    ]);
  }
  means.say(`The data of ${key.backup} was brought back, but the update failed after that: ${error.remedy[0] ?? error.message}`);
  return putSafetyBack(error, attempt, means);
}

async function putSafetyBack(error: Problem, { before, began, key, system }: Attempt, means: Means): Promise<Problem> {
  const safety = await safetyBackup(means, system, began);
  if (safety === undefined) {
    return new Problem(`${system} has the data of ${key.backup}, but the update failed after that, and the safety backup was not found:`, [...error.remedy, `See what there is: npx stackbook backups list ${system} --tier safety`]);
  }
  means.say(`Putting back ${safety.backup}, which was taken before.`);
  try {
    means.file.putBack(before);
    means.file.set(["systems", system, "restore"], { id: newRestoreId(), backup: safety.backup, ...(key.only === undefined ? {} : { only: key.only }) });
    await means.update({ step: `${safety.backup} put back, as the update that restored ${key.backup} failed` });
  } catch (second) {
    if (!(second instanceof Problem)) throw second;
    means.file.putBack(before);
    means.file.save();
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
async function wentThrough({ stack }: Means, id: string): Promise<boolean> {
  const { deployment } = JSON.parse(await stack.cli.run(["stack", "export"])) as { readonly deployment?: { readonly resources?: readonly { readonly type?: string; readonly inputs?: unknown }[] } };
  // Others are told of it, too: the guard, the ledger, what holds the system's containers. A task has it once it ran.
  return (deployment?.resources ?? []).some(({ inputs, type }) => type === taskType && JSON.stringify(inputs ?? {}).includes(id));
}

const taskType = "pulumi-nodejs:dynamic/stackbook:Task";

async function safetyBackup({ engine, stack }: Means, system: string, began: Date): Promise<BackupEntry | undefined> {
  const entries = await askBackupAgent(stack, engine, system, "list", { tier: "safety" });
  // Names have whole seconds, and two clocks may be a little apart.
  const since = began.getTime() - 2000;
  return [...entries].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).find(({ startedAt }) => Date.parse(startedAt) >= since);
}
