import type { AlertRow, BySeverity } from "../../../alerts";
import { inBaseUnit, readLimit } from "../../../alerts/units";
import type { Sample } from "../../prometheus";
import type { Looking, Whose } from "../looking";
import { verdicts, type Figure, type Finding, type Verdict } from "../types";
import { figureText, isBeyond } from "../units";

export type Check = (looking: Looking, system: Whose) => Promise<Finding>;

/** Bad when a figure has reached its limit; all of them said in one line. */
export function judged(figures: readonly Figure[], more: Partial<Finding> & { readonly before?: string } = {}): Finding {
  const { before = "", ...rest } = more;
  const beyond = figures.filter(isBeyond);
  const shown = beyond.length > 0 ? beyond : figures;
  const words = shown.slice(0, 6).map(figureText).join(", ");
  return { verdict: worst(beyond.length > 0 ? "bad" : "good", rest.verdict ?? "good"), figures, ...omitVerdict(rest), says: `${before}${rest.says ?? words}` };
}

function omitVerdict({ verdict: _, ...rest }: Partial<Finding>): Omit<Partial<Finding>, "verdict"> {
  return rest;
}

export function unknown(says: string, ...run: readonly string[]): Finding {
  return { verdict: "unknown", says, run };
}

/** `bad` before `unknown` before `look`. */
export function worst(...given: readonly Verdict[]): Verdict {
  return given.reduce<Verdict>((a, b) => (verdicts.indexOf(b) > verdicts.indexOf(a) ? b : a), "good");
}

/** What people must do something about: the mildest threshold that is more than a line in the daily report. */
export function limitOf(row: AlertRow | undefined): number | undefined {
  return row === undefined ? undefined : base(row, ["ticket", "page"]);
}

/** The threshold that is only told in the daily report. */
export function noticeOf(row: AlertRow | undefined): number | undefined {
  return row === undefined ? undefined : base(row, ["digest"]);
}

function base(row: AlertRow, severities: readonly (keyof BySeverity<number>)[]): number | undefined {
  const { thresholds, unit } = readLimit(row.limit);
  const found = severities.map((severity) => thresholds[severity]).find((threshold) => threshold !== undefined);
  return found === undefined ? undefined : inBaseUnit(found, unit);
}

export function valueOf(samples: readonly Sample[], labels: Readonly<Record<string, string>> = {}): number | undefined {
  const found = samples.find((sample) => Object.entries(labels).every(([name, value]) => sample.labels[name] === value))?.value;
  return found === undefined || !Number.isFinite(found) ? undefined : found;
}

export function sumOf(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => (Number.isFinite(value) ? sum + value : sum), 0);
}

/** `{system="motel",service=~"backend|frontend"}`: of a system's services, as alerts count them. */
export const ofServices = (system: Whose): string => `system="${system}",service=~"backend|frontend"`;
