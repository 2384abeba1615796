import { systemIds } from "../../systems";
import { change } from "../change";
import { needsRedis, notesOn, parseWanted, scalingsOf } from "../containers/scale";
import { updateOrTakeBack } from "../change/takeBack";
import { exitCodes, Problem, usageExitCode } from "../problem";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface ScaleOptions extends GlobalOptions {
  readonly why?: string;
}

/** `docker-compose up -d --scale backend=2` (mps.md), written down and without a dropped request. */
export const scale: CommandModule = {
  define(command, run) {
    command
      .argument("<system>", "which system")
      .argument("<numbers...>", "containers side by side: backend=2 frontend=3")
      .option("--why <text>", "for the record")
      .addHelpText("after", [
        "",
        "One update: new containers are healthy before the edge leads visitors to them, those that go are left by it first.",
        "What fails is taken back.",
        "",
        "Examples:",
        "  npx stackbook scale mps backend=3",
        "  npx stackbook scale fetms backend=2 frontend=2 --why 'CPU above 70 %' --yes",
      ].join("\n"))
      .action(run<ScaleOptions>(set));
  },
};

async function set(options: ScaleOptions, context: Context, named = "", ...words: readonly (string | undefined)[]): Promise<Outcome> {
  const system = systemIds.find((id) => id === named);
  if (system === undefined) throw new Problem(`${named} is no system`, [`Use one of: ${systemIds.join(", ")}.`], usageExitCode);
  const wanted = parseWanted(system, words.flatMap((word) => word ?? []));
  const numbers = wanted.map(({ replicas, service }) => `${service}=${replicas}`).join(" ");
  return change({ command: "scale", what: `scale ${system} ${numbers}`, systems: [system], why: options.why }, options, context, async (means) => {
    const { file, stack } = means;
    if (stack.outputs.systems?.[system]?.enabled !== true) throw new Problem(`${system} does not run in the stack ${stack.name}`, [`Start it with: pulumi config set --path stackbook:systems.${system}.enabled true, then pulumi up`]);
    if (file.get(["systems", system, "halted"]) !== undefined) throw new Problem(`${system} was stopped in an emergency`, [`Start it again first: npx stackbook resume ${system}`]);
    const scalings = scalingsOf(system, wanted, file);
    if (scalings.length === 0) return { text: `${system} has ${numbers} already; nothing was changed.`, json: { stack: stack.name, system, changed: [] } };
    const notes = notesOn(system, scalings, file);
    const redis = needsRedis(system, scalings, file);
    const change = scalings.map(({ from, service, to }) => `${service} ${from} -> ${to}`).join(", ");
    for (const line of [`${system}: ${change}`, ...notes]) context.say(line);
    if (options.yes !== true && !(await context.confirm("Bring this out?"))) throw new Problem("nothing was changed: not confirmed", [], exitCodes.interrupted);
    const before = file.text();
    for (const { service, to } of scalings) file.set(["systems", system, "services", service, "replicas"], to);
    if (redis) file.set(["systems", system, "redis"], true);
    await updateOrTakeBack(means, before);
    return { text: [`${system} is scaled: ${change}. To commit:`, await file.difference()].join("\n"), json: { stack: stack.name, system, changed: scalings, notes } };
  });
}
