import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { listHours, lists, type List } from "../../routines";
import { systemIds, type SystemId } from "../../systems";
import { recordOperation } from "../change/audit";
import { durationOption } from "../durations";
import { Problem, usageExitCode } from "../problem";
import { askAnswers, carriedOver, readAnswers, type Answers } from "../routine/answers";
import { compare } from "../routine/baseline/compare";
import { readBaseline, writeBaseline } from "../routine/baseline/files";
import { changesText, renderBaseline } from "../routine/baseline/markdown";
import { measure } from "../routine/baseline/measure";
import { Looking, type Whose } from "../routine/looking";
import { readReports, reportFolder, writeReport } from "../routine/report/files";
import { renderSummary } from "../routine/report/summary";
import { runList } from "../routine/run";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface ListOptions extends GlobalOptions {
  readonly answers?: string;
  readonly ask?: boolean;
  readonly lookOnly?: boolean;
  readonly output?: string;
}

interface BaselineOptions extends GlobalOptions {
  readonly record?: boolean;
  readonly since: string;
  readonly output?: string;
}

const abouts: Readonly<Record<List, string>> = {
  daily: "the runbooks' daily lists: what the last 24 hours were like",
  weekly: "the weekly lists, over 7 days: restores, capacity, patches, the weekly report",
  monthly: "the monthly lists, over 30 days; runs SMS's VACUUM ANALYZE and records its baseline, as the list says",
  quarterly: "the quarterly lists, over a quarter: security, benchmark, what to think about again",
};

/** D9: the runbooks' lists. What the machine can do is done, what it can't is asked. */
export const check: CommandModule = {
  define(command, run) {
    for (const list of lists) {
      command
        .command(list)
        .description(abouts[list])
        .argument("[system]", "only the list of one system; stack: what all of them share")
        .option("--answers <file>", "answers to the list's questions, YAML or JSON")
        .option("--ask", "asks the questions at the terminal")
        .option("--look-only", "does nothing that the list wants done (VACUUM ANALYZE, a new baseline)")
        .option("--output <folder>", "where reports are written, and the last one is looked for (default: .stackbook/reports)")
        .addHelpText("after", `\nEnds with 1 when something is bad or could not be checked; open questions don't count.\n\nExamples:\n  npx stackbook check ${list}\n  npx stackbook check ${list} motel --json | jq '.items[] | select(.verdict == "bad")'\n  npx stackbook check ${list} --answers answers.yaml`)
        .action(run<ListOptions>((options, context, system) => checkList(list, options, context, system)));
    }
    command
      .command("baseline")
      .description("compares p50, p95, throughput and errors of each operation with the recorded baseline, with the tolerance of SMS's table")
      .option("--record", "records what is now; the one before is kept beside it")
      .option("--since <duration>", "what is measured: so long back", "24h")
      .option("--output <folder>", "where the baseline is (default: .stackbook/reports)")
      .addHelpText("after", "\nEnds with 1 when something is worse.\n\nExamples:\n  npx stackbook check baseline --record\n  npx stackbook check baseline --since 1h")
      .action(run<BaselineOptions>(checkBaseline));
  },
};

async function checkList(list: List, options: ListOptions, context: Context, system: string | undefined): Promise<Outcome> {
  const wanted = systemOption(system);
  const given = { by: context.who, at: context.now().toISOString() };
  const fromFile: Answers = options.answers === undefined ? new Map() : readAnswers(resolve(options.answers), list, given);
  if (options.ask === true && options.json === true) throw new Problem("--ask and --json don't go together", ["Questions are asked at the terminal; give answers with --answers."], usageExitCode);
  const stack = await context.openStack(options.stack);
  const folder = folderOf(options, context);
  const looking = new Looking(stack, context.connect(stack), context, listHours[list], options.lookOnly !== true, folder);
  const earlier = readReports(folder, stack.name, list);
  const answers = new Map([...carriedOver(earlier, list, context.now(), looking.facts.timeZone), ...fromFile]);
  const report = await runList(looking, {
    list, systems: systemsOf(looking, wanted), answers, earlier,
    ...(options.ask === true ? { askFor: (rows, shown) => askAnswers(rows, shown, (question) => context.ask(question), (line) => context.say(line), given) } : {}),
  });
  for (const { systems, what } of looking.done) {
    await recordOperation(stack, looking.engine, context.root, { at: context.now().toISOString(), id: randomBytes(4).toString("hex"), stack: stack.name, command: "check", what, systems, who: context.who, why: `the ${list} list`, result: "done" }, context.say);
  }
  const files = writeReport(folder, report);
  const bad = report.result === "bad" || report.result === "incomplete";
  return { text: renderSummary(report, files.markdown, context.screen), json: report, exitCode: bad ? 1 : 0 };
}

/** A system that is stopped has nothing to check. */
function systemsOf(looking: Looking, wanted: Whose | undefined): readonly Whose[] {
  const running = looking.facts.systems.filter(({ enabled }) => enabled).map(({ id }) => id);
  if (wanted === undefined) return ["stack", ...running];
  if (wanted !== "stack") {
    const { enabled } = looking.system(wanted);
    if (!enabled) throw new Problem(`${wanted} is stopped in the stack ${looking.stack.name}`, [`Its list has nothing to look at; running: ${running.join(", ")}.`], usageExitCode);
  }
  return [wanted];
}

function systemOption(text: string | undefined): Whose | undefined {
  if (text === undefined || text === "stack") return text;
  const found = systemIds.find((id): id is SystemId => id === text);
  if (found === undefined) throw new Problem(`${text} is no system`, [`Use one of ${systemIds.join(", ")}, or stack.`], usageExitCode);
  return found;
}

const folderOf = ({ output }: { readonly output?: string }, { root }: Context): string => (output === undefined ? reportFolder(root) : resolve(output));

async function checkBaseline(options: BaselineOptions, context: Context): Promise<Outcome> {
  const seconds = durationOption("--since", options.since, { least: 300, most: 7 * 86_400 });
  const stack = await context.openStack(options.stack);
  const folder = folderOf(options, context);
  const before = readBaseline(folder, stack.name);
  if (before === undefined && options.record !== true) throw new Problem(`no baseline of ${stack.name} is recorded in ${folder}`, ["Record one at a time that is as it should be: npx stackbook check baseline --record"]);
  const now = await measure(new Looking(stack, context.connect(stack), context, Math.max(1, Math.round(seconds / 3600)), true, folder));
  const comparisons = before === undefined ? [] : compare(before, now);
  const changes = changesText(comparisons);
  const files = options.record === true ? writeBaseline(folder, now) : undefined;
  const worse = comparisons.some(({ figure, verdict }) => verdict === "worse" && figure !== "perSecond");
  const text = [
    renderBaseline(now).trimEnd(), "",
    before === undefined ? "There was none to compare with." : `Against ${before.at.slice(0, 16).replace("T", " ")} UTC: ${changes.length === 0 ? `${comparisons.length} figures are as they were.` : ""}`,
    ...changes.map((line) => `- ${line}`),
    ...(files === undefined ? [] : [`Recorded: ${files.json}`]),
  ].join("\n");
  return { text, json: { stack: stack.name, baseline: now, before: before ?? null, comparisons, recorded: files?.json ?? null }, exitCode: worse ? 1 : 0 };
}
