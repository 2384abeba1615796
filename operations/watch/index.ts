import type { SystemId } from "../../systems";
import { formatDuration } from "../duration";
import type { Engine } from "../engine";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { ContainerWatch } from "./containers";
import { between, failedShare, keyOf, nothing, services, type Counts, type Figures } from "./figures";
import { judge, percent, timeOf, type Verdict } from "./judge";
import type { VersionLimit } from "./limits";
import type { FigureSource } from "./sources";

export interface WatchPlan {
  readonly system: SystemId;
  readonly version: string;
  readonly seconds: number;
  readonly limits: readonly VersionLimit[];
  readonly source: FigureSource;
  /** Of the old version, from before it was replaced; absent: the other slot is read at the same time. */
  readonly before?: Figures;
  /** Judged by itself, where two versions are side by side. */
  readonly slot?: "a" | "b";
  /** See `Watched`. */
  readonly restarts?: ReadonlyMap<string, number>;
}

export interface Watching {
  readonly stack: Pick<Stack, "name">;
  readonly engine: Engine;
  readonly now: () => Date;
  readonly say: (line: string) => void;
  /** Ends it early: Ctrl-C. */
  readonly signal?: AbortSignal;
  /** @default a real pause */
  readonly pause?: (seconds: number) => Promise<void>;
}

export interface Watched {
  readonly outcome: "well" | "bad" | "ground" | "interrupted";
  /** Why it is bad; of `ground`: what it stands on is gone. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** What visitors got, for the record: `12,034 requests, 0 % failed, p95 48 ms`. */
  readonly summary: string;
  readonly judged: boolean;
  readonly seconds: number;
}

/** Seconds between two readings, and between two lines of progress. */
const everySeconds = 5;
const lineSeconds = 15;
/** What is judged is no older: a version may go bad after an hour. */
const windowSeconds = 300;
/** One reading may be chance. */
const inARow = 2;

/** Watches a version for a while, by what visitors get and by its containers; ends as soon as it is clearly bad. */
export async function watchVersion(plan: WatchPlan, watching: Watching): Promise<Watched> {
  const { now, pause = sleep, say, signal } = watching;
  const containers = new ContainerWatch(watching.stack, watching.engine, { system: plan.system, ...(plan.slot === undefined ? {} : { slot: plan.slot }), ...(plan.restarts === undefined ? {} : { restarts: plan.restarts }) });
  const every = Math.max(1, Math.min(everySeconds, plan.seconds / 6));
  const began = now().getTime();
  const elapsed = (): number => (now().getTime() - began) / 1000;
  const readings: { readonly at: number; readonly figures: Figures }[] = [{ at: 0, figures: await plan.source.read() }];
  let told = -Infinity;
  let suspicions = 0;
  for (;;) {
    await pause(Math.min(every, Math.max(0, plan.seconds - elapsed())));
    const at = elapsed();
    const isOver = at >= plan.seconds;
    const [state, read] = await Promise.all([containers.read(now()), readFigures(plan.source)]);
    const figures = "why" in read ? (readings.at(-1)?.figures ?? new Map<string, Counts>()) : read;
    readings.push({ at, figures });
    const from = [...readings].reverse().find((reading) => reading.at <= at - windowSeconds) ?? readings[0];
    const judged = judgeBetween(plan, from?.figures ?? figures, figures);
    const verdict = "why" in read ? { ...judged, notes: [...judged.notes, `not all was seen: ${read.why}`] } : judged;
    const all = between(readings[0]?.figures ?? figures, figures);
    const summary = describeTraffic(all, plan);
    const ended = (outcome: Watched["outcome"], reasons: readonly string[]): Watched => ({ outcome, reasons, notes: verdict.notes, summary, judged: verdict.judged, seconds: elapsed() });
    if (state.ground.length > 0) return ended("ground", state.ground);
    if (state.faults.length > 0) return ended("bad", state.faults);
    suspicions = verdict.faults.length === 0 ? 0 : suspicions + 1;
    if (suspicions >= inARow || (isOver && suspicions > 0)) return ended("bad", verdict.faults);
    if (signal?.aborted === true) return ended("interrupted", []);
    if (isOver) return ended("well", []);
    if (at - told >= lineSeconds || told === -Infinity) {
      told = at;
      say(`  watched for ${formatDuration(at)} of ${formatDuration(plan.seconds)}: ${summary}; ${state.summary}${verdict.faults.length === 0 ? "" : `; looks bad: ${verdict.faults.join("; ")}`}`);
    }
  }
}

/** What watches may be down for a while; that is no reason to take a version back. */
async function readFigures(source: FigureSource): Promise<Figures | { readonly why: string }> {
  try {
    return await source.read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { why: error.message };
  }
}

function judgeBetween({ before, limits, slot }: WatchPlan, then: Figures, figures: Figures): Verdict {
  const now = between(then, figures);
  if (slot === undefined) return judge({ now, before: before ?? new Map(), limits });
  return judge({ now, before: before ?? now, limits, slot, ...(before === undefined ? { against: slot === "a" ? "b" : "a" } : {}) });
}

/** `12,034 requests, 0 % failed, p95 48 ms` of both services together; times by the one with most. */
function describeTraffic(figures: Figures, { slot, source }: WatchPlan): string {
  const own = services.map((service): readonly [string, Counts] => [service, figures.get(keyOf(service, slot)) ?? nothing]);
  const requests = own.reduce((total, [, counts]) => total + counts.requests, 0);
  const failed = own.reduce((total, [, counts]) => total + counts.failed, 0);
  if (requests === 0) return "no requests yet";
  const times = source.timesThem
    ? own.flatMap(([service, counts]) => {
      const p95 = timeOf(counts, "p95");
      return p95 === undefined ? [] : [`p95 of the ${service} ${Math.round(p95)} ms`];
    })
    : ["times are not measured"];
  return [`${requests.toLocaleString("en")} requests`, `${percent(failedShare({ requests, failed, times: undefined }))} failed`, ...times].join(", ");
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
