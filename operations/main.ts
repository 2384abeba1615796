import { existsSync, readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { refusedOnAws } from "./aws/refusals";
import { commands } from "./commands";
import type { Context, GlobalOptions, Outcome, Run } from "./commands/types";
import { connect, type Engine } from "./engine";
import { connectCluster } from "./kubernetes/engine";
import { faultExitCode, Problem, usageExitCode } from "./problem";
import { root } from "./pulumi";
import { locateStack, openStack, type Place } from "./stack";

export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const streams: Output = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) };

/** The one place where an exit code is set. */
export async function main(argv: readonly string[]): Promise<void> {
  // `stackbook logs | head`: who reads has enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : faultExitCode));
  process.exitCode = await runCommand(argv, ownContext(argv), streams);
  // All is said. A connection to something that hangs must not keep the process: it would be waited for.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
}

/** Runs one command and says its exit code. */
export async function runCommand(argv: readonly string[], context: Context, output: Output): Promise<number> {
  try {
    const outcomes = await perform(argv, context, output);
    for (const { outcome, json } of outcomes) {
      const answer = json ? JSON.stringify(outcome.json, null, 2) : outcome.text;
      if (answer !== undefined && answer !== "") output.out(`${answer}\n`);
    }
    return Math.max(0, ...outcomes.map(({ outcome }) => outcome.exitCode ?? 0));
  } catch (error) {
    return explain(error, argv.includes("--json"), output);
  }
}

/** What came of it, for whoever tells it. */
async function perform(argv: readonly string[], context: Context, output: Output): Promise<readonly { readonly outcome: Outcome; readonly json: boolean }[]> {
  const outcomes: { readonly outcome: Outcome; readonly json: boolean }[] = [];
  const run: Run = (handler) => async (...given) => {
    // Commander hands over the arguments, then the options, then the command.
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<Parameters<typeof handler>[0]>();
    const outcome = await handler(options, context, ...(given.slice(0, -2).flat() as (string | undefined)[]));
    outcomes.push({ outcome, json: options.json === true });
  };
  const program = await createProgram(argv, run, output);
  await program.parseAsync([...argv], { from: "user" });
  return outcomes;
}

/** All commands by name; of the one that `argv` begins with, its arguments and options as well. */
export async function createProgram(argv: readonly string[], run: Run, output: Output): Promise<Command> {
  const program = new Command("stackbook")
    .description("Operations on a stack: the runbooks' steps as commands.")
    .option("--stack <name>", "the stack (default: PULUMI_STACK, then dev where npm start set it up, then the selected one)")
    .option("--json", "for other programs: one JSON document on standard output")
    .option("--yes", "asks nothing, where a command asks before it changes something")
    .showHelpAfterError("(--help shows what there is)")
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .exitOverride();
  const chosen = commandIn(argv);
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).description(summary);
    if (name === chosen) (await load()).define(command, run);
  }
  // Options of all commands are understood before and after a command's name.
  inherit(program, program.options.map(({ flags, description }) => ({ flags, description })));
  return program;
}

function commandIn(argv: readonly string[]): string | undefined {
  return argv.find((word, at) => !word.startsWith("-") && argv[at - 1] !== "--stack");
}

function inherit(parent: Command, options: readonly { readonly flags: string; readonly description: string }[]): void {
  for (const command of parent.commands) {
    for (const { flags, description } of options) command.option(flags, description);
    inherit(command, options);
  }
}

function explain(error: unknown, json: boolean, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
  if (!(error instanceof Problem)) {
    output.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return faultExitCode;
  }
  if (json) output.out(`${JSON.stringify({ error: { message: error.message, remedy: error.remedy } }, null, 2)}\n`);
  else output.err(`${error.text()}\n`);
  return error.exitCode;
}

/** @param argv says which command asks: on Kubernetes some have no engine to work with, on AWS all */
export function connectTo({ aws, cluster, dockerHost, name }: Place, argv: readonly string[]): Engine {
  if (aws !== undefined) throw refusedOnAws(name, aws, commandIn(argv));
  return cluster === undefined ? connect(dockerHost) : connectCluster(name, cluster, commandIn(argv));
}

function ownContext(argv: readonly string[]): Context {
  const context: Context = {
    root, env: process.env, now: () => new Date(), who: who(process.env),
    openStack: (name?: GlobalOptions["stack"]) => openStack(name, process.env),
    locate: (name) => locateStack(name, process.env, (stack) => context.stackFile(stack)),
    createStack: async (wanted) => (await import("./newStack")).createStack(wanted, process.env, say),
    repair: async (stack) => (await import("./change/repair")).repair(stack, say),
    connect: (stack) => connectTo(stack, argv),
    say,
    print: streams.out,
    screen: { colours: process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "", columns: process.stdout.isTTY ? process.stdout.columns : undefined },
    confirm,
    ask,
    stackFile: (stack) => {
      const file = join(root, `Pulumi.${stack}.yaml`);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    },
    run: async (words) => {
      const [done] = await perform(words, context, streams);
      if (done === undefined) throw new Error(`${words.join(" ")} told nothing`);
      return done.outcome;
    },
  };
  return context;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Problem("nobody is there to ask: standard input is no terminal", ["Give --yes if this is meant."], usageExitCode);
  return /^y(es)?$/i.test(await ask(`${question} [y/N]`));
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Problem("nobody is there to ask: standard input is no terminal", [], usageExitCode);
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`${question} `)).trim();
  } finally {
    lines.close();
  }
}

function who(env: NodeJS.ProcessEnv): string {
  let name = env["USER"] ?? env["LOGNAME"];
  try {
    name ??= userInfo().username;
  } catch {
    // A user without an entry in the machine's list: seen in containers.
  }
  return `${name ?? "unknown"}@${hostname()}`;
}
