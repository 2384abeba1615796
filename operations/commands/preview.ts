import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describeNow, pulumiPlan, writePlan } from "../policy/planFile";
import { isRefused, previewMarkdown, previewText, type PreviewReport } from "../policy/previewReport";
import { PolicyProblem, RefusedProblem } from "../preview";
import { Problem, usageExitCode } from "../problem";
import type { PreviewOptions } from "../pulumi";
import type { Stack } from "../stack";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface Options extends GlobalOptions {
  readonly format: string;
  readonly output?: string;
  readonly savePlan?: string;
  /** commander's: false with --no-constraints. */
  readonly constraints: boolean;
  readonly allowLoss?: readonly string[];
}

/** Issue 8: what a pull request would do, for whoever reviews it. */
export const preview: CommandModule = {
  define(command, run) {
    command
      .option("--format <format>", "text or markdown", "text")
      .option("--output <file>", "writes it there")
      .option("--save-plan <file>", "keeps what was previewed, for npx stackbook apply")
      .option("--no-constraints", "with --save-plan: without Pulumi's own plan, which is experimental; commit, settings and state are checked all the same")
      .option("--allow-loss <names...>", "resources that hold data and may be deleted or replaced")
      .addHelpText("after", [
        "",
        "Ends with 1 when it would be refused: by a policy, by the program, or because data would go with what is deleted or replaced.",
        "The Markdown is a comment for a pull request; its first line tells it from others, so that it is updated in place.",
        "",
        "Examples:",
        "  npx stackbook preview --stack prod",
        "  npx stackbook preview --stack prod --format markdown --output comment.md --save-plan prod.plan",
      ].join("\n"))
      .action(run<Options>(show));
  },
};

async function show(options: Options, context: Context): Promise<Outcome> {
  if (options.format !== "text" && options.format !== "markdown") throw new Problem(`--format is ${options.format}`, ["Use text or markdown, or --json."], usageExitCode);
  const stack = await context.openStack(options.stack);
  const plan = options.savePlan === undefined ? undefined : resolve(options.savePlan);
  // As it is before: a preview that somebody's update overtakes is no preview of what is there then.
  const now = plan === undefined ? undefined : await describeNow(stack.name, stack.cli, context.root, context.stackFile(stack.name));
  if (plan !== undefined) for (const file of [plan, pulumiPlan(plan)]) rmSync(file, { force: true });
  const report = await lookAhead(stack, { allowed: options.allowLoss ?? [], ...(plan !== undefined && options.constraints ? { savePlan: pulumiPlan(plan) } : {}) });
  const refused = isRefused(report);
  if (plan !== undefined && now !== undefined && !refused) writePlan(plan, { version: 1, ...now, at: context.now().toISOString(), constrained: options.constraints });
  const text = options.format === "markdown" ? previewMarkdown(report) : `${previewText(report)}\n`;
  if (options.output !== undefined) writeFileSync(resolve(options.output), text);
  const kept = plan === undefined ? [] : refused ? ["No plan was kept: it would be refused."] : [`Kept: ${options.savePlan ?? ""}. To apply it: npx stackbook apply ${options.savePlan ?? "<file>"}`];
  const shown = options.output === undefined ? text.trimEnd() : `${previewText(report).split("\n")[0] ?? ""}\nWritten: ${options.output}`;
  return { text: [shown, ...kept].join("\n"), json: report, exitCode: refused ? 1 : 0 };
}

async function lookAhead(stack: Stack, { allowed, ...options }: { readonly allowed: readonly string[] } & Pick<PreviewOptions, "savePlan">): Promise<PreviewReport> {
  const about = { stack: stack.name, environment: stack.outputs.environment ?? "prod", allowed };
  try {
    return { ...about, violations: [], refused: [], ...(await stack.cli.preview({ policies: true, ...options })) };
  } catch (error) {
    if (error instanceof PolicyProblem) return { ...about, violations: error.violations, refused: [], ...error.preview };
    if (!(error instanceof RefusedProblem)) throw error;
    return { ...about, violations: [], refused: error.reasons, changes: [] };
  }
}
