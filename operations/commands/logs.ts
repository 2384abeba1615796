import type { Command } from "commander";
import { momentOption } from "../durations";
import { Problem, usageExitCode } from "../problem";
import { follow } from "../reading/follow";
import { chooseContainers, keepOf, merge, pastLines, type ShownLine, type Wanted } from "../reading/logLines";
import { hasLoki, linesOfGone } from "../reading/loki";
import { shortName, stackContainers } from "../stackContainers";
import { painter, type Colour } from "../terminal";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface LogsOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly tail?: string;
  readonly request?: string;
  readonly grep?: string;
  readonly store: boolean;
}

/** D5: lines of one service, of one system or of all, in the order in which they were written. */
export const logs: CommandModule = {
  define(command: Command, run) {
    command
      .description("lines of containers, by time; of containers that are gone from the store of logs, where there is one")
      .argument("[system]", "only one system; stack: edge and monitoring")
      .argument("[service]", "only one service: backend, frontend, database, cache, ...; edge: the edge's lines about the system")
      .option("-f, --follow", "goes on with new lines until Ctrl-C, of containers that an update brings too")
      .option("--since <when>", "15m, 1h30m, 2d ago, or a time such as 2026-11-21T08:00:00Z")
      .option("--until <when>", "as --since")
      .option("--tail <n>", "only the last n lines: 1-100000 (default: 100, all with --since or --request)")
      .option("--request <id>", "every line of one request, the edge's too: the ID is in the header X-Request-ID of its answer (default: of the last 24 h)")
      .option("--grep <pattern>", "only lines that match this regular expression, upper or lower case alike")
      .option("--no-store", "leaves the store of logs out")
      .addHelpText("after", "\nExamples:\n  npx stackbook logs motel backend -f\n  npx stackbook logs motel --since 15m --grep 'error|timeout'\n  npx stackbook logs --request 6c88722c-ed18-48de-ad41-4ef60d8bd8fe\n  npx stackbook logs motel edge --since 1h --json | jq -r .text | jq 'select(.status >= 500)'\n\nWith --json each line is a document of its own.")
      .action(run<LogsOptions>(show));
  },
};

const defaultTail = 100;
/** From the store of logs; what is older needs a narrower --since and --until. */
const mostStored = 100_000;
const dayMs = 24 * 3600_000;
const requestSince = "24h";

async function show(options: LogsOptions, context: Context, system: string | undefined, service: string | undefined): Promise<Outcome> {
  const now = context.now();
  const wanted: Wanted = { system, service, request: requestOf(options.request), grep: patternOf(options.grep) };
  const since = options.since ?? (wanted.request === undefined ? undefined : requestSince);
  const span = {
    since: since === undefined ? undefined : momentOption("--since", since, now),
    until: options.until === undefined ? undefined : momentOption("--until", options.until, now),
    tail: tailOf(options.tail, since !== undefined),
  };
  if (options.follow === true && span.until !== undefined) throw new Problem("--follow and --until exclude each other", ["Leave one of them out."], usageExitCode);
  const stack = await context.locate(options.stack);
  const engine = context.connect(stack);
  const keep = keepOf(wanted);
  const all = await stackContainers(stack, engine);
  const chosen = chooseContainers(stack.name, all, wanted);
  const filtered = wanted.request !== undefined || wanted.grep !== undefined || service === "edge";
  const past = await pastLines(engine, chosen, span, keep, !filtered);
  const stored = !options.store || !hasLoki(all) || past.length >= (span.tail ?? Infinity)
    ? []
    : await linesOfGone(engine, all, {
        stack: shortName(stack.name), system, service, since: span.since ?? new Date(now.getTime() - dayMs), until: span.until ?? now, holds: wanted.request,
        // A pattern is looked for here, so more lines must come than are shown.
        limit: wanted.grep === undefined && service !== "edge" ? (span.tail ?? mostStored) : mostStored,
      }).catch((error: unknown) => notStored(error, context));
  if (stored.length === mostStored) context.say(`The store of logs has more lines than ${mostStored}: narrow --since and --until to see the oldest.`);
  const write = writer(options.json === true, context);
  const lines = merge([...stored.filter(keep), ...past], span.tail);
  for (const line of lines) write(line);
  if (options.follow === true) {
    const known = new Map(past.map((line) => [chosen.find(({ name }) => name === line.container)?.id ?? "", line.at]));
    // Ctrl-C ends the process: nothing is left to be tidied up.
    await follow({ engine, keep, known, from: now, onLine: write, signal: new AbortController().signal, choose: async () => chooseContainers(stack.name, await stackContainers(stack, engine), wanted) });
  } else if (lines.length === 0) context.say(wanted.request === undefined ? "No line." : `No line of the request ${wanted.request}: is the ID whole? Older than ${since ?? requestSince}: give --since.`);
  return { text: "", json: undefined };
}

/** What the engine has is worth showing without it. */
function notStored(error: unknown, { say }: Pick<Context, "say">): readonly ShownLine[] {
  if (!(error instanceof Problem)) throw error;
  say(`Lines of containers that are gone are missing: ${error.message}`);
  return [];
}

function requestOf(id: string | undefined): string | undefined {
  if (id === undefined || /^[\w.:-]{8,128}$/.test(id)) return id;
  throw new Problem(`--request is ${id}: use the ID from the header X-Request-ID, 8-128 letters, digits and ._:-`, [], usageExitCode);
}

function patternOf(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, "i");
  } catch (error) {
    throw new Problem(`--grep is ${text}: ${error instanceof Error ? error.message : String(error)}`, ["Write \\ before ( ) [ ] { } . * + ? | ^ $ where it is meant as it is."], usageExitCode);
  }
}

function tailOf(text: string | undefined, bounded: boolean): number | undefined {
  if (text === undefined) return bounded ? undefined : defaultTail;
  const tail = Number(text);
  if (!Number.isInteger(tail) || tail < 1 || tail > 100_000) throw new Problem(`--tail is ${text}: use a whole number, 1-100000`, ["All lines: leave it out and give --since."], usageExitCode);
  return tail;
}

const lineColours: readonly Colour[] = ["cyan", "green", "yellow", "magenta", "blue"];

function writer(json: boolean, { print, screen }: Pick<Context, "print" | "screen">): (line: ShownLine) => void {
  const paint = painter(screen);
  const colours = new Map<string, Colour>();
  return (line) => {
    if (json) return print(`${JSON.stringify(line)}\n`);
    const name = shownName(line);
    if (!colours.has(name)) colours.set(name, lineColours[colours.size % lineColours.length] ?? "cyan");
    print(`${paint("dim", line.at.slice(0, 23).replace("T", " "))} ${paint(colours.get(name) ?? "cyan", name)} | ${line.text}\n`);
  };
}

/** Without what Pulumi hangs onto a name; of one that is gone, whose it was. */
function shownName({ container, from, service, system }: ShownLine): string {
  if (from === "engine") return container.replace(/-[0-9a-f]{7}$/, "");
  return from === "gone" ? `${system}-${service} (gone: ${container})` : `${system}-audit`;
}
