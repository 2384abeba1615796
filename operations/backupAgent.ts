import type { BackupOutput } from "../backups/outputs";
import type { BackupEntry, CheckAnswer, DrillAnswer, Requests, RunAnswer, VerifyAnswer } from "../backups/protocol";
import { haltedProblem } from "./emergency/refusal";
import type { Engine } from "./engine";
import { Problem, usageExitCode } from "./problem";
import type { Stack } from "./stack";

export interface Answers {
  readonly run: RunAnswer;
  readonly list: readonly BackupEntry[];
  readonly verify: VerifyAnswer;
  readonly drill: DrillAnswer;
  readonly check: CheckAnswer;
  readonly checkpoint: unknown;
}

/** Of work that grows with the data: a day, which no system of ours comes near. */
const longSeconds = 24 * 3600;
const patienceSeconds: Readonly<Record<keyof Answers, number>> = { run: longSeconds, list: 120, verify: longSeconds, drill: longSeconds, check: longSeconds, checkpoint: 120 };

/** Asks a system's backup agent, inside its container: it has no other door for commands. */
export async function askBackupAgent<C extends keyof Answers>(
  stack: Stack, engine: Engine, system: string, command: C, request: Requests[C], say?: (line: string) => void,
): Promise<Answers[C]> {
  const output = backupsOf(stack, system);
  const container = command === "drill" ? output.drill : output.agent;
  if (container === null) {
    throw new Problem(`${system}'s backups can't be drilled here: they are encrypted to a public key, and this host has no private one`, [
      "Drill where the private key is: docs/backups.md, \"Public key\".",
    ]);
  }
  const { code, out, err } = await engine.exec(container, ["node", "/app/backup.js", command], JSON.stringify(request), {
    timeoutSeconds: patienceSeconds[command],
    ...(say === undefined ? {} : { onProgress: (line: string) => say(`  ${system}: ${line}`) }),
  }).catch((error: unknown) => {
    throw (error instanceof Problem ? haltedProblem(system, stack, new Date()) : undefined) ?? error;
  });
  const answer = read<Answers[C]>(out);
  if (answer === undefined) throw new Problem(`${container} gave no answer (exit code ${code})`, [...lastLines(err === "" ? out : err), `Its log: docker logs --tail 50 ${container}`]);
  const refused = refusalIn(answer);
  if (refused !== undefined) throw new Problem(`${system}: ${refused.message}${refused.problems.length === 0 ? "" : ":"}`, refused.problems);
  return answer;
}

/** Containers and stores of one system's backups. */
export function backupsOf(stack: Stack, system: string): BackupOutput {
  const all = stack.outputs.backups ?? {};
  const found = all[system];
  if (found !== undefined) return found;
  const known = Object.keys(all);
  if (known.length > 0) throw new Problem(`${system} has no backups in the stack ${stack.name}`, [`Use one of: ${known.join(", ")}.`], usageExitCode);
  throw new Problem(`the stack ${stack.name} has no backups`, ["Switch them on with: pulumi config set --path stackbook:backups.enabled true, then pulumi up; docs/backups.md says what they take."]);
}

/** Systems with backups, those that are named or all of them. */
export function systemsWithBackups(stack: Stack, named: readonly string[] = []): readonly string[] {
  const wanted = named.length > 0 ? [...new Set(named)] : Object.keys(stack.outputs.backups ?? {});
  if (wanted.length === 0) backupsOf(stack, "");
  for (const system of wanted) backupsOf(stack, system);
  return wanted;
}

/**
 * Gives the agent the stack's own state, which the sets to come contain: with it a stack comes back whole. The stack file
 * is in it too; secrets in both are encrypted by the stack's passphrase, and the set is encrypted besides.
 */
export async function handOverCheckpoint(stack: Stack, engine: Engine, systems: readonly string[], stackFile: string | undefined): Promise<void> {
  const exported = JSON.parse(await stack.cli.run(["stack", "export"])) as object;
  const checkpoint = Buffer.from(JSON.stringify({ ...exported, ...(stackFile === undefined ? {} : { stackFile }) })).toString("base64");
  for (const system of systems) await askBackupAgent(stack, engine, system, "checkpoint", { checkpoint });
}

interface Refusal {
  readonly message: string;
  readonly problems: readonly string[];
}

function refusalIn(answer: unknown): Refusal | undefined {
  return typeof answer === "object" && answer !== null && "error" in answer ? (answer.error as Refusal) : undefined;
}

/** The last line is the answer; tools may have written before it. */
function read<T>(text: string): T | undefined {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "") as T;
  } catch {
    return undefined;
  }
}

function lastLines(text: string): string[] {
  return text.trim().split("\n").slice(-5).filter((line) => line !== "");
}
