import { resolve } from "node:path";
import { change } from "../change";
import { describeNow, movedSince, pulumiPlan, readPlan } from "../policy/planFile";
import { Problem } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface Options extends GlobalOptions {
  readonly why?: string;
}

/** Issue 8: what was previewed and approved is what is applied. */
export const apply: CommandModule = {
  define(command, run) {
    command
      .argument("<file>", "as npx stackbook preview --save-plan wrote it")
      .option("--why <reason>", "for the record")
      .addHelpText("after", [
        "",
        "Refused when the program, the stack file or the state is not as it was at the preview; and with Pulumi's own plan, whatever the",
        "update would do beyond it. Then preview and approve again.",
        "",
        "Examples:",
        "  npx stackbook apply prod.plan --stack prod --why \"approved in #217\"",
      ].join("\n"))
      .action(run<Options>(carryOut));
  },
};

async function carryOut(options: Options, context: Context, file = ""): Promise<Outcome> {
  const plan = readPlan(resolve(file));
  const about = { command: "apply", what: `apply ${plan.at}`, systems: [], why: options.why };
  return change(about, { stack: options.stack ?? plan.stack }, context, async ({ say, stack }) => {
    const moved = movedSince(plan, await describeNow(stack.name, stack.cli, context.root, context.stackFile(stack.name)));
    if (moved.length > 0) throw new Problem(`${file} is not what would be done now:`, [...moved, "Nothing was touched. Preview and approve again: npx stackbook preview --save-plan <file>"]);
    // With the stack file as it was approved, so without a number of its own.
    const message = options.why === undefined ? about.what : `${about.what}: ${options.why}`;
    await stack.cli.up(message, say, { policies: "kept", ...(plan.constrained ? { plan: pulumiPlan(resolve(file)) } : {}) });
    return { text: `Done: ${stack.name} is what was previewed at ${plan.at.slice(0, 16).replace("T", " ")} UTC.`, json: { stack: stack.name, plan } };
  });
}
