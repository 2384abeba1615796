import { z } from "zod";
import type { ClosedTime, StatusConfig } from "./config";

/** Times at which visitors are turned away: what the page shows of them, and what people are told. */

export interface ClosedView {
  readonly systems: ClosedTime["systems"];
  /** ISO 8601; null: it has begun. */
  readonly startsAt: string | null;
  /** Null: nobody knows yet. */
  readonly endsAt: string | null;
  readonly message: string | null;
  readonly active: boolean;
}

export function isClosed({ closed }: StatusConfig, system: string, now: Date): boolean {
  return closed.some((time) => (time.systems === "all" || time.systems.includes(system)) && phaseOf(time, now) === "open");
}

/** What is on and what comes, soonest first. */
export function closedAhead({ closed }: StatusConfig, now: Date): ClosedView[] {
  return closed
    .filter((time) => phaseOf(time, now) !== "over")
    .map((time) => ({ systems: time.systems, startsAt: time.from ?? null, endsAt: time.until ?? null, message: time.message ?? null, active: phaseOf(time, now) === "open" }))
    .sort((a, b) => ((a.startsAt ?? "") < (b.startsAt ?? "") ? -1 : 1));
}

type Phase = "planned" | "open" | "over";

function phaseOf({ from, until }: Pick<ClosedTime, "from" | "until">, now: Date): Phase {
  if (until !== undefined && now >= new Date(until)) return "over";
  return from === undefined || now >= new Date(from) ? "open" : "planned";
}

export const toldClosing = z.object({
  systems: z.array(z.string()),
  from: z.string().optional(),
  until: z.string().optional(),
  message: z.string().optional(),
  phase: z.enum(["planned", "open", "over"]),
});
export type ToldClosing = z.infer<typeof toldClosing>;

/** Systems: none stands for all. */
export interface ClosingNews extends Omit<ToldClosing, "phase"> {
  readonly what: "planned" | "begun" | "changed" | "over" | "cancelled";
}

/** What people don't know yet: found by comparing with what they were told. */
export function compareClosings(before: Readonly<Record<string, ToldClosing>>, { closed }: StatusConfig, now: Date): { readonly closings: Record<string, ToldClosing>; readonly news: readonly ClosingNews[] } {
  const news: ClosingNews[] = [];
  const closings: Record<string, ToldClosing> = {};
  for (const { from, message, systems, until } of closed) {
    const phase = phaseOf({ from, until }, now);
    const time = { systems: systems === "all" ? [] : systems, ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }), ...(message === undefined ? {} : { message }) };
    const key = keyOf(time, closings);
    const told = before[key];
    const what = newsOf(told, { ...time, phase });
    if (what !== undefined) news.push({ ...time, what });
    closings[key] = { ...time, phase };
  }
  for (const [key, { phase, ...time }] of Object.entries(before)) {
    if (closings[key] === undefined && phase !== "over") news.push({ ...time, what: phase === "planned" ? "cancelled" : "over" });
  }
  return { closings, news };
}

/** A time is known by whose it is and when it begins; its end and its message may change. */
function keyOf({ from = "now", systems }: Pick<ToldClosing, "from" | "systems">, taken: Readonly<Record<string, unknown>>): string {
  const key = `${systems.join(",")}|${from}`;
  let number = 1;
  while (taken[number === 1 ? key : `${key}|${number}`] !== undefined) number += 1;
  return number === 1 ? key : `${key}|${number}`;
}

function newsOf(told: ToldClosing | undefined, is: ToldClosing): ClosingNews["what"] | undefined {
  if (is.phase === "over") return told !== undefined && told.phase !== "over" ? "over" : undefined;
  if (told === undefined || told.phase === "over") return is.phase === "planned" ? "planned" : "begun";
  if (told.phase === "planned" && is.phase === "open") return "begun";
  return told.until === is.until && told.message === is.message ? undefined : "changed";
}
