import { painter, type Colour } from "../../terminal";
import type { Screen } from "../../commands/types";
import type { ItemVerdict, Report } from "../types";

const colours: Readonly<Record<ItemVerdict, Colour>> = { good: "green", look: "yellow", bad: "red", unknown: "magenta", open: "cyan" };
const words: Readonly<Record<ItemVerdict, string>> = { good: "good", look: "LOOK", bad: "BAD", unknown: "NOT CHECKED", open: "OPEN" };

const results: Readonly<Record<Report["result"], string>> = { good: "All is well", look: "Nothing is bad", bad: "Something is bad", incomplete: "NOT COMPLETE" };

/** What a terminal shows at the end: all that is not good, and where the rest is. */
export function renderSummary({ items, list, result, stack }: Report, file: string, screen: Screen): string {
  const paint = painter(screen);
  const told = items.filter(({ verdict }) => verdict !== "good" && verdict !== "open");
  const lines = (["bad", "unknown", "look"] as const).flatMap((verdict) => told.filter((item) => item.verdict === verdict)).flatMap(({ key, run, says, trend, verdict }) => [
    `${paint(colours[verdict], words[verdict].padEnd(11))}  ${key}: ${says}${trend === undefined || trend.change === "same" ? "" : ` (${trend.change} since ${trend.since.slice(0, 10)})`}`,
    ...(verdict === "look" ? [] : run.map((command) => `${" ".repeat(13)}${paint("dim", command)}`)),
  ]);
  const open = items.filter(({ verdict }) => verdict === "open").length;
  const count = (verdict: ItemVerdict): number => items.filter((item) => item.verdict === verdict).length;
  const numbers = (["good", "look", "bad", "unknown", "open"] as const).filter((verdict) => count(verdict) > 0).map((verdict) => `${count(verdict)} ${words[verdict].toLowerCase()}`);
  return [
    ...lines, ...(lines.length === 0 ? [] : [""]),
    `${results[result]}: ${list} list of ${stack}, ${items.length} items: ${numbers.join(", ")}.`,
    ...(open === 0 ? [] : [`${open} questions are open: --ask asks them, --answers takes a file; the report has its form.`]),
    `Report: ${file}`,
  ].join("\n");
}
