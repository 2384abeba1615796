import type { z } from "zod";

/** Input somebody has to put right: everything that is wrong with it, in one go. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  constructor(readonly where: string, readonly problems: readonly string[]) {
    super(`${where}:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  }
}

/** The value as the schema has it, or every problem with its path and what was given. */
export function checked<T>(where: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new ProblemsError(where, result.error.issues.flatMap(describe));
}

function describe(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length === 0 ? "the whole" : issue.path.join(".");
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${issue.path.length === 0 ? "" : `${at}.`}${key} is not known here: remove it`);
  const given = issue.input === undefined ? "is missing" : `is ${short(JSON.stringify(issue.input))}`;
  return [`${at} ${given}: ${issue.message}`];
}

const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
