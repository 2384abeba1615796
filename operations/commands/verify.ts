import { askBackupAgent } from "../backupAgent";
import { chooseBackups } from "../backups/choose";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface VerifyOptions extends GlobalOptions {
  readonly system?: string;
}

/** B4: every part's checksum, and that it decrypts. */
export const verify: CommandModule = {
  define(command, run) {
    command
      .argument("<backup>", "latest, or one that `backups list` shows: motel/daily/2026-11-21T020000Z")
      .option("--system <id>", "of this system (latest: default all)")
      .action(run<VerifyOptions>(check));
  },
};

async function check(options: VerifyOptions, context: Context, name = "latest"): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const answers = [];
  for (const { system, backup } of chooseBackups(stack, name, options.system)) {
    answers.push(await askBackupAgent(stack, engine, system, "verify", { backup }, context.say));
  }
  const bad = answers.some(({ parts }) => parts.some(({ ok }) => !ok));
  const text = answers.map(({ backup, parts }) => [`${backup}: ${parts.every(({ ok }) => ok) ? "every part is whole and opens" : "DAMAGED"}`, ...parts.map(describe)].join("\n")).join("\n");
  const advice = bad ? "\n\nA damaged set can't be restored from: take a new one (npx stackbook backup), and look for another (npx stackbook backups list)." : "";
  return { text: text + advice, json: { stack: stack.name, verified: answers }, exitCode: bad ? 1 : 0 };
}

function describe({ name, ok, problem }: { readonly name: string; readonly ok: boolean; readonly problem?: string }): string {
  return `  ${ok ? "ok " : "BAD"}  ${name}${problem === undefined ? "" : `: ${problem}`}`;
}
