import { randomBytes } from "node:crypto";
import { recordOperation, type AuditResult } from "./change/audit";
import type { ChangeAbout } from "./change";
import type { Context, Outcome } from "./commands/types";
import type { Engine } from "./engine";
import { exitCodes, Problem } from "./problem";
import type { Stack } from "./stack";

/**
 * What changes something and takes no part in updates: recorded as every change is, and not kept waiting by one.
 */
export async function recorded(about: ChangeAbout, stack: Stack, engine: Engine, context: Context, work: () => Promise<Outcome>): Promise<Outcome> {
  const id = randomBytes(4).toString("hex");
  const record = (result: AuditResult, detail?: string): Promise<void> => recordOperation(stack, engine, context.root, {
    at: context.now().toISOString(), id, stack: stack.name, command: about.command, what: about.what, systems: about.systems, who: context.who,
    ...(about.why === undefined ? {} : { why: about.why }), result, ...(detail === undefined ? {} : { detail }),
  }, context.say);
  await record("begun");
  let outcome: Outcome;
  try {
    outcome = await work();
  } catch (error) {
    const interrupted = error instanceof Problem && error.exitCode === exitCodes.interrupted;
    await record(interrupted ? "interrupted" : "failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
  await record((outcome.exitCode ?? 0) === 0 ? "done" : "failed", outcome.text.split("\n", 1)[0]);
  return outcome;
}
