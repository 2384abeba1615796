import { systems } from "../../systems";
import { table } from "../backups/texts";
import { durationOption } from "../durations";
import { exitCodes, Problem, usageExitCode } from "../problem";
import { recorded } from "../recorded";
import { endMongoQuery, mongoQueries } from "../stores/mongodb";
import { endPostgresQuery, postgresQueries, vacuum } from "../stores/postgres";
import type { Ending, Query } from "../stores/queries";
import { storeOf, type Server } from "../stores/server";
import type { Stack } from "../stack";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface QueriesOptions extends GlobalOptions {
  readonly longer: string;
  readonly kill?: string;
}

/** D11: long queries shown and ended (sms.md, Slow Database Queries); D9: `VACUUM ANALYZE`. */
export const db: CommandModule = {
  define(command, run) {
    command
      .command("queries")
      .description("what the database does right now, longest first; ends one of them")
      .argument("<system>", "which system")
      .option("--longer <duration>", "only what takes longer: 0 to 1d", "5s")
      .option("--kill <pid>", "ends this one: the query first, its connection if it doesn't hear that")
      .addHelpText("after", "\nExamples:\n  npx stackbook db queries sms\n  npx stackbook db queries motel --longer 0s\n  npx stackbook db queries motel --kill 4711")
      .action(run<QueriesOptions>(queries));
    command
      .command("vacuum")
      .description("VACUUM ANALYZE: room of deleted rows is used again, statistics are made anew; nobody waits for it")
      .argument("<system>", "which system, of those with PostgreSQL")
      .addHelpText("after", "\nExample:\n  npx stackbook db vacuum sms")
      .action(run<GlobalOptions>(clean));
  },
};

async function queries(options: QueriesOptions, context: Context, named = ""): Promise<Outcome> {
  const longer = durationOption("--longer", options.longer, { least: 0, most: 86_400 });
  if (options.kill !== undefined && !/^[\w:.-]{1,40}$/.test(options.kill)) throw new Problem(`--kill is ${options.kill}: use a pid that \`db queries\` shows`, [], usageExitCode);
  const stack = await context.openStack(options.stack);
  const server = await storeOf("database", named, stack, context);
  if (options.kill !== undefined) return kill(options.kill, options.yes === true, server, stack, context);
  const found = await read(server, longer);
  const text = found.length === 0 ? `${server.system}: nothing takes longer than ${options.longer}.` : describe(server, found);
  return { text, json: { stack: stack.name, system: server.system, longerSeconds: longer, queries: found } };
}

function isPostgres({ system }: Server): boolean {
  return systems[system].database.engine === "postgres";
}

function read(server: Server, seconds: number): Promise<readonly Query[]> {
  return isPostgres(server) ? postgresQueries(server, seconds) : mongoQueries(server, seconds);
}

function describe({ system }: Server, found: readonly Query[]): string {
  const rows = found.map(({ client, pid, seconds, state, text, user, waitsFor }) => [pid, `${seconds.toFixed(1)} s`, state, user, client, waitsFor.join(",") || "-", text.slice(0, 120)]);
  return [table([["PID", "RUNS", "STATE", "USER", "FROM", "WAITS FOR", "QUERY"], ...rows]), "", `To end one: npx stackbook db queries ${system} --kill <pid>`].join("\n");
}

async function kill(pid: string, yes: boolean, server: Server, stack: Stack, context: Context): Promise<Outcome> {
  if (isPostgres(server) && !/^\d{1,10}$/.test(pid)) throw new Problem(`--kill is ${pid}: PostgreSQL's are numbers`, [], usageExitCode);
  const query = (await read(server, 0)).find((each) => each.pid === pid);
  if (query === undefined) throw new Problem(`${server.system} has no query ${pid} at work`, [`What there is: npx stackbook db queries ${server.system} --longer 0s`]);
  context.say(`${pid}, for ${query.seconds.toFixed(1)} s, by ${query.user} from ${query.client}: ${query.text.slice(0, 200)}`);
  if (!yes && !(await context.confirm("End it? Whatever it has changed and not committed is undone."))) throw new Problem("nothing was ended: not confirmed", [], exitCodes.interrupted);
  return recorded({ command: "db queries --kill", what: `end query ${pid} of ${server.system}`, systems: [server.system] }, stack, server.engine, context, async () => {
    const ending = isPostgres(server) ? await endPostgresQuery(server, pid) : await endMongoQuery(server, pid);
    return { text: `${pid}: ${endings[ending]}`, json: { stack: stack.name, system: server.system, pid, ending } };
  });
}

const endings: Readonly<Record<Ending, string>> = {
  cancelled: "ended; its connection goes on",
  terminated: "it did not end when told to, so its connection was closed",
  gone: "it had ended by itself",
};

async function clean(options: GlobalOptions, context: Context, named = ""): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const server = await storeOf("database", named, stack, context);
  if (!isPostgres(server)) throw new Problem(`${server.system} has MongoDB, which needs no VACUUM: it uses room of deleted documents again by itself`, [], usageExitCode);
  return recorded({ command: "db vacuum", what: `vacuum ${server.system}`, systems: [server.system] }, stack, server.engine, context, async () => {
    const { deadAfter, deadBefore, seconds } = await vacuum(server, context.now);
    return { text: `${server.system}: vacuumed and analysed in ${seconds.toFixed(1)} s; dead rows ${deadBefore} -> ${deadAfter}`, json: { stack: stack.name, system: server.system, seconds, deadBefore, deadAfter } };
  });
}
