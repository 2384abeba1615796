import type { RulesInput } from "../../alerts";
import type { Facts } from "../../config/facts";

/** What a runbook is written from: the stack's own outputs, or the catalogue's in docs/runbook/. */
export interface RunbookInput {
  readonly facts: Facts;
  /** Absent: nothing is watched. */
  readonly rules?: RulesInput;
  /** Pages of the monitoring, by name; those that this stack has. */
  readonly pages: Readonly<Partial<Record<PageName, string>>>;
}

export type PageName = "status" | "grafana" | "prometheus" | "alerts";

/** Markdown by file name. */
export type Pages = Readonly<Record<string, string>>;
