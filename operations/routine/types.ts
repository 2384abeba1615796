import type { CheckId, List, RoutineRow } from "../../routines";
import type { SystemId } from "../../systems";

/** `look`: nothing is broken, and a person should know. `unknown`: it could not be looked at, which is never good. */
export const verdicts = ["good", "look", "unknown", "bad"] as const;
export type Verdict = (typeof verdicts)[number];

/** `share`: of 1. `days` and `hours` are lengths of time; `times` a ratio. */
export type FigureUnit = "seconds" | "share" | "bytes" | "count" | "perSecond" | "hours" | "days" | "times" | "bytesPerDay";

/** One number of a finding: what a trend is made of. */
export interface Figure {
  /** The same in every report. */
  readonly name: string;
  readonly value: number;
  readonly unit: FigureUnit;
  /** From here on it is bad. */
  readonly limit?: number;
  /** Which way is worse; absent: neither. */
  readonly worse?: "up" | "down";
  /** It rises and falls by itself, as the age of the newest backup does: nothing for a trend. */
  readonly comesAndGoes?: true;
}

/** What came of looking. */
export interface Finding {
  readonly verdict: Verdict;
  /** One line. */
  readonly says: string;
  readonly figures?: readonly Figure[];
  readonly details?: readonly string[];
  /** Commands to run next. */
  readonly run?: readonly string[];
}

export interface Answer {
  readonly answer: "yes" | "no";
  readonly note?: string;
  readonly by: string;
  /** ISO 8601 */
  readonly at: string;
}

export type ItemVerdict = Verdict | "open";

export interface Trend {
  /** Of the report that it is compared with. */
  readonly since: string;
  readonly was: ItemVerdict;
  readonly change: "better" | "worse" | "same";
  /** Those that changed by more than a tenth, of their limit where they have one. */
  readonly figures: readonly { readonly name: string; readonly was: number; readonly change: "better" | "worse" | "other" }[];
}

export interface ItemResult extends Omit<RoutineRow, "done"> {
  /** `motel/daily/health` */
  readonly key: string;
  readonly by: "machine" | "person";
  /** `open`: a question that nobody has answered. */
  readonly verdict: ItemVerdict;
  readonly says: string;
  readonly figures: readonly Figure[];
  readonly details: readonly string[];
  readonly run: readonly string[];
  readonly check?: CheckId;
  readonly question?: string;
  readonly answer?: Answer;
  /** Figures to judge a question by. */
  readonly seen?: readonly (Finding & { readonly check: CheckId })[];
  /** Absent: it was in no earlier report. */
  readonly trend?: Trend;
}

/** The JSON of a report; Markdown is made from it. */
export interface Report {
  readonly kind: "check";
  /** Of this document's form. */
  readonly format: 1;
  readonly stack: string;
  readonly environment: string;
  readonly list: List;
  readonly systems: readonly (SystemId | "stack")[];
  /** ISO 8601: when it was begun. */
  readonly at: string;
  readonly by: string;
  readonly seconds: number;
  /** Hours that it looks back. */
  readonly hours: number;
  /** ISO 8601: since when there are metrics; absent: there are none. */
  readonly metricsSince?: string;
  readonly result: "good" | "look" | "bad" | "incomplete";
  readonly items: readonly ItemResult[];
}
