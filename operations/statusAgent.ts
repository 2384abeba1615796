import type { AuditEntry } from "./change/audit";
import type { Engine } from "./engine";
import { Problem } from "./problem";
import type { Stack } from "./stack";

/** An incident as agents/status keeps it. */
export interface Incident {
  readonly id: string;
  readonly system: string;
  readonly severity: number;
  readonly issue: string;
  readonly impact: string;
  readonly status: string;
  readonly eta: string;
  readonly startedAt: string;
  readonly openedAt: string;
  readonly openedBy: string;
  readonly updates: readonly { readonly at: string; readonly by: string; readonly status: string; readonly message?: string; readonly eta: string; readonly severity: number }[];
  readonly resolved?: { readonly at: string; readonly by: string; readonly resolution: string; readonly nextSteps: string };
  readonly remindAt: string;
}

export interface Answer {
  readonly incident?: Incident;
  readonly incidents?: readonly Incident[];
  readonly notice?: { readonly id: string; readonly title: string; readonly text: string; readonly delivered: boolean };
  readonly audit?: readonly AuditEntry[];
  readonly page?: string;
  readonly updateMinutes: number;
  readonly timeZone: string;
  readonly titles: Readonly<Record<string, string>>;
}

/** Hands a request to the status agent of a stack, inside its container: it has no other door for commands. */
export async function askStatusAgent(stack: Stack, engine: Engine, command: string, request: object): Promise<Answer> {
  const container = stack.outputs.monitoring?.statusContainer;
  if (container === undefined || container === null) {
    const why = stack.outputs.monitoring?.missing?.find(({ part }) => part === "status")?.why;
    throw new Problem(`the stack ${stack.name} has no status agent${why === undefined ? "" : `: ${why}`}`, [
      "Switch it on with: pulumi config set --path stackbook:monitoring.statusPage.enabled true, then pulumi up",
    ]);
  }
  const { code, out, err } = await engine.exec(container, ["node", "/app/status.js", ...command.split(" ")], JSON.stringify(request));
  const answer = read(out);
  if (answer === undefined) throw new Problem(`${container} gave no answer (exit code ${code})`, [...lastLines(err === "" ? out : err), `Its log: docker logs --tail 50 ${container}`]);
  if ("error" in answer) throw new Problem(`${answer.error.message}:`, answer.error.problems.map(asOption));
  return answer;
}

function read(text: string): Answer | { readonly error: { readonly message: string; readonly problems: readonly string[] } } | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}

/** `nextSteps is 5: ...` in the agent's words is `--next-steps is 5: ...` on a command line. */
function asOption(problem: string): string {
  return problem.replace(/^([a-z][A-Za-z]*) is /, (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is `);
}

function lastLines(text: string): string[] {
  return text.trim().split("\n").slice(-5).filter((line) => line !== "");
}
