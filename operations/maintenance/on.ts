import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { durationOption } from "../durations";
import { exitCodes, Problem, usageExitCode } from "../problem";
import { endText, periodText } from "./texts";
import { systemsAt, timeZoneOf, titleOf } from "./stackOf";
import { ceilToMinute, floorToMinute, instantText, momentOption } from "./times";
import { allWindows, phaseOf, setWindows, windowsAt, type FileWindow, type Place } from "./windows";

export interface OnOptions {
  readonly until?: string;
  readonly for?: string;
  readonly message?: string;
  readonly why?: string;
  readonly yes?: boolean;
}

/** A minute to half a year. */
const span = { least: 60, most: 180 * 86_400 };

/** The end that was asked for, if any. @throws Problem when both are given, or it is no time to come */
export function endOf({ for: duration, until }: Pick<OnOptions, "for" | "until">, from: Date, timeZone: string, now: Date): Date | undefined {
  if (duration !== undefined && until !== undefined) throw new Problem("--for and --until both say when it ends: give one of them", [], usageExitCode);
  const end = duration !== undefined ? new Date(from.getTime() + durationOption("--for", duration, span) * 1000) : until === undefined ? undefined : momentOption("--until", until, timeZone, now);
  if (end === undefined) return undefined;
  const whole = ceilToMinute(end);
  if (whole <= from || whole <= now) throw new Problem(`--until is ${until ?? ""}: use a time after ${from > now ? "its beginning" : "now"}`, [], usageExitCode);
  return whole;
}

/** Closes from now on; what is closed already gets another end. */
export async function closeNow(means: Means, place: Place, options: OnOptions): Promise<Outcome> {
  const { context, file, stack } = means;
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  const systems = systemsAt(stack, place);
  const windows = windowsAt(file, place);
  const open = windows.filter((window) => phaseOf(window, now) === "open");
  const until = endOf(options, now, timeZone, now);
  const message = options.message ?? open.find((window) => window.message !== undefined)?.message;
  const why = options.why ?? open.find((window) => window.why !== undefined)?.why;
  const began = open.map(({ from }) => from).sort()[0];
  const window: FileWindow = {
    from: began ?? instantText(floorToMinute(now)),
    ...(until === undefined ? {} : { until: instantText(until) }), ...(message === undefined ? {} : { message }), by: context.who, ...(why === undefined ? {} : { why }),
  };
  const title = titleOf(stack, place);
  if (options.yes !== true && !(await context.confirm(`Turn visitors of ${title} away ${endText(window, timeZone)}?`))) throw new Problem("nothing was changed: not confirmed", [], exitCodes.interrupted);
  setWindows(file, place, [...windows.filter((each) => !open.includes(each)), window]);
  await means.update();
  return {
    text: [
      `Visitors of ${title} are turned away with 503 ${endText(window, timeZone)}. Alerts wait, those of security apart; the status page says so.`,
      `Operators pass with: npx stackbook maintenance pass ${place}`,
      `It ends${until === undefined ? "" : " by itself, or"} with: npx stackbook maintenance off ${place}`,
      "To commit:", await file.difference(),
    ].join("\n"),
    json: { stack: stack.name, systems, window },
  };
}

/** Takes out whatever is on now. */
export async function openAgain(means: Means, place: Place): Promise<Outcome> {
  const { context, file, stack } = means;
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  if (place !== "all") systemsAt(stack, place);
  const on = allWindows(file).map((entry) => ({ ...entry, open: entry.windows.filter((window) => phaseOf(window, now) === "open") })).filter(({ open }) => open.length > 0);
  const meant = place === "all" ? on : on.filter((entry) => entry.place === place);
  const closedWithAll = on.some((entry) => entry.place === "all");
  if (meant.length === 0) {
    if (closedWithAll) throw new Problem(`${place} is closed with all other systems, not by itself`, ["Open all of them with: npx stackbook maintenance off all"], usageExitCode);
    throw new Problem(place === "all" ? "no system is in maintenance" : `${place} is not in maintenance`, ["What is planned: npx stackbook maintenance list; called off with: npx stackbook maintenance cancel"], usageExitCode);
  }
  for (const { open, place: at, windows } of meant) setWindows(file, at, windows.filter((window) => !open.includes(window)));
  try {
    await means.update();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.message, [...error.remedy, "Visitors are let in when an update succeeds: put the cause right, then run `pulumi up`."], error.exitCode);
  }
  const opened = meant.flatMap(({ open, place: at }) => open.map((window) => ({ place: at, window })));
  const stillClosed = place !== "all" && closedWithAll;
  return {
    text: [
      ...opened.map(({ place: at, window }) => `${titleOf(stack, at)}: maintenance ${periodText(window, timeZone)} has ended.`),
      ...(stillClosed ? [`${place} stays closed with all other systems: npx stackbook maintenance off all`] : ["Visitors are let in."]),
      "To commit:", await file.difference(),
    ].join("\n"),
    json: { stack: stack.name, ended: opened },
  };
}
