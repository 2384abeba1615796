import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Database } from "./database";
import type { Events } from "./events";
import { describeError } from "./log";
import type { System } from "./systems/types";

export interface AuditEntry {
  /** `login`, `loginFailed`, `suites.create` */
  readonly action: string;
  readonly actor: string;
  readonly target?: string;
  readonly requestId: string;
}

/** Who did what, a JSON line each; MPS shows its entries over the API as well, so it also keeps them as rows. */
export class Audit {
  constructor(
    private readonly system: System,
    private readonly path: string | undefined,
    private readonly database: Pick<Database, "insert">,
    private readonly events: Events,
  ) {}

  /** Fails at start instead of at the first entry that cannot be kept. */
  async open(): Promise<void> {
    if (this.path === undefined) return;
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await appendFile(this.path, "");
    } catch (error) {
      throw new Error(`the audit log ${this.path} cannot be written (${describeError(error)}); mount a folder that uid ${process.getuid?.() ?? 1000} may write`);
    }
  }

  async record(entry: AuditEntry): Promise<void> {
    if (this.path === undefined) return;
    const at = new Date();
    // Appending in one write keeps the lines of several replicas apart.
    await appendFile(this.path, `${JSON.stringify({ time: at.toISOString(), system: this.system.id, ...entry })}\n`);
    const table = this.system.tables.find((candidate) => candidate.name === "audit");
    if (table) await this.database.insert(table, { at, ...entry });
    this.events.emit("auditEntry");
  }
}
