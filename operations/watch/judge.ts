import type { ServiceName } from "../../systems";
import { failedShare, keyOf, meanMs, nothing, quantileMs, services, timed, type Counts, type Figures } from "./figures";
import type { VersionLimit } from "./limits";

/** How a version does, by what visitors got. */
export interface Verdict {
  /** Empty: nothing speaks against it. */
  readonly faults: readonly string[];
  /** False: too few requests to say anything, see `notes`. */
  readonly judged: boolean;
  readonly notes: readonly string[];
}

export interface Evidence {
  /** Of the new version since it serves. */
  readonly now: Figures;
  /** Of the old one: before, or at the same time in its own slot. */
  readonly before: Figures;
  readonly limits: readonly VersionLimit[];
  /** Which slot is judged, where two are side by side. @default both together */
  readonly slot?: string;
  /** The slot that it is compared with. @default both together */
  readonly against?: string;
}

/**
 * Short of a threshold a version goes back as well when it is half-way there and clearly worse than the one before: three
 * standard errors more failed requests, or twice the time.
 */
const clearly = { partOfLimit: 0.5, standardErrors: 3, times: 2 };

/** Where visitors are few: so many requests, half of which fail, need no more. */
const flagrant = { requests: 10, share: 0.5 };

/** A version that was there already when a threshold was passed is not blamed for it, as long as it got no worse than this. */
const noWorse = 1.5;

export function judge({ against, before, limits, now, slot }: Evidence): Verdict {
  const faults: string[] = [];
  const notes: string[] = [];
  let judged = false;
  for (const service of services) {
    const mine = now.get(keyOf(service, slot)) ?? nothing;
    const theirs = before.get(keyOf(service, against)) ?? nothing;
    const own = limits.filter((limit) => limit.service === undefined || limit.service === service);
    for (const limit of own) {
      const found = limit.of === "errors" ? judgeErrors(service, mine, theirs, limit) : judgeTime(service, mine, theirs, limit);
      if (found === undefined) continue;
      judged = true;
      if (found.fault !== undefined) faults.push(found.fault);
      if (found.note !== undefined) notes.push(found.note);
    }
  }
  if (!judged) notes.push(tooFew(now, limits, slot));
  return { faults, judged, notes };
}

interface Finding {
  readonly fault?: string;
  readonly note?: string;
}

/** undefined: too few requests to tell. */
function judgeErrors(service: ServiceName, now: Counts, before: Counts, { above, minimum, text }: VersionLimit): Finding | undefined {
  const [share, old] = [failedShare(now), failedShare(before)];
  const isFlagrant = now.requests >= flagrant.requests && share >= flagrant.share;
  if (now.requests < minimum.requests && !isFlagrant) return undefined;
  if (now.failed < Math.max(1, minimum.failures)) return {};
  const said = `${percent(share)} of ${now.requests} requests to the ${service} failed`;
  const compared = before.requests === 0 ? "" : `; ${percent(old)} before`;
  if (share > above) {
    if (old > above && share <= old * noWorse) return { note: `${said}, more than ${text}, but no worse than before (${percent(old)})` };
    return { fault: `${said} (limit ${text}${compared})` };
  }
  if (before.requests >= minimum.requests && share > above * clearly.partOfLimit && standardErrors(now, before) > clearly.standardErrors) {
    return { fault: `${said}: below the limit of ${text}, but clearly more than before (${percent(old)})` };
  }
  return {};
}

function judgeTime(service: ServiceName, now: Counts, before: Counts, { above, measure = "p95", minimum, text }: VersionLimit): Finding | undefined {
  const value = timeOf(now, measure);
  if (value === undefined || timed(now) < minimum.requests) return undefined;
  const old = timed(before) < minimum.requests ? undefined : timeOf(before, measure);
  const said = `${measure} of the ${service} is ${Math.round(value)} ms over ${timed(now)} requests`;
  if (value > above) {
    if (old !== undefined && old > above && value <= old * noWorse) return { note: `${said}, more than ${text}, but no worse than before (${Math.round(old)} ms)` };
    return { fault: `${said} (limit ${text}${old === undefined ? "" : `; ${Math.round(old)} ms before`})` };
  }
  if (old !== undefined && value > above * clearly.partOfLimit && value > old * clearly.times) {
    return { fault: `${said}: below the limit of ${text}, but clearly more than before (${Math.round(old)} ms)` };
  }
  return {};
}

export function timeOf({ times }: Counts, measure: "mean" | "p95" | "p99"): number | undefined {
  if (times === undefined) return undefined;
  return measure === "mean" ? meanMs(times) : quantileMs(times, measure === "p99" ? 0.99 : 0.95);
}

/** How many standard errors lie between two shares. */
function standardErrors(now: Counts, before: Counts): number {
  const together = (now.failed + before.failed) / (now.requests + before.requests);
  const error = Math.sqrt(together * (1 - together) * (1 / now.requests + 1 / before.requests));
  return error === 0 ? 0 : (failedShare(now) - failedShare(before)) / error;
}

function tooFew(now: Figures, limits: readonly VersionLimit[], slot: string | undefined): string {
  const most = Math.max(0, ...services.map((service) => now.get(keyOf(service, slot))?.requests ?? 0));
  const needed = Math.min(...limits.map(({ minimum }) => minimum.requests));
  return limits.length === 0 ? "the catalogue has no threshold to judge it by" : `too few requests to judge it by: ${most}, of at least ${needed}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 ? 0 : value < 0.1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}
