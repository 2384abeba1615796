import { statSync } from "node:fs";
import type { BackupOutputs } from "../../backups/outputs";
import type { Context } from "../commands/types";
import { Problem } from "../problem";
import type { StackCli } from "../pulumi";
import { countSecrets, secretsOnly, type Checkpoint } from "./checkpoint";
import type { Kit } from "./kit";
import { newRestoreId, writeRestoreKeys } from "./restoreKey";
import type { FoundSet } from "./sets";

export interface Recovery {
  readonly kit: Kit;
  readonly sets: readonly FoundSet[];
  /** By directory store: its folder on this machine. */
  readonly places: Readonly<Record<string, string>>;
}

/** The user that agents run as: a folder they write must be theirs. */
const agentUser = 1000;

/**
 * State with the generated secrets, stack file with what is to be restored, and one update: it makes everything anew and
 * brings the data back before the first container of the application starts.
 */
export async function recoverStack({ kit, sets, places }: Recovery, context: Context): Promise<{ readonly outputs: BackupOutputs; readonly secrets: number }> {
  for (const folder of Object.values(places)) checkOwner(folder);
  const checkpoint = newestCheckpoint(kit, sets);
  const cli = await context.createStack({ name: kit.stack, secrets: kit.secrets, local: kit.local, stackFile: checkpoint.stackFile ?? kit.checkpoint.stackFile, systems: Object.keys(kit.stores) });
  const taken = secretsOnly(checkpoint);
  const { version, deployment } = taken;
  await cli.run(["stack", "import"], JSON.stringify({ version, deployment }));
  await placeStores(cli, places);
  await writeRestoreKeys(cli, Object.fromEntries(Object.keys(kit.stores).map((system) => [system, keyFor(system, sets)])));
  try {
    await cli.up(`recovery of ${sets.map(({ backup }) => backup).join(", ")}`, context.say);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem("the stack was not brought up whole:", [
      ...error.remedy,
      `Put the cause right, then go on with: pulumi up --stack ${kit.stack} (dev: npm start); the stack file names what is still to be restored.`,
      "Is it a backup that is damaged? Destroy what there is, and recover again with another one: --backup <name>",
    ]);
  }
  const outputs = JSON.parse(await cli.run(["stack", "output", "--json"])) as { readonly backups?: BackupOutputs };
  return { outputs: outputs.backups ?? {}, secrets: countSecrets(taken) };
}

/** A set that was taken before anybody gave the agent a checkpoint has none: the kit's own is older, and better than none. */
function newestCheckpoint(kit: Kit, sets: readonly FoundSet[]): Checkpoint {
  const newest = [...sets].sort((a, b) => b.manifest.timestamp.localeCompare(a.manifest.timestamp)).find(({ checkpoint }) => checkpoint !== undefined && countSecrets(checkpoint) > 0);
  return newest?.checkpoint ?? kit.checkpoint;
}

function keyFor(system: string, sets: readonly FoundSet[]): { readonly id: string; readonly backup: string } | undefined {
  const set = sets.find((found) => found.system === system);
  return set === undefined ? undefined : { id: newRestoreId(), backup: set.backup };
}

/** Backups go on where they came from. */
async function placeStores(cli: StackCli, places: Readonly<Record<string, string>>): Promise<void> {
  const values = Object.entries(places).flatMap(([name, folder]) => [`stackbook:backups.stores.${name}.kind=directory`, `stackbook:backups.stores.${name}.path=${folder}`]);
  if (values.length > 0) await cli.run(["config", "set-all", "--path", ...values.flatMap((value) => ["--plaintext", value])]);
}

function checkOwner(folder: string): void {
  const { uid } = statSync(folder);
  if (uid !== agentUser) throw new Problem(`${folder} belongs to user ${uid}: the backup agent is user ${agentUser}, and goes on writing there`, [`chown -R ${agentUser}:${agentUser} ${folder}`]);
}
