import { resolve } from "node:path";
import { Problem, usageExitCode } from "../problem";
import { Looking } from "../routine/looking";
import { reportFolder } from "../routine/report/files";
import { weekReport } from "../weekly";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface WeeklyOptions extends GlobalOptions {
  readonly days: string;
  readonly output?: string;
}

/** sms.md, Weekly Tasks; D11: trends and a capacity forecast. */
export const report: CommandModule = {
  define(command, run) {
    command
      .command("weekly")
      .description("requests, errors, availability against promises, latency, incidents, deploys, alerts, backups, capacity with a forecast")
      .option("--days <n>", "so many days back: 1-92", "7")
      .option("--output <folder>", "where it is written (default: .stackbook/reports)")
      .addHelpText("after", "\nExamples:\n  npx stackbook report weekly\n  npx stackbook report weekly --days 30 --output reports\n  npx stackbook report weekly --json | jq '.systems[] | {system, requests, errors}'")
      .action(run<WeeklyOptions>(weekly));
  },
};

async function weekly(options: WeeklyOptions, context: Context): Promise<Outcome> {
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > 92) throw new Problem(`--days is ${options.days}: use a whole number, 1-92`, [], usageExitCode);
  const stack = await context.openStack(options.stack);
  const folder = options.output === undefined ? reportFolder(context.root) : resolve(options.output);
  const { markdown, report: written, text } = await weekReport(new Looking(stack, context.connect(stack), context, days * 24, true, folder), days);
  return { text: `${text.trimEnd()}\n\nWritten: ${markdown}`, json: written };
}
