import { writePair, fileWord, stamp } from "../routine/report/files";
import type { Looking } from "../routine/looking";
import { metricsSince } from "../routine/since";
import { gatherWeek } from "./gather";
import { renderWeek } from "./markdown";
import type { WeeklyReport } from "./types";

export interface WrittenWeek {
  readonly report: WeeklyReport;
  readonly text: string;
  readonly markdown: string;
  readonly json: string;
}

/** Gathers, renders and writes the report of the last days. @param days 1-92 */
export async function weekReport(given: Looking, days: number): Promise<WrittenWeek> {
  const looking = given.over(days * 24);
  const report = await gatherWeek(looking, await metricsSince(looking));
  const text = renderWeek(report);
  return { report, text, ...writePair(given.folder, `${fileWord(report.stack)}-week-${stamp(report.to)}`, text, report) };
}
