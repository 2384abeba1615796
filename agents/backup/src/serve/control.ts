import { rmSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isCommand, RequestError, type CommandName } from "../commands";
import { describeError, type Log } from "../../../common/log";
import { ProblemsError } from "../../../common/problems";
import { RefusedError } from "../sources/types";

/** What a command ends with; `code` is the exit code of whoever asked. */
export interface Outcome {
  readonly code: 0 | 1 | 2;
  /** One line of JSON. */
  readonly text: string;
}

export const answered = (answer: unknown): Outcome => ({ code: 0, text: JSON.stringify(answer) });

export function failed(error: unknown, mask: (text: string) => string): Outcome {
  const [message, problems] = error instanceof ProblemsError ? [error.where, error.problems]
    : error instanceof RefusedError ? [error.message.split("\n")[0] ?? "", error.problems]
    : [describeError(error), []];
  return { code: error instanceof RequestError ? 2 : 1, text: mask(JSON.stringify({ error: { message, problems } })) };
}

/** A checkpoint of a large stack, as base64, is a few MiB. */
const longestRequest = 64 * 1024 * 1024;

export type Handler = (name: CommandName, request: string, progress: (line: string) => void) => Promise<Outcome>;

/**
 * A socket in the data folder: whoever may run a command in this container may ask, nobody else. The answer is lines of
 * JSON, progress as it comes and the outcome last, so that one process does the work and keeps the figures.
 */
export async function listenForCommands(path: string, handle: Handler, log: Log): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((message, answer) => void serve(message, answer, handle).catch((error: unknown) => {
    log.warn("whoever asked has gone", { error: describeError(error) });
    answer.destroy();
  }));
  // A command takes as long as it takes.
  server.requestTimeout = 0;
  server.timeout = 0;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return server;
}

async function serve(message: IncomingMessage, answer: ServerResponse, handle: Handler): Promise<void> {
  const name = (message.url ?? "/").slice(1);
  const text = await read(message, longestRequest);
  const line = (value: object): void => void (answer.writableEnded || answer.destroyed || answer.write(`${JSON.stringify(value)}\n`));
  answer.writeHead(200, { "content-type": "application/x-ndjson" });
  answer.flushHeaders();
  const outcome = isCommand(name) ? await handle(name, text, (progress) => line({ progress })) : { code: 2 as const, text: JSON.stringify({ error: { message: `there is no command "${name}"`, problems: [] } }) };
  line({ outcome });
  answer.end();
}

/** Undefined: no agent listens there. */
export async function askAgent(path: string, name: CommandName, body: string, progress: (line: string) => void): Promise<Outcome | undefined> {
  const answer = await new Promise<IncomingMessage | undefined>((resolve, reject) => {
    const asked = request({ socketPath: path, path: `/${name}`, method: "POST" }, resolve);
    asked.once("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" || error.code === "ECONNREFUSED" ? resolve(undefined) : reject(error)));
    asked.end(body);
  });
  if (answer === undefined) return undefined;
  let rest = "";
  answer.setEncoding("utf8");
  for await (const chunk of answer as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const told = JSON.parse(line) as { readonly progress?: string; readonly outcome?: Outcome };
      if (told.progress !== undefined) progress(told.progress);
      if (told.outcome !== undefined) return told.outcome;
    }
  }
  throw new Error("the agent ended before it was done; look at its log");
}

async function read(stream: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longest) throw new Error(`the request is longer than ${longest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
