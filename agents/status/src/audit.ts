import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "../../common/log";

/** One line of the record of who changed what on the stack: an operation's beginning, or its end. */
export const auditEntry = z.strictObject({
  at: z.iso.datetime(),
  /** The same for an operation's beginning and its end. */
  id: z.string().min(1).max(40),
  stack: z.string().min(1).max(100),
  command: z.string().min(1).max(100),
  what: z.string().min(1).max(1000),
  systems: z.array(z.string().max(40)).max(20),
  who: z.string().min(1).max(200),
  why: z.string().max(2000).optional(),
  result: z.enum(["begun", "done", "failed", "rolled back", "refused", "interrupted"]),
  detail: z.string().max(4000).optional(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/**
 * Files that are only ever appended to, one for each month. Each line also goes to the agent's own log, from where the
 * collector takes it to the audit logs' store, out of this host's reach.
 */
export class AuditTrail {
  constructor(private readonly folder: string, private readonly log: Log) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  append(entry: AuditEntry): void {
    const file = openSync(join(this.folder, `${entry.at.slice(0, 7)}.jsonl`), "a", 0o600);
    try {
      writeSync(file, `${JSON.stringify(entry)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.log.info(`${entry.what}: ${entry.result}`, { kind: "audit", audit: entry });
  }

  /** Newest first. */
  list(limit: number, system: string | undefined): AuditEntry[] {
    const found: AuditEntry[] = [];
    for (const name of readdirSync(this.folder).filter((file) => file.endsWith(".jsonl")).sort().reverse()) {
      const entries = readFileSync(join(this.folder, name), "utf8").split("\n").flatMap(read).reverse();
      found.push(...entries.filter(({ systems }) => system === undefined || systems.includes(system)));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }
}

/** A line that was cut off, by a full disk, spoils no other. */
function read(line: string): AuditEntry[] {
  try {
    const entry = auditEntry.safeParse(JSON.parse(line));
    return entry.success ? [entry.data] : [];
  } catch {
    return [];
  }
}
