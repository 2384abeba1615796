import { haltText } from "../../halts/mark";
import { change } from "../change";
import { bringBack, downSystems, type Down } from "../emergency/resume";
import { endSilences } from "../emergency/silence";
import { exitCodes, Problem } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface ResumeOptions extends GlobalOptions {
  readonly why?: string;
}

/** D8: start again from the same state. */
export const resume: CommandModule = {
  define(command, run) {
    command
      .argument("<system>", "which system, or all that are halted")
      .option("--why <text>", "for the record")
      .addHelpText("after", [
        "",
        "One update: what was cut off is ended and connected again, then database and cache start and get healthy, then the applications, then",
        "the edge opens. What an update changed of the system meanwhile is brought out then. Cut off in the middle, it is",
        "gone on with by the same command, or by pulumi up.",
        "",
        "Examples:",
        "  npx stackbook resume motel",
        "  npx stackbook maintenance on motel && npx stackbook resume motel     # to look at it before visitors do",
        "  npx stackbook resume all --yes",
      ].join("\n"))
      .action(run<ResumeOptions>(start));
  },
};

async function start(options: ResumeOptions, context: Context, named = ""): Promise<Outcome> {
  const about = { command: "resume", what: `resume ${named}`, systems: named === "all" ? [] : [named], why: options.why };
  return change(about, options, context, async (means) => {
    const { stack } = means;
    const down = await downSystems(named, stack.name, means.engine, means.file);
    for (const each of down) context.say(describe(each));
    if (options.yes !== true && !(await context.confirm(`Start ${down.map(({ system }) => system).join(", ")} again, as it was?`))) throw new Problem("nothing was started: not confirmed", [], exitCodes.interrupted);
    const began = context.now().getTime();
    await bringBack(means, down, context.now);
    // Of a stop that was never recorded.
    await endSilences(means.engine, { stack: stack.name, systems: down.map(({ system }) => system) }, context.say);
    const seconds = (context.now().getTime() - began) / 1000;
    const systems = down.map(({ system }) => system);
    return {
      text: [`${systems.join(", ")} ${systems.length === 1 ? "runs" : "run"} again, after ${Math.round(seconds)} s. To commit:`, await means.file.difference()].join("\n"),
      json: { stack: stack.name, resumed: systems, seconds },
    };
  });
}

function describe({ mark, recorded, system }: Down): string {
  if (mark === undefined) return `${system}: halted by the stack file`;
  const what = mark.isolated ? "cut off from its networks" : "stopped";
  return `${system}: ${what} ${haltText(mark)}${recorded ? "" : ", which was not recorded yet"}${mark.isolated ? "; its processes are ended and begun anew" : ""}`;
}
