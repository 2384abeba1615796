import { Problem, usageExitCode } from "../problem";
import { readUpdates } from "../reading/updates";
import type { Update } from "../reading/types";
import { columns, painter, type Paint } from "../terminal";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface HistoryOptions extends GlobalOptions {
  readonly limit: string;
  readonly all?: boolean;
}

/** D5: what was done to a stack, and what it made of it. */
export const history: CommandModule = {
  define(command, run) {
    command
      .description("updates of the stack, newest first: number of the release, when, what, who, why, result, versions")
      .option("--limit <n>", "how many: 1-1000", "20")
      .option("--all", "as far as the backend reaches")
      .addHelpText("after", "\nThe number is what `rollback --to` takes; an update that failed or changed nothing has none.\n\nExamples:\n  npx stackbook history\n  npx stackbook history --limit 5 --json")
      .action(run<HistoryOptions>(show));
  },
};

async function show(options: HistoryOptions, context: Context): Promise<Outcome> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new Problem(`--limit is ${options.limit}: use a whole number, 1-1000`, ["--all shows every update there is."], usageExitCode);
  const stack = await context.openStack(options.stack);
  const updates = await readUpdates(stack.cli, stack.outputs, options.all === true ? undefined : limit);
  const paint = painter(context.screen);
  const text = updates.length === 0 ? `The stack ${stack.name} has no updates yet.` : columns([["#", "WHEN (UTC)", "RESULT", "WHAT", "WHO", "VERSIONS"].map((cell) => paint("bold", cell)), ...updates.map((update) => row(update, paint))], [0]).join("\n");
  return { text, json: { stack: stack.name, updates } };
}

function row({ release, result, startedAt, versions, what, who, why, changes }: Update, paint: Paint): string[] {
  const changed = Object.values(changes).reduce((total, number) => total + number, 0);
  return [
    release === undefined ? "-" : String(release),
    startedAt.toISOString().slice(0, 16).replace("T", " "),
    paint(result === "succeeded" ? "green" : result === "failed" ? "red" : "yellow", result),
    `${what}${why === undefined ? "" : `: ${why}`}`,
    who ?? "-",
    versions.length > 0 ? versions.join(", ") : changed === 0 ? "nothing changed" : "",
  ];
}
