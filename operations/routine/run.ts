import { listHours, routinesOf, rowKey, type CheckId, type List, type RoutineRow } from "../../routines";
import { haltedProblem } from "../emergency/refusal";
import { eachOf } from "../engine/containers";
import { Problem } from "../problem";
import type { Answers } from "./answers";
import { checks } from "./checks";
import { type Looking, type Whose } from "./looking";
import { withTrend } from "./report/trend";
import { metricsSince } from "./since";
import type { Finding, ItemResult, Report } from "./types";

export interface RunOptions {
  readonly list: List;
  /** Those of the stack that run, and `stack`; or only one. */
  readonly systems: readonly Whose[];
  readonly answers: Answers;
  /** Newest first. */
  readonly earlier: readonly Report[];
  /** After the machine is done: what a person answers at the terminal. */
  readonly askFor?: (rows: readonly RoutineRow[], shown: (row: RoutineRow) => readonly string[]) => Promise<Answers>;
}

/** Prometheus and the engine answer many at once; a preview takes a processor for itself. */
const atOnce = 4;

/** Goes through a list: the machine's items first, then what people are asked. */
export async function runList(looking: Looking, { answers, askFor, earlier, list, systems }: RunOptions): Promise<Report> {
  const { context, facts, stack } = looking;
  const begun = context.now();
  const rows = routinesOf(list, systems);
  const wanted = [...new Map(rows.flatMap(checksOf).map((wish) => [`${wish.system} ${wish.check}`, wish])).values()];
  const since = await metricsSince(looking);
  const findings = new Map<string, Finding>();
  await eachOf(wanted, atOnce, async ({ check, system }) => {
    const finding = await look(looking, check, system);
    findings.set(`${system} ${check}`, finding);
    context.say(`${finding.verdict.padEnd(7)} ${system} ${check}: ${finding.says}`);
  });
  const found = (row: RoutineRow, check: CheckId): Finding => findings.get(`${row.system} ${check}`) ?? { verdict: "unknown", says: "it was not looked at" };
  const open = rows.filter((row) => row.done.by === "person" && !answers.has(rowKey(row)));
  const shown = (row: RoutineRow): readonly string[] => [`${rowKey(row)} (${row.title})`, ...(row.done.by === "person" ? (row.done.seen ?? []) : []).map((check) => `  ${check}: ${found(row, check).says}`)];
  const asked = open.length === 0 ? undefined : await askFor?.(open, shown);
  const all = new Map([...answers, ...(asked ?? [])]);
  const items = withTrend(rows.map((row) => itemOf(row, (check) => found(row, check), all)), earlier);
  return {
    kind: "check", format: 1, stack: stack.name, environment: facts.environment, list, systems, at: begun.toISOString(), by: context.who,
    seconds: (context.now().getTime() - begun.getTime()) / 1000, hours: listHours[list], ...(since === undefined ? {} : { metricsSince: since }), result: resultOf(items), items,
  };
}

function checksOf({ done, system }: RoutineRow): { readonly check: CheckId; readonly system: Whose }[] {
  return (done.by === "machine" ? [done.check] : (done.seen ?? [])).map((check) => ({ check, system }));
}

/** What can't be looked at is never good, and says why. */
async function look(looking: Looking, check: CheckId, system: Whose): Promise<Finding> {
  const halted = system === "stack" ? undefined : haltedProblem(system, looking.stack, looking.now);
  try {
    const finding = await checks[check](looking, system);
    return halted !== undefined && isAsleep(finding.says) ? { ...finding, verdict: "look", says: halted.message, run: [looking.command(`resume ${system}`)] } : finding;
  } catch (error) {
    // Anything else is a fault of ours, and is not to be hidden in a report.
    if (!(error instanceof Problem)) throw error;
    if (halted !== undefined && (isAsleep(error.message) || error.message === halted.message)) return { verdict: "look", says: halted.message, run: [looking.command(`resume ${system}`)] };
    return { verdict: "unknown", says: error.message, details: error.remedy };
  }
}

/** Said of containers that could not be asked. */
const isAsleep = (says: string): boolean => says.includes("does not run");

function itemOf({ done, ...row }: RoutineRow, found: (check: CheckId) => Finding, answers: Answers): ItemResult {
  const key = rowKey(row);
  const common = { ...row, key, figures: [], details: [], run: [] };
  if (done.by === "machine") {
    const { details = [], figures = [], run = [], says, verdict } = found(done.check);
    return { ...common, by: "machine", check: done.check, verdict, says, figures, details, run };
  }
  const answer = answers.get(key);
  const seen = (done.seen ?? []).map((check) => ({ check, ...found(check) }));
  return {
    ...common, by: "person", question: done.question, ...(seen.length === 0 ? {} : { seen }), ...(answer === undefined ? {} : { answer }),
    verdict: answer === undefined ? "open" : answer.answer === "yes" ? "good" : "bad", says: done.question,
  };
}

/** Open questions don't make a list bad: people answer when they come to it. */
export function resultOf(items: readonly Pick<ItemResult, "verdict">[]): Report["result"] {
  const verdicts = new Set(items.map(({ verdict }) => verdict));
  return verdicts.has("bad") ? "bad" : verdicts.has("unknown") ? "incomplete" : verdicts.has("look") ? "look" : "good";
}
