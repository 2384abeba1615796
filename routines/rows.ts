import { systems, type SystemId } from "../systems";
import type { CheckId } from "./checks";
import type { Done, OwnRow, RoutineRow } from "./types";

export const rowsOf = (system: SystemId, rows: readonly OwnRow[]): readonly RoutineRow[] =>
  rows.map(({ section, ...row }) => ({ ...row, system, runbook: { file: systems[system].runbook, section } }));

export const machine = (check: CheckId): Done => ({ by: "machine", check });

/** @param question yes means that all is well */
export const person = (question: string, ...seen: readonly CheckId[]): Done => ({ by: "person", question, ...(seen.length === 0 ? {} : { seen }) });
