import { breakLock, currentHolder, describe } from "../change/lock";
import { exitCodes, Problem } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";


/** Of an operator whose machine is gone: where it can't be seen that the process no longer runs. */
export const unlock: CommandModule = {
  define(command, run) {
    command.action(run<GlobalOptions>(giveBack));
  },
};

async function giveBack(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const holder = await currentHolder(engine, stack.name);
  if (holder === undefined) return { text: `Nobody is at work on the stack ${stack.name}.`, json: { stack: stack.name, holder: null } };
  if (options.yes !== true && !(await context.confirm(`Take the lock of ${stack.name} from ${describe(holder)}, process ${holder.pid} on ${holder.host}? If it still runs, two will change the stack at once.`))) {
    throw new Problem("the lock stays: not confirmed", [], exitCodes.interrupted);
  }
  await breakLock(engine, stack.name);
  return { text: `The lock of ${describe(holder)} is taken away.`, json: { stack: stack.name, holder } };
}
