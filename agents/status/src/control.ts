import { rmSync } from "node:fs";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { actions } from "./actions";
import type { Agent } from "./agent";
import { describeError } from "../../common/log";
import { ProblemsError } from "../../common/problems";

/** What a command prints: an answer, or everything that is wrong with the request. */
export interface Failure {
  readonly error: { readonly message: string; readonly problems: readonly string[] };
}

const longestBody = 64 * 1024;

/**
 * A socket in the data folder, which only this container has: whoever may run a command in it may open an
 * incident, and nobody else. One process writes the files, however many commands are run.
 */
export async function listenForCommands(agent: Agent, path: string): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((message, answer) => void serve(agent, message, answer));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return server;
}

async function serve(agent: Agent, message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const send = (status: number, body: unknown): void => void answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const name = decodeURIComponent((message.url ?? "/").slice(1)).replaceAll("/", " ");
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  try {
    if (action === undefined) throw new ProblemsError(`there is no command "${name}"`, [`use ${Object.keys(actions).join(", ")}`]);
    send(200, await action(agent, parse(await read(message, longestBody))));
  } catch (error) {
    if (error instanceof ProblemsError) send(400, { error: { message: error.where, problems: error.problems } });
    else {
      agent.options.log.error("a command failed", { command: name, error: describeError(error) });
      send(500, { error: { message: describeError(error), problems: [] } });
    }
  }
}

/** The other end: hands the request to the running agent. */
export async function command(path: string, name: string, body: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: path, path: `/${encodeURIComponent(name)}`, method: "POST" }, (answer) => {
      read(answer).then((text) => resolve({ ok: answer.statusCode === 200, text }), reject);
    });
    asked.once("error", reject).end(body);
  });
}

async function read(stream: IncomingMessage, longest = Infinity): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longest) throw new ProblemsError("the request is too long", [`use at most ${longest} bytes`]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch (error) {
    throw new ProblemsError("the request is no JSON", [describeError(error)]);
  }
}
