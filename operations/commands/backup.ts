import { tiers, type Tier } from "../../backups/manifest";
import type { RunAnswer } from "../../backups/protocol";
import { askBackupAgent, handOverCheckpoint, systemsWithBackups } from "../backupAgent";
import { size, took } from "../backups/texts";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface BackupOptions extends GlobalOptions {
  readonly tier: string;
  readonly reason?: string;
}

/** `weekly` and `monthly` are copies that the schedule makes. */
export const tiersByHand = ["daily", "deploy", "safety"] as const;

/** B1: on demand. */
export const backup: CommandModule = {
  define(command, run) {
    command
      .argument("[system...]", "which systems (default: all with backups)")
      .option("--tier <tier>", `how long it is kept: ${tiersByHand.join(", ")}`, "daily")
      .option("--reason <text>", "why, for the record", "by hand")
      .action(run<BackupOptions>(take));
  },
};

async function take(options: BackupOptions, context: Context, ...named: readonly (string | undefined)[]): Promise<Outcome> {
  const { tier } = options;
  if (!tiersByHand.some((known) => known === tier)) throw new Problem(`--tier is ${tier}: use one of ${tiersByHand.join(", ")}`, notByHand(tier), usageExitCode);
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const systems = systemsWithBackups(stack, named.flatMap((system) => system ?? []));
  await handOverCheckpoint(stack, engine, systems, context.stackFile(stack.name));
  const reason = options.reason ?? "by hand";
  const done: ({ readonly system: string } & (RunAnswer | { readonly error: string }))[] = [];
  const problems: string[] = [];
  for (const system of systems) {
    try {
      done.push({ system, ...(await askBackupAgent(stack, engine, system, "run", { tier: tier as Tier, reason: `${reason} (${context.who})` }, context.say)) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The others' data is not less dear for it.
      done.push({ system, error: error.message });
      problems.push(error.text().replace(/^error: /, ""));
    }
  }
  return {
    text: [...done.map(describe), ...problems.map((problem) => `FAILED: ${problem}`)].join("\n"),
    json: { stack: stack.name, backups: done },
    exitCode: problems.length === 0 ? 0 : 1,
  };
}

function describe(entry: { readonly system: string } & (RunAnswer | { readonly error: string })): string {
  if ("error" in entry) return `${entry.system}: no backup was taken; those before are untouched`;
  if (entry.bytes === null) return `${entry.system}: holds nothing yet, so there is nothing to back up`;
  return [
    `${entry.backup}: ${size(entry.bytes)} in ${took(entry.seconds)}, in ${entry.stores.join(" and ")}`,
    ...entry.problems.map((problem) => `  NOT YET EVERYWHERE: ${problem} (the agent goes on trying)`),
  ].join("\n");
}

function notByHand(tier: string): string[] {
  return tiers.some((known) => known === tier) ? [`${tier} is a copy of the daily one, made by the schedule.`] : [];
}
