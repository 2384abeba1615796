import type { Baseline, Comparison, OperationFigures, SystemFigures } from "./types";

/**
 * sms.md, Current Production Baseline: how far from its baseline each figure's alert threshold is. The same for all
 * systems, as no other runbook has a baseline.
 */
export const tolerances = {
  p95: 500 / 350,
  p99: 3000 / 2000,
  /** Not in the table: as p95. */
  p50: 500 / 350,
  perSecond: 20 / 30.22,
  errors: 2 / 1.33,
} as const;

/** Assumed: fewer make no percentile (the alerts' own number). */
const enough = 50;
/** Assumed: the edge's histogram can't tell smaller differences apart where answers are quick. Seconds. */
const noticeableSeconds = 0.05;
/** The same of errors: a thousandth of the requests. */
const noticeableShare = 0.001;

type Figures = Partial<Record<Comparison["figure"], number>> & { readonly requests: number };

/** Every figure that both have; what is gone or new is no comparison. */
export function compare(before: Baseline, now: Baseline): Comparison[] {
  const systems = now.systems.flatMap((own) => {
    const was = before.systems.find(({ system }) => system === own.system);
    return was === undefined ? [] : pairs(own.system, "all requests", was, own);
  });
  const operations = now.operations.flatMap((own) => {
    const was = before.operations.find((operation) => operation.system === own.system && operation.operation === own.operation && operation.at === own.at);
    return was === undefined ? [] : pairs(own.system, nameOf(own), was, own);
  });
  return [...systems, ...operations];
}

export const nameOf = ({ at, operation }: Pick<OperationFigures, "at" | "operation">): string => (at === "edge" ? operation : `${operation} (in the application)`);

function pairs(system: Comparison["system"], what: string, was: SystemFigures | OperationFigures, is: SystemFigures | OperationFigures): Comparison[] {
  const [a, b]: [Figures, Figures] = [was, is];
  return (["p50", "p95", "p99", "errors", "perSecond"] as const).flatMap((figure): Comparison[] => {
    const [before, now] = [a[figure], b[figure]];
    if (before === undefined || now === undefined) return [];
    const tolerated = tolerances[figure];
    return [{ system, what, figure, was: before, is: now, times: before === 0 ? (now === 0 ? 1 : Infinity) : now / before, tolerated, verdict: judge(figure, a, b) }];
  });
}

function judge(figure: Comparison["figure"], was: Figures, is: Figures): Comparison["verdict"] {
  const [before = 0, now = 0] = [was[figure], is[figure]];
  const tolerated = tolerances[figure];
  if (figure === "perSecond") return now < before * tolerated ? "worse" : now > before / tolerated ? "better" : "same";
  if (was.requests < enough || is.requests < enough) return "too few";
  const least = figure === "errors" ? noticeableShare : noticeableSeconds;
  if (now > before * tolerated && now - before > least) return "worse";
  return before > now * tolerated && before - now > least ? "better" : "same";
}
