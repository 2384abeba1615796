import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Engine } from "../engine";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { askStatusAgent } from "../statusAgent";

export type AuditResult = "begun" | "done" | "failed" | "rolled back" | "refused" | "interrupted";

/** One line of the record of who changed what (D10), as the status agent keeps it. Nothing secret is in it. */
export interface AuditEntry {
  readonly at: string;
  /** The same for an operation's beginning and its end. */
  readonly id: string;
  readonly stack: string;
  readonly command: string;
  readonly what: string;
  readonly systems: readonly string[];
  /** user@host */
  readonly who: string;
  readonly why?: string;
  readonly result: AuditResult;
  /** What came of it, in one line. */
  readonly detail?: string;
}

/** As long as the agent takes it. */
const longest = { what: 1000, why: 2000, detail: 4000 } as const;

/**
 * Into this working copy's file, and into the stack's own trail, from where it goes to the audit logs' store. A stack
 * that can't take it now is told of, and keeps nobody from an operation: in an emergency it may be what is broken.
 */
export async function recordOperation(stack: Stack, engine: Engine, root: string, given: AuditEntry, say: (line: string) => void): Promise<void> {
  const entry: AuditEntry = {
    ...given, what: given.what.slice(0, longest.what),
    ...(given.why === undefined ? {} : { why: given.why.slice(0, longest.why) }), ...(given.detail === undefined ? {} : { detail: given.detail.slice(0, longest.detail) }),
  };
  appendAudit(root, entry);
  if (!hasTrail(stack)) return;
  try {
    await askStatusAgent(stack, engine, "audit append", entry);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`The stack's own audit trail did not take this (${error.message}); it is in ${auditFile(root, stack.name)}.`);
  }
}

/** Newest first: of the stack, or where it has no trail, of this working copy. */
export async function listOperations(stack: Stack, engine: Engine, root: string, { limit, system }: { readonly limit: number; readonly system: string | undefined }): Promise<{ readonly from: string; readonly entries: readonly AuditEntry[] }> {
  if (hasTrail(stack)) {
    const { audit = [] } = await askStatusAgent(stack, engine, "audit list", { limit, ...(system === undefined ? {} : { system }) });
    return { from: `the stack ${stack.name}`, entries: audit };
  }
  const own = readAudit(root, stack.name).filter(({ systems }) => system === undefined || systems.includes(system)).reverse();
  return { from: "this working copy (the stack has no status agent, which would keep everybody's)", entries: own.slice(0, limit) };
}

function hasTrail(stack: Stack): boolean {
  return typeof stack.outputs.monitoring?.statusContainer === "string";
}

/** Of this working copy: what its operators did, whatever became of the stack. */
export function auditFile(root: string, stack: string): string {
  return join(root, ".stackbook", "audit", `${stack}.jsonl`);
}

/** Only ever appended to. */
export function appendAudit(root: string, entry: AuditEntry): void {
  const file = auditFile(root, entry.stack);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** Oldest first; a line that was cut off is passed over. */
export function readAudit(root: string, stack: string): AuditEntry[] {
  const file = auditFile(root, stack);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as AuditEntry];
    } catch {
      return [];
    }
  });
}
