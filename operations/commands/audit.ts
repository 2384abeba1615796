import { listOperations, type AuditEntry } from "../change/audit";
import { table } from "../backups/texts";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface AuditOptions extends GlobalOptions {
  readonly limit: string;
}

/** D10: who changed what, when, why, and what came of it. */
export const audit: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "operations on this system only")
      .option("--limit <n>", "how many lines, newest first: 1-10000", "50")
      .addHelpText("after", "\nExamples:\n  npx stackbook audit motel\n  npx stackbook audit --limit 500 --json")
      .action(run<AuditOptions>(show));
  },
};

async function show(options: AuditOptions, context: Context, system?: string): Promise<Outcome> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) throw new Problem(`--limit is ${options.limit}: use a whole number, 1-10000`, [], usageExitCode);
  const stack = await context.openStack(options.stack);
  const { entries, from } = await listOperations(stack, context.connect(stack), context.root, { limit, system });
  const text = entries.length === 0 ? `No operation is recorded by ${from}.` : `${table(entries.map(row))}\nRecorded by ${from}.`;
  return { text, json: { stack: stack.name, from, entries } };
}

function row({ at, detail, result, what, who, why }: AuditEntry): string[] {
  return [at.replace("T", " ").slice(0, 19), result, what, who, [why, detail].filter((text) => text !== undefined).join("; ")];
}
