import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { recordOperation } from "../change/audit";
import { change, type Means } from "../change";
import { durationOption } from "../durations";
import { closeNow, openAgain, type OnOptions } from "../maintenance/on";
import { makePass, passLink } from "../maintenance/pass";
import { callOff, plan, type ScheduleOptions } from "../maintenance/schedule";
import { systemsAt, timeZoneOf, titleOf } from "../maintenance/stackOf";
import { windowLine } from "../maintenance/texts";
import { momentText, nextOccurrence } from "../maintenance/times";
import { allWindows, phaseOf } from "../maintenance/windows";
import { StackFile } from "../stackFile";
import { siteOf } from "../visitor";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface PassOptions extends GlobalOptions {
  readonly for?: string;
}

interface CancelOptions extends GlobalOptions {
  readonly from?: string;
  readonly why?: string;
}

/** D6: a page and 503 for visitors, a way in for operators, notice ahead. */
export const maintenance: CommandModule = {
  define(command, run) {
    command.addHelpText("after", [
      "",
      "Visitors get a page (programs: JSON), 503, Retry-After and the status page's address. Times are compared with the edge's",
      "own clock: a planned window opens and closes though nobody does anything then. Alerts of the system wait meanwhile, those",
      "of security apart.",
      "",
      "Examples:",
      '  npx stackbook maintenance on motel --for 30m --message "Rooms are being renumbered." --why OPS-217',
      "  npx stackbook maintenance schedule fetms --next",
      '  npx stackbook maintenance schedule sms --from "2026-12-05 20:00" --for 2h',
      '  npx stackbook maintenance schedule all --from 2026-12-24T20:00Z --until 2026-12-27T06:00Z --short-notice "the provider moves the machine"',
      "  npx stackbook maintenance pass motel --for 8h",
      "  npx stackbook maintenance off motel",
    ].join("\n"));
    command
      .command("on")
      .description("turns visitors away from now on; while it is on: gives it another end or message")
      .argument("<system>", "which system, or all of them")
      .option("--for <time>", "for how long: 30m, 2h, 1d (default: until `maintenance off`)")
      .option("--until <time>", "when it ends by itself: 2026-11-22T04:00Z, 2026-11-22 04:00 or 04:00")
      .option("--message <text>", "what visitors read")
      .option("--why <text>", "for the record; visitors don't read it")
      .action(run<OnOptions & GlobalOptions>((options, context, place = "") => changing(`on ${place}`, place, options, context, (means) => closeNow(means, place, options))));
    command
      .command("off")
      .description("lets visitors in again, once the system's servers are healthy")
      .argument("<system>", "which system, or all of them")
      .option("--why <text>", "for the record")
      .action(run<{ readonly why?: string } & GlobalOptions>((options, context, place = "") => changing(`off ${place}`, place, options, context, (means) => openAgain(means, place))));
    command
      .command("schedule")
      .description("plans a window, announced as long ahead as the runbook promises")
      .argument("<system>", "which system, or all of them")
      .option("--from <time>", "when it begins: 2026-11-22T02:00Z or 2026-11-22 02:00")
      .option("--for <time>", "for how long: 30m, 2h")
      .option("--until <time>", "when it ends")
      .option("--next", "the next weekly window that is far enough ahead (FETMS: Sunday 02:00-04:00)")
      .option("--message <text>", "what visitors read")
      .option("--why <text>", "for the record; visitors don't read it")
      .option("--short-notice <why>", "plans it though visitors are promised more notice; the reason is recorded")
      .action(run<ScheduleOptions & GlobalOptions>((options, context, place = "") => changing(`schedule ${place}`, place, options, context, (means) => plan(means, place, options))));
    command
      .command("cancel")
      .description("calls off what has not begun")
      .argument("<system>", "which system, or all, as it was planned")
      .option("--from <time>", "which one, where several are planned")
      .option("--why <text>", "for the record")
      .action(run<CancelOptions>((options, context, place = "") => changing(`cancel ${place}`, place, options, context, (means) => callOff(means, place, options))));
    command.command("list").description("what is on, what is planned, and the weekly windows").action(run<GlobalOptions>(list));
    command
      .command("pass")
      .description("a link that lets whoever opens it through maintenance, for a while")
      .argument("<system>", "which system, or all of them")
      .option("--for <time>", "for how long, at most 7d", "2h")
      .action(run<PassOptions>(pass));
  },
};

function changing(what: string, place: string, options: GlobalOptions & { readonly why?: string }, context: Context, work: (means: Means) => Promise<Outcome>): Promise<Outcome> {
  return change({ command: "maintenance", what: `maintenance ${what}`, systems: place === "all" ? [] : [place], why: options.why }, options, context, work);
}

/** As the stack file has it, which is what the stack has after its last update. */
async function list(options: GlobalOptions, context: Context): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const now = context.now();
  const timeZone = timeZoneOf(stack);
  const places = allWindows(new StackFile(join(context.root, `Pulumi.${stack.name}.yaml`))).map(({ place, windows }) => ({ place, windows: windows.filter((window) => phaseOf(window, now) !== "over") })).filter(({ windows }) => windows.length > 0);
  const weekly = (stack.outputs.facts?.alerts.windows ?? []).map((window) => ({ window, next: nextOccurrence(window, timeZone, now) }));
  const sections = [
    ...(places.length === 0 ? ["No maintenance is on or planned."] : places.map(({ place, windows }) => [titleOf(stack, place), ...windows.map((window) => `  ${windowLine(window, timeZone, now)}`)].join("\n"))),
    ...(weekly.length === 0 ? [] : [["Weekly windows, in which alerts wait and visitors are let in:", ...weekly.map(({ next, window }) => `  ${window.name} (${window.systems === "all" ? "all systems" : window.systems.join(", ")}): next ${momentText(next.from, window.timeZone ?? timeZone)}`)].join("\n")]),
  ];
  return {
    text: sections.join("\n\n"),
    json: { stack: stack.name, timeZone, maintenance: places.map(({ place, windows }) => ({ place, windows: windows.map((window) => ({ ...window, state: phaseOf(window, now) })) })), weekly: weekly.map(({ next, window }) => ({ ...window, next: { from: next.from.toISOString(), until: next.until.toISOString() } })) },
  };
}

const passSpan = { least: 60, most: 7 * 86_400 };

/** Whoever has the link gets in, so that it was made is recorded; the link itself is nowhere but in the answer. */
async function pass(options: PassOptions, context: Context, place = ""): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const seconds = durationOption("--for", options.for ?? "2h", passSpan);
  const systems = systemsAt(stack, place);
  const now = context.now();
  const made = await makePass(stack, place, seconds, context.who, now);
  const end = momentText(made.until, timeZoneOf(stack));
  await recordOperation(stack, context.connect(stack), context.root, { at: now.toISOString(), id: randomBytes(4).toString("hex"), stack: stack.name, command: "maintenance", what: `maintenance pass ${place}`, systems: place === "all" ? [] : [place], who: context.who, result: "done", detail: `until ${made.until.toISOString()}` }, context.say);
  const links = systems.flatMap((system) => {
    const site = siteOf(stack, system);
    return site === undefined ? [] : [{ system, link: passLink(site.origin, made) }];
  });
  return {
    text: [
      `Until ${end}, whoever opens this passes maintenance of ${titleOf(stack, place)}; keep it to yourselves:`,
      ...links.map(({ link }) => `  ${link}`),
      `For programs, the header: Cookie: ${made.cookie.name}=${made.cookie.value}`,
    ].join("\n"),
    json: { stack: stack.name, until: made.until.toISOString(), links, cookie: made.cookie },
  };
}
