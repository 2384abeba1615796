import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { Problem, usageExitCode } from "../problem";
import type { Stack } from "../stack";
import { earliestStart, noticeOf } from "./notice";
import { endOf } from "./on";
import { periodText } from "./texts";
import { systemsAt, timeZoneOf, titleOf } from "./stackOf";
import { ceilToMinute, floorToMinute, instantText, momentOption, momentText, nextOccurrence, type Occurrence } from "./times";
import { allWindows, phaseOf, setWindows, windowsAt, type FileWindow, type Place } from "./windows";

export interface ScheduleOptions {
  readonly from?: string;
  readonly until?: string;
  readonly for?: string;
  readonly next?: boolean;
  readonly message?: string;
  readonly why?: string;
  readonly shortNotice?: string;
}

/** Announced far enough ahead, or refused with the earliest time that is. */
export async function plan(means: Means, place: Place, options: ScheduleOptions): Promise<Outcome> {
  const { context, file, stack } = means;
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  const ids = systemsAt(stack, place);
  const notice = noticeOf(ids);
  const earliest = ceilToMinute(earliestStart(notice, now));
  const { from, until } = options.next === true ? weekly(stack, place, options, options.shortNotice === undefined ? earliest : now) : given(options, timeZone, now);
  if (from < earliest && options.shortNotice === undefined) {
    const [next] = weeklyFor(stack, place, earliest);
    throw new Problem(`${momentText(from, timeZone)} is too soon: visitors are promised notice of ${notice.promises.join(", ")}`, [
      `The earliest time is ${momentText(earliest, timeZone)}.`,
      ...(next === undefined ? [] : [`The next weekly window after it, ${next.name}: ${momentText(next.from, timeZone)}; give --next for that one.`]),
      'What can\'t wait: --short-notice "<why>"; for at once: npx stackbook maintenance on',
    ], usageExitCode);
  }
  const why = [options.why, options.shortNotice === undefined || from >= earliest ? undefined : `at short notice: ${options.shortNotice}`].filter((text) => text !== undefined).join("; ");
  const window: FileWindow = { from: instantText(from), until: instantText(until), ...(options.message === undefined ? {} : { message: options.message }), by: context.who, ...(why === "" ? {} : { why }) };
  const windows = windowsAt(file, place);
  const overlapping = windows.find((each) => new Date(each.from ?? 0) < until && (each.until === undefined || new Date(each.until) > from));
  if (overlapping !== undefined) {
    throw new Problem(`${titleOf(stack, place)}: maintenance is ${phaseOf(overlapping, now) === "open" ? "on" : "planned"} already ${periodText(overlapping, timeZone)}`, [
      phaseOf(overlapping, now) === "open" ? `Give it another end: npx stackbook maintenance on ${place} --until ...` : `Call that one off first: npx stackbook maintenance cancel ${place} --from ${overlapping.from ?? ""}`,
    ], usageExitCode);
  }
  setWindows(file, place, [...windows, window]);
  await means.update();
  return {
    text: [
      `${titleOf(stack, place)}: visitors will be turned away ${periodText(window, timeZone)}, by themselves and without an update then.`,
      stack.outputs.monitoring?.statusContainer ? "The status page and the channels tell it now, at its beginning and at its end." : "The stack has no status agent: tell people yourself.",
      `Called off with: npx stackbook maintenance cancel ${place} --from ${window.from ?? ""}`,
      "To commit:", await file.difference(),
    ].join("\n"),
    json: { stack: stack.name, systems: ids, window, noticeHours: notice.hours },
  };
}

function given(options: ScheduleOptions, timeZone: string, now: Date): { readonly from: Date; readonly until: Date } {
  const problems = [...(options.from === undefined ? ["--from is missing: when it begins, or --next for the next weekly window"] : []), ...(options.for === undefined && options.until === undefined ? ["--for or --until is missing: a planned window has an end"] : [])];
  if (problems.length > 0) throw new Problem("no maintenance was planned:", [...problems, "--help shows examples"], usageExitCode);
  const from = momentOption("--from", options.from ?? "", timeZone, now);
  if (from < floorToMinute(now)) throw new Problem(`--from is ${options.from ?? ""}, which has passed`, ["For at once: npx stackbook maintenance on"], usageExitCode);
  const until = endOf(options, from, timeZone, now);
  if (until === undefined) throw new Error("an end was asked for");
  return { from, until };
}

/** The next weekly window in which its alerts wait anyway, with another end where one is given. */
function weekly(stack: Stack, place: Place, options: ScheduleOptions, earliest: Date): { readonly from: Date; readonly until: Date } {
  if (options.from !== undefined) throw new Problem("--from and --next both say when it begins: give one of them", [], usageExitCode);
  const [next] = weeklyFor(stack, place, earliest);
  if (next === undefined) throw new Problem(`${titleOf(stack, place)} has no weekly window`, ["Name one under alerts.maintenance in the stack file, or give --from and --for."], usageExitCode);
  return { from: next.from, until: endOf(options, next.from, timeZoneOf(stack), earliest) ?? next.until };
}

/** Soonest first. Those of the system itself go before those of all. */
function weeklyFor(stack: Stack, place: Place, earliest: Date): Occurrence[] {
  const windows = stack.outputs.facts?.alerts.windows ?? [];
  const own = windows.filter(({ systems }) => systems !== "all" && systems.some((id) => id === place));
  const chosen = own.length > 0 ? own : windows.filter(({ systems }) => systems === "all");
  return chosen.map((window) => nextOccurrence(window, timeZoneOf(stack), earliest)).sort((a, b) => a.from.getTime() - b.from.getTime());
}

/** Takes out what has not begun. */
export async function callOff(means: Means, place: Place, { from }: { readonly from?: string }): Promise<Outcome> {
  const { context, file, stack } = means;
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  const windows = allWindows(file).find((entry) => entry.place === place)?.windows ?? [];
  const planned = windows.filter((window) => phaseOf(window, now) === "planned");
  const at = from === undefined ? undefined : momentOption("--from", from, timeZone, now).getTime();
  const meant = planned.filter((window) => at === undefined || new Date(window.from ?? 0).getTime() === at);
  const [only] = meant;
  if (only === undefined || meant.length > 1) {
    throw new Problem(only !== undefined ? `${planned.length} times are planned for ${titleOf(stack, place)}: say which one` : `no maintenance of ${titleOf(stack, place)} is planned${from === undefined ? "" : ` for ${from}`}`, [
      ...planned.map((window) => `--from ${window.from ?? ""}: ${periodText(window, timeZone)}`),
      ...(windows.length > planned.length ? [`What is on ends with: npx stackbook maintenance off ${place}`] : []),
    ], usageExitCode);
  }
  setWindows(file, place, windows.filter((window) => window !== only));
  await means.update();
  return { text: [`${titleOf(stack, place)}: maintenance ${periodText(only, timeZone)} was called off.`, "To commit:", await file.difference()].join("\n"), json: { stack: stack.name, place, cancelled: only } };
}
