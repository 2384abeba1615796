import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { routines, rowKey, type List, type RoutineRow } from "../../routines";
import { Problem, usageExitCode } from "../problem";
import type { Answer, Report } from "./types";

/** Answers to a list's questions: of a file, of a person at the terminal, or of an earlier report of the same period. */
export type Answers = ReadonlyMap<string, Answer>;

interface Given {
  readonly by: string;
  readonly at: string;
}

/**
 * A file of answers, YAML or JSON: `mps/weekly/dependencies: yes`, or `{ answer: no, note: ... }`.
 * @throws Problem with everything that is wrong with it
 */
export function readAnswers(file: string, list: List, given: Given): Answers {
  const asked = routines.filter((row) => row.list === list && row.done.by === "person").map(rowKey);
  const read = parsed(file);
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw new Problem(`${file} is no list of answers`, [example(asked[0])], usageExitCode);
  const problems: string[] = [];
  const answers = new Map<string, Answer>();
  for (const [key, value] of Object.entries(read)) {
    if (!asked.includes(key)) problems.push(`${key} is no question of the ${list} list; its questions: ${asked.join(", ")}`);
    const answer = answerIn(value);
    if (answer === undefined) problems.push(`${key} is ${JSON.stringify(value)}: use yes, no, or { answer: yes, note: text }`);
    else answers.set(key, { ...answer, ...given });
  }
  if (problems.length > 0) throw new Problem(`${file} can't be used:`, [...problems, "Nothing was looked at."], usageExitCode);
  return answers;
}

function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"), { schema: "core" });
  } catch (error) {
    if (error instanceof YAMLParseError) throw new Problem(`${file} can't be read: ${error.message.split("\n")[0] ?? ""}`, [example(undefined)], usageExitCode);
    if (error instanceof Error && "code" in error) throw new Problem(`${file} can't be read (${String(error.code)})`, ["--answers wants a file."], usageExitCode);
    throw error;
  }
}

const example = (key = "mps/weekly/dependencies"): string => `It has a line for each question, such as: ${key}: yes`;

function answerIn(value: unknown): Pick<Answer, "answer" | "note"> | undefined {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { answer, note, ...rest } = value as { readonly answer?: unknown; readonly note?: unknown };
    const said = wordOf(answer);
    if (said === undefined || Object.keys(rest).length > 0 || (note !== undefined && typeof note !== "string")) return undefined;
    return { answer: said, ...(note === undefined || note === "" ? {} : { note }) };
  }
  const said = wordOf(value);
  return said === undefined ? undefined : { answer: said };
}

/** YAML 1.2 reads yes as text, YAML 1.1 as true: both are meant. */
function wordOf(value: unknown): Answer["answer"] | undefined {
  if (value === true || (typeof value === "string" && /^(y|yes|true)$/i.test(value))) return "yes";
  if (value === false || (typeof value === "string" && /^(n|no|false)$/i.test(value))) return "no";
  return undefined;
}

/** One question after another; Enter leaves one open. */
export async function askAnswers(rows: readonly RoutineRow[], shown: (row: RoutineRow) => readonly string[], ask: (question: string) => Promise<string>, say: (line: string) => void, given: Given): Promise<Answers> {
  const answers = new Map<string, Answer>();
  for (const row of rows) {
    if (row.done.by !== "person") continue;
    for (const line of shown(row)) say(line);
    const line = await ask(`${row.done.question}\n  y, n (a note may follow), Enter leaves it open:`);
    const [, word = "", note = ""] = /^(\S*)\s*(.*)$/s.exec(line) ?? [];
    const answer = wordOf(word);
    if (answer !== undefined) answers.set(rowKey(row), { answer, ...(note === "" ? {} : { note }), ...given });
    else if (line !== "") say("  left open: neither y nor n");
  }
  return answers;
}

/** What was answered in an earlier report of the same day, week, month or quarter still holds. */
export function carriedOver(reports: readonly Report[], list: List, now: Date, timeZone: string): Answers {
  const period = periodOf(list, now, timeZone);
  const answers = new Map<string, Answer>();
  // Newest first: an older answer never takes the place of a newer.
  for (const report of reports) {
    if (report.list !== list || periodOf(list, new Date(report.at), timeZone) !== period) continue;
    for (const { answer, key } of report.items) if (answer !== undefined && !answers.has(key)) answers.set(key, answer);
  }
  return answers;
}

/** `2026-11-21`, the Monday of its week, `2026-11`, `2026 Q4`: in the stack's time zone. */
export function periodOf(list: List, moment: Date, timeZone: string): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);
  const [year = "", month = ""] = day.split("-");
  switch (list) {
    case "daily":
      return day;
    case "weekly": {
      const noon = new Date(`${day}T12:00:00Z`);
      return new Date(noon.getTime() - ((noon.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
    }
    case "monthly":
      return `${year}-${month}`;
    case "quarterly":
      return `${year} Q${Math.ceil(Number(month) / 3)}`;
  }
}
