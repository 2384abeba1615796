import type { RunbookSection } from "../alerts/types";
import type { SystemId } from "../systems";
import type { CheckId } from "./checks";

/** How often. What a list looks at is the time since the one before: a day, a week, a month, a quarter. */
export const lists = ["daily", "weekly", "monthly", "quarterly"] as const;
export type List = (typeof lists)[number];

export const listHours: Readonly<Record<List, number>> = { daily: 24, weekly: 7 * 24, monthly: 30 * 24, quarterly: 91 * 24 };

/** One line of a runbook's list. Data only: `operations/routine/` does it, `runbook/` prints it. */
export interface RoutineRow {
  /** kebab-case, once per system and list: `motel/daily/health` in reports and answers. */
  readonly id: string;
  readonly system: SystemId | "stack";
  readonly list: List;
  readonly title: string;
  readonly runbook: RunbookSection;
  /** Where the runbook has a day for it. */
  readonly on?: "Monday" | "Friday" | "Sunday" | "first Monday" | "first Sunday";
  /** The runbook asks for it, and gives no list or no date: how often is ours. */
  readonly assumed?: true;
  readonly done: Done;
}

export type Done =
  | { readonly by: "machine"; readonly check: CheckId }
  /** Nobody but a person can tell; `seen` are figures to judge by. Yes means that all is well. */
  | { readonly by: "person"; readonly question: string; readonly seen?: readonly CheckId[] };

/** Of a system's file, which says which one it is. */
export type OwnRow = Omit<RoutineRow, "system" | "runbook"> & { readonly section: string };
