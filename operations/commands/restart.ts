import { systemIds } from "../../systems";
import { marksOf } from "../../halts/mark";
import { change } from "../change";
import { isStore, letIn, planRestart, restartHard, restartSoftly, type Restarted, type Step } from "../containers/restart";
import { EdgeServers } from "../edgeServers";
import type { Container } from "../engine";
import { exitCodes, Problem, usageExitCode } from "../problem";
import { serviceOf, shortName, stackContainers, systemOf } from "../stackContainers";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface RestartOptions extends GlobalOptions {
  readonly hard?: boolean;
  readonly why?: string;
}

/** D3: the runbooks' soft restart. Nothing of the stack's record changes: the containers stay the same ones. */
export const restart: CommandModule = {
  define(command, run) {
    command
      .argument("[system]", "which system, or stack for what serves all of them (default: every system)")
      .argument("[service]", "backend, frontend, database, cache, backup, ...; of the stack: edge, prometheus, ... (default: backend and frontend)")
      .option("--hard", "all at once, ended within a second: for what hangs")
      .option("--why <text>", "for the record")
      .addHelpText("after", [
        "",
        "One container after the other: the edge leads visitors past it, requests in work end, it restarts, it is healthy, the edge",
        "leads visitors there again. With two replicas nobody notices; with one, and with --hard, it says so first and asks.",
        "",
        "Examples:",
        "  npx stackbook restart                      # MPS's `rollback.sh restart-all`, for every system",
        "  npx stackbook restart motel backend",
        "  npx stackbook restart motel database       # asks: its backends lose their connections",
        "  npx stackbook restart motel --hard --yes",
      ].join("\n"))
      .action(run<RestartOptions>(again));
  },
};

async function again(options: RestartOptions, context: Context, system?: string, service?: string): Promise<Outcome> {
  const known: readonly string[] = [...systemIds, "stack"];
  if (system !== undefined && !known.includes(system)) throw new Problem(`${system} is no system`, [`Use one of: ${known.join(", ")}.`], usageExitCode);
  if (system === "stack" && service === undefined) throw new Problem("stack is everything that serves all systems: name the service", ["Such as: npx stackbook restart stack prometheus"], usageExitCode);
  const what = ["restart", system, service, options.hard === true ? "--hard" : undefined].filter((word) => word !== undefined).join(" ");
  return change({ command: "restart", what, systems: system === undefined || system === "stack" ? [] : [system], why: options.why }, options, context, async ({ engine, stack }) => {
    const all = await stackContainers(stack, engine);
    const steps = planRestart(chosen(all, stack.name, { system, service }, Object.keys(await marksOf(engine, shortName(stack.name)))));
    const hard = options.hard === true;
    const costs = costsOf(steps, hard);
    for (const cost of costs) context.say(cost);
    if (costs.length > 0 && options.yes !== true && !(await context.confirm("Restart?"))) throw new Problem("nothing was restarted: not confirmed", [], exitCodes.interrupted);
    const tools = { engine, edge: await EdgeServers.of(stack, engine), say: context.say, now: context.now };
    await letIn(all, tools);
    const done = hard ? await restartHard(steps, tools) : await oneByOne(steps, tools);
    return { text: describe(done), json: { stack: stack.name, hard, restarted: done } };
  });
}

async function oneByOne(steps: readonly Step[], tools: Parameters<typeof restartSoftly>[1]): Promise<Restarted[]> {
  const done: Restarted[] = [];
  const left = (): string => steps.slice(done.length).map(({ container }) => container.name).join(", ");
  let interrupted = false;
  // A container that the edge leads nobody to must not be left so; a second Ctrl-C ends it all the same.
  const onSignal = (): void => {
    interrupted = true;
    tools.say("Ending after this container.");
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    for (const step of steps) {
      if (interrupted) throw new Problem(`restarted are ${done.length} of ${steps.length} containers: interrupted`, [`Not touched: ${left()}`], exitCodes.interrupted);
      done.push(await restartSoftly(step, tools).catch((error: unknown) => {
        const others = steps.slice(done.length + 1).map(({ container }) => container.name);
        throw error instanceof Problem && others.length > 0 ? new Problem(error.message, [...error.remedy, `Not touched, as this one is unwell: ${others.join(", ")}`]) : error;
      }));
    }
    return done;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function chosen(all: readonly Container[], stack: string, { service, system }: { readonly system: string | undefined; readonly service: string | undefined }, halted: readonly string[]): readonly Container[] {
  const own = all.filter((container) => (system === undefined ? systemOf(container) !== "stack" : systemOf(container) === system));
  const named = own.filter((container) => (service === undefined ? container.labels["stackbook.role"] === "app" : serviceOf(container) === service)).filter(({ labels }) => labels["stackbook.role"] !== "task");
  if (named.length === 0) {
    const services = [...new Set(own.map(serviceOf))].sort();
    throw new Problem(`the stack ${stack} has no container of ${[system, service].filter((word) => word !== undefined).join(" ") || "any system"}`, services.length === 0 ? ["npx stackbook status shows what runs."] : [`Its services: ${services.join(", ")}.`], usageExitCode);
  }
  const stopped = named.filter((container) => halted.includes(systemOf(container)));
  if (stopped.length > 0 && (system !== undefined || stopped.length === named.length)) throw new Problem(`${[...new Set(stopped.map(systemOf))].join(", ")} was stopped in an emergency`, [`Start it again with: npx stackbook resume ${system ?? "all"}`]);
  return named.filter((container) => !stopped.includes(container));
}

/** What visitors will notice, one line each; none: they won't. Seconds are those of the reference app and of Stackbook's own databases. */
export function costsOf(steps: readonly Step[], hard: boolean): readonly string[] {
  const of = (container: Container): string => `${systemOf(container)} ${serviceOf(container)}`;
  if (hard) return [`All at once and without waiting for requests in work: ${steps.map(({ container }) => of(container)).join(", ")}. Visitors get errors for about 15 s.`, ...steps.filter(({ container }) => isStore(container)).map(({ container }) => `${of(container)} is killed after a second; it reads its log of writes at the start, and loses nothing that was confirmed.`)];
  const alone = [...new Set(steps.filter(({ container, isCovered }) => container.labels["stackbook.role"] === "app" && !isCovered).map(({ container }) => of(container)))];
  const stores = steps.filter(({ container }) => isStore(container)).map(({ container }) => of(container));
  const edge = steps.some(({ container }) => container.labels["stackbook.role"] === "edge");
  return [
    ...alone.map((name) => `${name} has one container: visitors get errors for about 10 s. With two there are none: npx stackbook scale ${name.replace(/ (.+)$/, " $1=2")}`),
    ...stores.map((name) => `${name} ends cleanly and starts again: for about 10 s every request that needs it fails, and connections to it are made anew.`),
    ...(edge ? ["The edge is the one door to every system: nobody reaches any for about 5 s."] : []),
  ];
}

function describe(done: readonly Restarted[]): string {
  const total = done.reduce((sum, { seconds }) => sum + seconds, 0);
  return [`Restarted ${done.length === 1 ? "one container" : `${done.length} containers`} in ${total.toFixed(1)} s; they are the same ones as before:`, ...done.map(({ container, seconds }) => `  ${container}  ${seconds.toFixed(1)} s`)].join("\n");
}
