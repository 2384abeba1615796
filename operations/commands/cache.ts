import { systems, type SystemId } from "../../systems";
import { count } from "../backups/texts";
import { exitCodes, Problem, usageExitCode } from "../problem";
import { recorded } from "../recorded";
import { countPattern, flushAll, flushPattern, keysIn } from "../stores/redis";
import { storeOf } from "../stores/server";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface FlushOptions extends GlobalOptions {
  readonly pattern?: string;
  readonly why?: string;
}

/** D11; motel.md and mps.md: `redis-cli FLUSHALL`. */
export const cache: CommandModule = {
  define(command, run) {
    command
      .command("flush")
      .description("empties a system's Redis, or takes out the keys that fit a pattern; says first what is lost with them")
      .argument("<system>", "which system")
      .option("--pattern <glob>", "only keys that fit: 'cache:*' (*, ?, [ab])")
      .option("--why <text>", "for the record")
      .addHelpText("after", "\nExamples:\n  npx stackbook cache flush motel --pattern 'cache:*'\n  npx stackbook cache flush mps --why 'sessions of the old secret' --yes")
      .action(run<FlushOptions>(flush));
  },
};

async function flush(options: FlushOptions, context: Context, named = ""): Promise<Outcome> {
  const { pattern } = options;
  if (pattern !== undefined && !/^[^\p{Cc}]{1,200}$/u.test(pattern)) throw new Problem("--pattern is empty, or longer than 200 characters", [], usageExitCode);
  const stack = await context.openStack(options.stack);
  const server = await storeOf("cache", named, stack, context);
  const { system } = server;
  const keys = pattern === undefined ? await keysIn(server) : await countPattern(server, pattern);
  if (keys === 0) return { text: `${system}: ${pattern === undefined ? "Redis is empty" : `no key fits ${pattern}`}; nothing was changed.`, json: { stack: stack.name, system, pattern: pattern ?? null, removed: 0 } };
  for (const line of lossOf(system, keys, pattern)) context.say(line);
  if (options.yes !== true && !(await context.confirm("Take them out?"))) throw new Problem("nothing was taken out: not confirmed", [], exitCodes.interrupted);
  const what = `flush ${system}'s cache${pattern === undefined ? "" : ` ${pattern}`}`;
  return recorded({ command: "cache flush", what, systems: [system], why: options.why }, stack, server.engine, context, async () => {
    const removed = pattern === undefined ? await flushAll(server) : await flushPattern(server, pattern);
    return { text: `${system}: ${count(removed, "key")} taken out${pattern === undefined ? "; its Redis is empty" : ""}.`, json: { stack: stack.name, system, pattern: pattern ?? null, removed } };
  });
}

/** What visitors will notice, by what the runbook keeps there. */
export function lossOf(system: SystemId, keys: number, pattern: string | undefined): readonly string[] {
  const uses = systems[system].redis?.uses ?? [];
  const effects = uses.flatMap((use) => {
    if (/session/i.test(use)) return ["everybody has to log in again"];
    if (/queue|job/i.test(use)) return ["jobs that wait there are lost"];
    if (/limit/i.test(use)) return ["rate limits of the application start anew"];
    return /cache/i.test(use) ? ["the next requests are slower until it is filled again"] : [];
  });
  return [
    `${count(keys, "key")} of ${system}${pattern === undefined ? ", all that its Redis has" : ` fit ${pattern}`}. ${system} keeps ${uses.join(", ")} there${effects.length === 0 ? "" : `: ${[...new Set(effects)].join("; ")}`}.`,
    ...(pattern === undefined ? [] : ["Which of these the pattern hits is for you to know."]),
    ...(systems[system].redis?.appendOnly === true ? [`It is written to its disk as well, so no restart brings it back; a backup does: npx stackbook restore latest --system ${system} --only redis`] : []),
  ];
}
