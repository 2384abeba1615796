import { relative } from "node:path";
import { weekReport } from "../../weekly";
import type { Finding } from "../types";
import type { Check } from "./finding";

/** One for the stack, whichever system's list asks for it. */
export const weeklyReport: Check = (looking) =>
  looking.once("weekly report", async (): Promise<Finding> => {
    const { markdown, report } = await weekReport(looking, 7);
    const where = relative(looking.context.root, markdown);
    return {
      verdict: report.missing.length > 0 ? "look" : "good", details: report.missing,
      says: `written: ${where.startsWith("..") ? markdown : where}${report.missing.length > 0 ? `, without ${report.missing.length} parts of it` : ""}`,
    };
  });
