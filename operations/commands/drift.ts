import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { driftMarkdown, driftText, readDrift, type DriftReport } from "../policy/drift";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface Options extends GlobalOptions {
  readonly output?: string;
}

/** Issue 8: nightly, by `refresh --preview-only`. Nothing is written, neither to the state nor to what it describes. */
export const drift: CommandModule = {
  define(command, run) {
    command
      .option("--output <file>", "writes the text of an issue there, when there is something to say")
      .addHelpText("after", [
        "",
        "Ends with 1 when something is not as the stack left it. `npx stackbook status` knows more of containers that run beside the stack;",
        "this looks at every resource, on every platform.",
        "",
        "Examples:",
        "  npx stackbook drift --stack prod",
        "  npx stackbook drift --stack prod --output issue.md",
      ].join("\n"))
      .action(run<Options>(look));
  },
};

async function look(options: Options, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const said = await stack.cli.run(["refresh", "--preview-only", "--json"]);
  const report: DriftReport = { stack: stack.name, at: context.now().toISOString(), drifted: readDrift(said) };
  const bad = report.drifted.length > 0;
  if (options.output !== undefined && bad) writeFileSync(resolve(options.output), driftMarkdown(report));
  return { text: driftText(report), json: report, exitCode: bad ? 1 : 0 };
}
