import { randomBytes } from "node:crypto";
import { appendAudit, type AuditResult } from "../change/audit";
import { durationOption } from "../durations";
import { chosenSystems, haltNow, type Halted } from "../emergency/halt";
import { haltedOnEngine, isLocked, recordHalts } from "../emergency/record";
import { beginSilences } from "../emergency/silence";
import { keepDown } from "../emergency/watch";
import type { Engine } from "../engine";
import { exitCodes, Problem, usageExitCode } from "../problem";
import type { Place } from "../stack";
import { shortName } from "../stackContainers";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface StopOptions extends GlobalOptions {
  readonly isolate?: boolean;
  readonly why?: string;
  readonly wait: string;
  readonly record?: boolean;
}

/** D8: down at once, whoever is at work on the stack; written down when nobody is. */
export const emergencyStop: CommandModule = {
  define(command, run) {
    command
      .argument("<system>", "which system, or all")
      .option("--isolate", "don't stop: cut it off from every network and leave its processes, for evidence")
      .option("--why <text>", "what for; operators read it in the record, in status and in refused updates")
      .option("--wait <duration>", "how long an update that is at work is waited for before this is recorded: 0 to 12h", "10m")
      .option("--record", "only record what was stopped before")
      .addHelpText("after", [
        "",
        "Everything of the system ends within 10 s: backends and frontends at once, then its agents, then cache and database,",
        "which get 4 s for a clean end. Data is untouched. No lock is asked for; the update that is then recorded keeps it so.",
        "",
        "Examples:",
        "  npx stackbook emergency-stop motel --why 'prices are wrong'",
        "  npx stackbook emergency-stop motel --isolate --why 'suspected breach' --yes",
        "  npx stackbook emergency-stop all --yes",
        "  npx stackbook emergency-stop motel --record",
        "  npx stackbook resume motel",
      ].join("\n"))
      .action(run<StopOptions>(stop));
  },
};

async function stop(options: StopOptions, context: Context, named = ""): Promise<Outcome> {
  const waitSeconds = durationOption("--wait", options.wait, { least: 0, most: 12 * 3600 });
  if (options.why !== undefined && !/^[^\p{Cc}]{1,500}$/u.test(options.why)) throw new Problem("--why is not one line of at most 500 characters", [], usageExitCode);
  const place = await context.locate(options.stack);
  const engine = context.connect(place);
  if (options.record === true) return record(named, waitSeconds, place, engine, context);
  const systems = await chosenSystems(engine, shortName(place.name), named);
  const isolated = options.isolate ?? false;
  const question = isolated
    ? `Cut ${systems.join(", ")} off from every network in the stack ${place.name}? The processes stay as they are; visitors get an error page.`
    : `Stop everything of ${systems.join(", ")} in the stack ${place.name} at once? Visitors get an error page; data stays.`;
  if (options.yes !== true && !(await context.confirm(question))) throw new Problem("nothing was stopped: not confirmed", [], exitCodes.interrupted);
  return halt({ systems, isolated, waitSeconds, ...(options.why === undefined ? {} : { why: options.why }) }, place, engine, context);
}

interface Request {
  readonly systems: readonly string[];
  readonly isolated: boolean;
  readonly waitSeconds: number;
  readonly why?: string;
}

async function halt({ isolated, systems, waitSeconds, why }: Request, place: Place, engine: Engine, context: Context): Promise<Outcome> {
  const audit = recorder(systems, place, isolated, why, context);
  audit("begun");
  let halted: Halted[];
  try {
    halted = await Promise.all(systems.map((system) => haltNow(engine, { stack: shortName(place.name), system }, { by: context.who, isolated, ...(why === undefined ? {} : { why }) }, context.now)));
  } catch (error) {
    audit("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
  const failed = halted.some(({ problems }) => problems.length > 0);
  audit(failed ? "failed" : "done", halted.map(({ containers, seconds, system }) => `${system}: ${containers.length} containers in ${seconds.toFixed(1)} s`).join("; "));
  for (const entry of halted) context.say(describe(entry));
  const watch = keepDown(engine, shortName(place.name), systems, isolated, context.say);
  await beginSilences(engine, { stack: place.name, systems }, waitSeconds, context);
  try {
    const difference = await recordHalts({ stack: place.name, systems, why, waitSeconds, spares: isolated }, context);
    return outcome(place, halted, failed ? exitCodes.failed : exitCodes.done, watch.again, ["Recorded: a plain `pulumi up` keeps it so. To commit:", difference, "", ...next(systems, isolated)]);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const later = systems.map((system) => `npx stackbook emergency-stop ${system} --record`).join("; ");
    return outcome(place, halted, isLocked(error) ? exitCodes.locked : exitCodes.failed, watch.again, [
      `NOT YET RECORDED: ${error.message}`, ...error.remedy.map((line) => `  ${line}`),
      `The engine's mark keeps every update that begins now from starting it, with a refusal that says so. Record it as soon as nobody else is at work: ${later}`, "", ...next(systems, isolated),
    ], error.message);
  } finally {
    await watch.end();
  }
}

function describe({ containers, mark: { isolated }, problems, seconds, system }: Halted): string {
  const verb = isolated ? "cut off" : "stopped";
  if (problems.length > 0) return [`${system}: NOT everything is ${verb} after ${seconds.toFixed(1)} s:`, ...problems.map((problem) => `  ${problem}`)].join("\n");
  if (containers.length === 0) return `${system}: everything was ${verb} already.`;
  return `${system}: ${verb} in ${seconds.toFixed(1)} s: ${containers.join(", ")}`;
}

function outcome({ name }: Place, halted: readonly Halted[], exitCode: number, again: readonly string[], lines: readonly string[], problem?: string): Outcome {
  return {
    text: [...halted.map(describe), ...(again.length === 0 ? [] : [`Started by an update meanwhile, and stopped again: ${[...new Set(again)].join(", ")}`]), ...lines].join("\n"),
    json: {
      stack: name, recorded: problem === undefined, ...(problem === undefined ? {} : { problem }), again: [...new Set(again)],
      systems: halted.map(({ containers, mark, problems, seconds, system }) => ({ system, at: mark.at, isolated: mark.isolated, seconds, containers, problems })),
    },
    exitCode,
  };
}

function next(systems: readonly string[], isolated: boolean): string[] {
  const [first = "<system>"] = systems;
  const each = systems.length === 1 ? first : "all";
  return [
    ...(isolated ? [`Keep what there is: npx stackbook evidence ${systems.length === 1 ? first : ""}`.trimEnd()] : []),
    `Tell people:        npx stackbook incident open --system ${first} --severity 1 --issue '...' --impact '...'`,
    `Start it again:     npx stackbook resume ${each}`,
  ];
}

async function record(named: string, waitSeconds: number, place: Place, engine: Engine, context: Context): Promise<Outcome> {
  const marks = await haltedOnEngine(engine, place.name);
  const systems = Object.keys(marks).filter((system) => named === "all" || system === named);
  if (systems.length === 0) throw new Problem(named === "all" ? `nothing of the stack ${place.name} was stopped in an emergency` : `${named} was not stopped in an emergency`, ["Stop it with: npx stackbook emergency-stop <system>"]);
  const difference = await recordHalts({ stack: place.name, systems, why: [...new Set(systems.flatMap((system) => marks[system]?.why ?? []))].join("; ") || undefined, waitSeconds }, context);
  return { text: [`${systems.join(", ")}: recorded. To commit:`, difference].join("\n"), json: { stack: place.name, recorded: true, systems: systems.map((system) => ({ system, ...marks[system] })) } };
}

function recorder(systems: readonly string[], place: Place, isolated: boolean, why: string | undefined, context: Context): (result: AuditResult, detail?: string) => void {
  const id = randomBytes(4).toString("hex");
  const what = `emergency-stop ${systems.join(", ")}${isolated ? " --isolate" : ""}`;
  return (result, detail) => {
    appendAudit(context.root, {
      at: context.now().toISOString(), id, stack: place.name, command: "emergency-stop", what, systems, who: context.who,
      ...(why === undefined ? {} : { why }), result, ...(detail === undefined ? {} : { detail }),
    });
  };
}
