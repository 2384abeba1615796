import { randomBytes } from "node:crypto";
import { appendAudit, type AuditResult } from "./change/audit";
import type { ChangeAbout } from "./change";
import type { Context, Outcome } from "./commands/types";
import { exitCodes, Problem } from "./problem";

/**
 * What changes something and takes no part in updates: recorded as every change is, and not kept waiting by one.
 */
export async function recorded(about: ChangeAbout, stack: string, context: Context, work: () => Promise<Outcome>): Promise<Outcome> {
  const id = randomBytes(4).toString("hex");
  const record = (result: AuditResult, detail?: string): void => appendAudit(context.root, {
    at: context.now().toISOString(), id, stack, command: about.command, what: about.what, systems: about.systems, who: context.who,
    ...(about.why === undefined ? {} : { why: about.why }), result, ...(detail === undefined ? {} : { detail }),
  });
  record("begun");
  try {
    const outcome = await work();
    record((outcome.exitCode ?? 0) === 0 ? "done" : "failed", outcome.text.split("\n", 1)[0]);
    return outcome;
  } catch (error) {
    const interrupted = error instanceof Problem && error.exitCode === exitCodes.interrupted;
    record(interrupted ? "interrupted" : "failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}
