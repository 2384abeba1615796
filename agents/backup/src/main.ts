import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { secretsFolder } from "../../../backups/settings";
import { catSchema, execute, isCommand, parseRequest, schemas, RequestError, type CommandName } from "./commands";
import { Context } from "./context";
import { readEnvironment, type Environment } from "./environment";
import { createLog, describeError } from "../../common/log";
import { SecretFolder } from "./secrets";
import { answered, askAgent, failed, type Outcome } from "./serve/control";
import { serve } from "./serve/serve";
import { readSettings } from "./settings";

const usage = `use serve, cat, ${Object.keys(schemas).join(", ")}`;

/** `serve`, or a command: its request is one line of JSON, its answer another. */
async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = "serve", ...more] = argv;
  let secrets: SecretFolder | undefined;
  const mask = (text: string): string => secrets?.mask(text) ?? text;
  try {
    const environment = readEnvironment(env);
    secrets = new SecretFolder(join(environment.settingsFolder, secretsFolder));
    if (name === "serve") return await serveLogged(environment, secrets);
    if (more.length > 0 || (name !== "cat" && !isCommand(name))) throw new RequestError(`there is no command "${argv.join(" ")}"`, [usage]);
    const request = environment.request ?? (await firstLine());
    if (name === "cat") return await cat(environment, secrets, request);
    return print(await carryOut(environment, secrets, name, request));
  } catch (error) {
    return print(failed(error, mask), name === "cat" ? process.stderr : process.stdout);
  }
}

async function serveLogged(environment: Environment, secrets: SecretFolder): Promise<number> {
  const log = createLog("backup", { mask: secrets.mask });
  try {
    if (environment.role === "once") throw new Error("BACKUP_ROLE is once; give backup or drill to serve");
    return await serve(environment, secrets, log);
  } catch (error) {
    log.error(`the agent can't serve: ${describeError(error)}`);
    return 1;
  }
}

/** By the agent that serves here, which keeps the figures; in this process if none does, and a restore always. */
async function carryOut(environment: Environment, secrets: SecretFolder, name: CommandName, request: string): Promise<Outcome> {
  const progress = (line: string): void => void process.stderr.write(`${secrets.mask(line)}\n`);
  if (environment.role !== "once" && name !== "restore") {
    const outcome = await askAgent(environment.socketPath, name, request, progress);
    if (outcome !== undefined) return outcome;
  }
  return withContext(environment, secrets, async (context, signal) => answered(await execute(context, name, request, signal, progress)));
}

/** Here as well when an agent serves: standard output belongs to the part. */
async function cat(environment: Environment, secrets: SecretFolder, request: string): Promise<number> {
  const { backup, part } = parseRequest("cat", catSchema, request);
  return withContext(environment, secrets, async ({ vault }, signal) => {
    const [set] = await vault.find(backup, (line) => void process.stderr.write(`${line}\n`));
    await pipeline(await vault.open(set, vault.partOf(vault.trusted(set), part), signal), process.stdout, { end: false });
    return 0;
  });
}

async function withContext<T>(environment: Environment, secrets: SecretFolder, work: (context: Context, signal: AbortSignal) => Promise<T>): Promise<T> {
  // To standard error: standard output is the answer's.
  const log = createLog("backup", { mask: secrets.mask, write: (line) => void process.stderr.write(line) });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort(new Error("told to stop")));
  const settings = readSettings(environment.settingsFolder);
  const context = new Context({ ...settings, release: environment.release ?? settings.release }, secrets, environment.role, environment.dataFolder, log);
  try {
    return await work(context, stop.signal);
  } finally {
    context.close();
  }
}

function print({ code, text }: Outcome, to: NodeJS.WriteStream = process.stdout): number {
  to.write(`${text}\n`);
  return code;
}

/** Not up to the end of the stream: a remote engine may never close it. */
async function firstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (chunk.includes(10)) break;
  }
  return Buffer.concat(chunks).toString("utf8").split("\n")[0] ?? "";
}

void main(process.argv.slice(2), process.env).then((code) => {
  process.exitCode = code;
  // Pipes are written before the process ends; what else is open does not keep it.
  process.stdout.write("", () => process.exit(code));
});
