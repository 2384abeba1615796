import { durationOption } from "../durations";
import { Problem } from "../problem";
import { checkHealth, type Check } from "../reading/health";
import { columns, painter } from "../terminal";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface HealthOptions extends GlobalOptions {
  readonly wait?: string;
}

/** D5, and what a pipeline asks: is all well? */
export const health: CommandModule = {
  define(command, run) {
    command
      .description("asks every system through the edge and every container's health; ends with 0 when all is well, with 1 when not")
      .argument("[system]", "only one system; stack: edge and monitoring")
      .option("--wait <duration>", "asks again until all is well, for so long: 60s, 5m")
      .addHelpText("after", "\nExamples:\n  npx stackbook health\n  npx stackbook health motel --wait 60s && echo well\n  npx stackbook health --json | jq '.checks[] | select(.ok | not)'")
      .action(run<HealthOptions>(check));
  },
};

/** Between two rounds of questions. */
const pauseMs = 1000;

async function check(options: HealthOptions, context: Context, system: string | undefined): Promise<Outcome> {
  const seconds = options.wait === undefined ? 0 : durationOption("--wait", options.wait, { least: 1, most: 3600 });
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const end = Date.now() + seconds * 1000;
  let told = "";
  for (;;) {
    const left = end - Date.now();
    const checks = await round(() => checkHealth(stack, engine, system, context.now()), left > 0);
    const ill = checks?.filter(({ ok }) => !ok);
    if (checks !== undefined && ill !== undefined && (ill.length === 0 || left <= 0)) {
      const ok = ill.length === 0;
      return { text: textOf(checks, context), json: { stack: stack.name, ok, checks }, exitCode: ok ? 0 : 1 };
    }
    const waits = ill === undefined ? "waiting for the engine" : `waiting for ${ill.map((each) => `${each.system} ${each.check}`).join(", ")}`;
    if (waits !== told) context.say(waits);
    told = waits;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, Math.max(0, left))));
  }
}

/** undefined: nothing is known, and there is time to ask again. */
async function round(ask: () => Promise<readonly Check[]>, patient: boolean): Promise<readonly Check[] | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Problem) || !patient || error.exitCode !== 1) throw error;
    return undefined;
  }
}

function textOf(checks: readonly Check[], { screen }: Pick<Context, "screen">): string {
  const paint = painter(screen);
  return columns(checks.map(({ check: name, ok, system, what }) => [ok ? paint("green", "ok") : paint("red", "BAD"), system, name, what])).join("\n");
}
