import type { DrillAnswer } from "../../backups/protocol";
import { askBackupAgent } from "../backupAgent";
import { chooseBackups } from "../backups/choose";
import { age, count, took } from "../backups/texts";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

/** B7: a restore that touches nothing, measured. */
export const drill: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "which system (default: all)")
      .argument("[backup]", "which backup", "latest")
      .action(run(practise));
  },
};

async function practise(options: GlobalOptions, context: Context, first: string | undefined, second = "latest"): Promise<Outcome> {
  // A backup's whole name says its system.
  const isName = first !== undefined && (first === "latest" || first.includes("/"));
  if (isName && second !== "latest") throw new Problem(`${first} is a backup's name`, ["The system comes first: npx stackbook drill motel daily/2026-11-21T020000Z"], usageExitCode);
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const answers: DrillAnswer[] = [];
  for (const { system, backup } of chooseBackups(stack, isName ? first : second, isName ? undefined : first)) {
    answers.push(await askBackupAgent(stack, engine, system, "drill", { backup }, context.say));
  }
  const failed = answers.some(({ ok }) => !ok);
  return { text: answers.map(describe).join("\n\n"), json: { stack: stack.name, drills: answers }, exitCode: failed ? 1 : 0 };
}

function describe({ backup, ok, seconds, ageSeconds, tables, checks }: DrillAnswer): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bad = [...tables, ...checks].filter((entry) => !entry.ok);
  return [
    `${backup}: ${ok ? "restored and compared" : "THE DRILL FAILED: this backup does not bring everything back"}`,
    `  ${count(tables.length, "table")}, ${count(rows, "row")}, ${count(checks.length, "check")} of your own`,
    `  RTO ${took(seconds)} (measured), RPO ${age(ageSeconds)} (age of the newest backup when it began)`,
    ...bad.map(({ name, problem }) => `  BAD  ${name}: ${problem ?? "differs from the manifest"}`),
  ].join("\n");
}
