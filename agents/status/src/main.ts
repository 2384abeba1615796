import { actions } from "./actions";
import { command } from "./control";
import { createLog, describeError } from "../../common/log";
import { ProblemsError } from "../../common/problems";
import { serve } from "./serve";
import { readSettings } from "./settings";

/** `serve`, or a command for the agent that serves: its request is one line of JSON on standard input. */
async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const name = argv.join(" ") || "serve";
  if (name === "serve") {
    const log = createLog("status");
    try {
      return await serve(readSettings(env), log);
    } catch (error) {
      log.error(error instanceof ProblemsError ? error.message : `the agent can't serve: ${describeError(error)}`);
      return 1;
    }
  }
  if (!Object.hasOwn(actions, name)) return fail(`there is no command "${name}"`, [`use serve, ${Object.keys(actions).join(", ")}`]);
  try {
    const { ok, text } = await command(readSettings(env).socketPath, name, await firstLine());
    process.stdout.write(`${text}\n`);
    return ok ? 0 : 1;
  } catch (error) {
    return fail(`the agent does not answer (${describeError(error)})`, ["wait until the container is healthy, then try again"]);
  }
}

function fail(message: string, problems: readonly string[]): number {
  process.stdout.write(`${JSON.stringify({ error: { message, problems } })}\n`);
  return 1;
}

/** Not up to the end of the stream: a remote engine may never close it. */
async function firstLine(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin as AsyncIterable<string>) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

void main(process.argv.slice(2), process.env).then((code) => {
  process.exit(code);
});
