import { join } from "node:path";
import { applyEdits, describeEdits } from "../rollback/plan";
import { historyOf } from "../rollback/choose";
import { settingsAsRecorded } from "../rollback/settings";
import { exitCodes, Problem } from "../problem";
import { StackFile } from "../stackFile";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";


/** For who has an older stack file than the stack, and can't get the newest from the repository. */
export const settings: CommandModule = {
  define(command, run) {
    command
      .command("pull")
      .description("writes Pulumi.<stack>.yaml as the stack's last release was made with; secrets stay as they are in the file")
      .action(run<GlobalOptions>(pull));
  },
};

async function pull(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const { current } = historyOf(stack);
  const { sequence } = await context.repair(stack);
  const file = new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`));
  const edits = settingsAsRecorded(file.all(), current);
  applyEdits(file, edits);
  file.set(["sequence"], Math.max(sequence, current.sequence) || undefined);
  if (!file.changed()) return { text: `Pulumi.${stack.name}.yaml is what release ${current.number} was made with.`, json: { stack: stack.name, release: current.number, edits: [] } };
  context.say([`As release ${current.number} was made with (${current.operation.what}, by ${current.operation.who}):`, ...describeEdits(edits)].join("\n"));
  if (options.yes !== true && !(await context.confirm(`Write this into Pulumi.${stack.name}.yaml?`))) throw new Problem("the file stays as it is: not confirmed", [], exitCodes.interrupted);
  file.save();
  return { text: [`Pulumi.${stack.name}.yaml was written. To commit:`, await file.difference()].join("\n"), json: { stack: stack.name, release: current.number, edits } };
}
