import type { CheckAnswer, RestoreAnswer } from "../../backups/protocol";
import { askBackupAgent } from "../backupAgent";
import { chooseBackup } from "../backups/choose";
import { restoreByUpdate } from "../backups/restore";
import { newRestoreId, type RestoreKey } from "../backups/restoreKey";
import { count, size, table, took } from "../backups/texts";
import { change } from "../change";
import { Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface RestoreOptions extends GlobalOptions {
  readonly system?: string;
  readonly only?: readonly string[];
  readonly table?: readonly string[];
  readonly collection?: readonly string[];
  readonly dryRun?: boolean;
  readonly withoutSafety?: boolean;
  readonly why?: string;
}

const restorable = ["database", "redis", "uploads"] as const;
type Restorable = (typeof restorable)[number];

type Selection = Omit<RestoreKey, "id" | "backup">;

/** B6, B10: a restore is an update of the stack, so that nobody uses the data while it is exchanged. */
export const restore: CommandModule = {
  define(command, run) {
    command
      .argument("<backup>", "latest, or one that `backups list` shows: motel/daily/2026-11-21T020000Z")
      .option("--system <id>", "of this system; needed for latest where several have backups")
      .option("--only <part...>", `these parts: ${restorable.join(", ")} (default: every part of the backup)`)
      .option("--table <name...>", "of the database only these tables")
      .option("--collection <name...>", "of the database only these collections")
      .option("--dry-run", "checks everything and shows what would be replaced; changes nothing")
      .option("--without-safety", "takes no safety backup first: for data that can't be read any more")
      .option("--why <text>", "why, for the record")
      .action(run<RestoreOptions>(bringBack));
  },
};

async function bringBack(options: RestoreOptions, context: Context, name = "latest"): Promise<Outcome> {
  const asked = selection(options);
  const stack = await context.openStack(options.stack);
  const { system, backup } = chooseBackup(stack, name, options.system);
  const id = newRestoreId();
  const checked = await askBackupAgent(stack, context.connect(stack), system, "check", { backup, id, ...asked }, context.say);
  const preview = describeCheck(system, checked, asked);
  if (options.dryRun === true) return { text: `${preview}\n\nNothing was changed (--dry-run).`, json: { stack: stack.name, system, check: checked, restored: null } };
  context.say(preview);
  if (options.yes !== true && !(await context.confirm(`Replace this data of ${system} in the stack ${stack.name}? Visitors get the maintenance page meanwhile.`))) {
    throw new Problem("nothing was restored: not confirmed", [], 130);
  }
  const about = { command: "restore", what: `restore ${system} from ${checked.backup}`, systems: [system], why: options.why };
  return change(about, options, context, async (means) => {
    const began = context.now().getTime();
    const answer = await restoreByUpdate({ system, key: { id, backup: checked.backup, ...asked } }, means);
    const seconds = (context.now().getTime() - began) / 1000;
    const text = [describeAnswer(system, checked.backup, answer, seconds), "", "To commit, so that the stack file says what its data is:", await means.file.difference()];
    return { text: text.join("\n"), json: { stack: stack.name, system, check: checked, restored: answer ?? null, seconds } };
  });
}

/** What the options ask for; refused before anybody is asked. */
function selection({ only, table: tables, collection, withoutSafety }: RestoreOptions): Selection {
  const problems = (only ?? []).filter((part) => !isRestorable(part)).map((part) => `--only is ${part}: use ${restorable.join(", ")}`);
  if (tables !== undefined && collection !== undefined) problems.push("--table and --collection are both given: PostgreSQL has tables, MongoDB collections");
  const names = [...new Set(tables ?? collection ?? [])];
  const parts = (only ?? []).filter(isRestorable);
  if (names.length > 0 && parts.some((part) => part !== "database")) problems.push(`--only ${parts.join(" ")} and single tables: tables are of the database; restore the rest by a second command`);
  if (problems.length > 0) throw new Problem("nothing was restored:", [...problems, "--help shows every option"], usageExitCode);
  const unsafe = withoutSafety === true ? { withoutSafety } : {};
  if (names.length > 0) return { only: ["database"], tables: names, ...unsafe };
  return { ...(parts.length > 0 ? { only: [...new Set(parts)] } : {}), ...unsafe };
}

const isRestorable = (part: string): part is Restorable => restorable.some((known) => known === part);

function describeCheck(system: string, { backup, parts, bytes, replaces }: CheckAnswer, { only, tables, withoutSafety }: Selection): string {
  const what = tables !== undefined ? tables.join(", ") : (only ?? parts).join(", ");
  return [
    `${backup}: key, signature, checksums, versions and space are in order (${size(bytes)}, ${parts.join(", ")}).`,
    `Brought back: ${what}. Replaced is what ${system} has there now:`,
    replaces.length === 0 ? "  nothing yet" : table(replaces.map(({ name, rows }) => [`  ${name}`, count(rows, "entry", "entries")])),
    withoutSafety === true ? "NO safety backup is taken: what is there now is gone once this has succeeded." : "A safety backup is taken before anything is changed.",
  ].join("\n");
}

function describeAnswer(system: string, backup: string, answer: RestoreAnswer | undefined, seconds: number): string {
  if (answer === undefined) return `${system} was restored from ${backup} in ${took(seconds)}.`;
  return [
    `${system} was restored from ${answer.backup}: the data in ${took(answer.seconds)}, the whole update in ${took(seconds)}.`,
    ...(answer.tables.length === 0 ? [] : [table(answer.tables.map(({ name, rows }) => [`  ${name}`, count(rows, "entry", "entries")]))]),
    ...(answer.safety === "" ? [] : [`What was there before: ${answer.safety} (kept 7 days). To go back to it: npx stackbook restore ${answer.safety}`]),
  ].join("\n");
}
