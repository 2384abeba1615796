import type { SystemId } from "../../systems";
import type { AlertRow, Minimum } from "../types";

/** A row without what all rows of its file have in common. */
export type SystemRow = Omit<AlertRow, "system">;

export const rowsOf = (system: SystemId, rows: readonly SystemRow[]): readonly AlertRow[] => rows.map((row) => ({ ...row, system }));

export const section = (file: string) => (heading: string) => ({ file, section: heading });

/** Minutes that "sustained" is taken for: FETMS and MemoApp give no number. */
export const sustainedMinutes = 15;

/** Minutes that a threshold must be passed where its runbook says nothing: MPS's, the only number given. */
export const assumedMinutes = 5;

/**
 * Guards (M1), numbers of our own: 50 requests in the window and 5 failed ones make a share that means something; 50 make a
 * percentile. At 5 minutes that is a visitor every six seconds.
 */
export const enoughForShare: Minimum = { requests: 50, failures: 5 };
export const enoughForTime: Minimum = { requests: 50 };
export const shareWindowMinutes = 5;
