import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { List } from "../../../routines";
import { Problem } from "../../problem";
import type { Report } from "../types";
import { renderReport } from "./markdown";

/** Reports of a working copy: never part of the repository, unless somebody names a folder that is. */
export const reportFolder = (root: string): string => join(root, ".stackbook", "reports");

/** `prod-daily-2026-11-21T080000Z` */
export function reportName({ at, list, stack }: Pick<Report, "stack" | "list" | "at">): string {
  return `${fileWord(stack)}-${list}-${stamp(at)}`;
}

/** @returns where both lie */
export function writeReport(folder: string, report: Report): { readonly markdown: string; readonly json: string } {
  const name = reportName(report);
  return writePair(folder, name, renderReport(report), report);
}

export function writePair(folder: string, name: string, markdown: string, json: unknown): { readonly markdown: string; readonly json: string } {
  const paths = { markdown: join(folder, `${name}.md`), json: join(folder, `${name}.json`) };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(paths.markdown, markdown);
    writeFileSync(paths.json, `${JSON.stringify(json, null, 2)}\n`);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new Problem(`the report can't be written to ${folder} (${String(error.code)})`, ["Name another folder with --output."]);
  }
  return paths;
}

/** How many are looked back at: a trend wants the one before, an answer its own period. */
const mostReports = 60;

/** Of a stack and list, newest first; what is no report of ours is passed over. */
export function readReports(folder: string, stack: string, list: List): Report[] {
  if (!existsSync(folder)) return [];
  const start = `${fileWord(stack)}-${list}-`;
  const names = readdirSync(folder).filter((name) => name.startsWith(start) && /^\d{4}-\d\d-\d\dT\d{6}Z\.json$/.test(name.slice(start.length))).sort().reverse();
  return names.slice(0, mostReports).flatMap((name) => {
    try {
      const report = JSON.parse(readFileSync(join(folder, name), "utf8")) as Report;
      return report.kind === "check" && report.format === 1 && Array.isArray(report.items) ? [report] : [];
    } catch {
      return [];
    }
  });
}

/** Stacks may be `organisation/project/name`. */
export const fileWord = (stack: string): string => stack.replaceAll("/", "_");

export const stamp = (at: string): string => at.replace(/\.\d+Z$/, "Z").replace(/:/g, "");
