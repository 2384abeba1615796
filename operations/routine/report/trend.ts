import { verdicts, type Figure, type ItemResult, type ItemVerdict, type Report, type Trend } from "../types";

/** Worse to the right; an open question is neither better nor worse than what could not be looked at. */
const rank = (verdict: ItemVerdict): number => (verdict === "open" ? verdicts.indexOf("unknown") : verdicts.indexOf(verdict));

/** A figure that moves by less is the same. */
const noticeable = 0.1;

/** Each item with what became of it since the newest earlier report that has it. @param earlier newest first */
export function withTrend(items: readonly ItemResult[], earlier: readonly Report[]): ItemResult[] {
  return items.map((item) => {
    for (const report of earlier) {
      const before = report.items.find(({ key }) => key === item.key);
      if (before !== undefined) return { ...item, trend: trendOf(item, before, report.at) };
    }
    return item;
  });
}

function trendOf(now: ItemResult, before: ItemResult, since: string): Trend {
  const figures = now.figures.flatMap((figure) => {
    const was = before.figures.find(({ name, unit }) => name === figure.name && unit === figure.unit);
    const change = was === undefined ? undefined : changeOf(figure, was.value);
    return was === undefined || change === undefined ? [] : [{ name: figure.name, was: was.value, change }];
  });
  const step = rank(now.verdict) - rank(before.verdict);
  // Where the verdict is the same, its figures tell: those with a limit count, others are only shown.
  const counted = figures.filter(({ name }) => now.figures.some((figure) => figure.name === name && figure.limit !== undefined)).map(({ change }) => change);
  const byFigures = counted.includes("worse") ? "worse" : counted.includes("better") ? "better" : "same";
  return { since, was: before.verdict, change: step > 0 ? "worse" : step < 0 ? "better" : byFigures, figures };
}

function changeOf({ comesAndGoes, limit = 0, value, worse }: Figure, was: number): "better" | "worse" | "other" | undefined {
  const difference = value - was;
  // What is far from its limit may move: from 4 to 5 % of 80 is no news.
  if (comesAndGoes === true || Math.abs(difference) <= noticeable * Math.max(Math.abs(was), Math.abs(limit), 1e-12)) return undefined;
  if (worse === undefined) return "other";
  return difference > 0 === (worse === "up") ? "worse" : "better";
}
