import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type AuditResult = "begun" | "done" | "failed" | "rolled back" | "refused" | "interrupted";

/** One line of the record of who changed what (D10). Nothing secret is in it. */
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
