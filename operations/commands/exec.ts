import { randomBytes } from "node:crypto";
import { recordOperation, type AuditEntry } from "../change/audit";
import type { Container, Engine } from "../engine";
import { chooseOne } from "../reading/chooseOne";
import { ownTerminal } from "../reading/ownTerminal";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";
import { storeEnvironment } from "../storeEnvironment";
import type { CommandModule, Context, GlobalOptions, Outcome } from "./types";

interface ExecCommandOptions extends GlobalOptions {
  readonly replica?: string;
  readonly user?: string;
  readonly why?: string;
}

/** The best shell that the image has. */
const shell = ["sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"] as const;

/** D5, D10: a hand in a container, written down. */
export const exec: CommandModule = {
  define(command, run) {
    command
      .description("a shell, or one command, in the container of a service; who did what is recorded; ends with the command's own exit code")
      .argument("<system>", "a system; stack: edge and monitoring")
      .argument("<service>", "backend, frontend, database, cache, ...")
      .argument("[command...]", "after --; without one a shell")
      .option("--replica <name>", "one of several: a part of its name (default: the first that is well)")
      .option("--user <user>", "other than the container's own: root, 1000:1000")
      .option("--why <text>", "for the record")
      .addHelpText("after", "\nExamples:\n  npx stackbook exec motel backend\n  npx stackbook exec motel backend -- node --version\n  npx stackbook exec motel database -- sh -c 'PGPASSWORD=$POSTGRES_PASSWORD psql -U postgres -d motel_manager'\n  npx stackbook exec motel database --why 'export for audit' -- sh -c 'PGPASSWORD=$POSTGRES_PASSWORD pg_dump -U postgres motel_manager' > motel.sql")
      .action(run<ExecCommandOptions>(enter));
  },
};

async function enter(options: ExecCommandOptions, context: Context, system = "", service = "", ...given: readonly (string | undefined)[]): Promise<Outcome> {
  const stack = await context.openStack(options.stack);
  const engine = context.connect(stack);
  const container = chooseOne(stack.name, await stackContainers(stack, engine), { system, service, replica: options.replica });
  const words = given.flatMap((word) => word ?? []);
  const command = words.length === 0 ? shell : words;
  const record = recorder(stack, engine, context, { system, service, command: words, ...(options.why === undefined ? {} : { why: options.why }) });
  await record("begun", container.name);
  try {
    const env = storeRoles.includes(container.labels["stackbook.role"] ?? "") ? await storeEnvironment(stack, system) : {};
    const { code, outcome } = await perform(engine, container, command, { ...options, env });
    await record(code === 0 ? "done" : "failed", `${container.name}: exit code ${code}`);
    return outcome;
  } catch (error) {
    await record("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** Their containers don't know their own passwords any more once these were exchanged. */
const storeRoles: readonly string[] = ["database", "cache"];

async function perform(engine: Engine, container: Container, command: readonly string[], { env, json, user }: ExecCommandOptions & { readonly env: Readonly<Record<string, string>> }): Promise<{ readonly code: number; readonly outcome: Outcome }> {
  if (json === true) {
    const ended = await engine.exec(container.id, command, "", { timeoutSeconds: 24 * 3600, env, ...(user === undefined ? {} : { user }) });
    return { code: ended.code, outcome: { text: "", json: { container: container.name, ...ended }, exitCode: ended.code } };
  }
  const { close, terminal } = ownTerminal(user);
  try {
    const code = await engine.interact(container.id, command, { ...terminal, env });
    return { code, outcome: { text: "", json: undefined, exitCode: code } };
  } finally {
    close();
  }
}

interface Act {
  readonly system: string;
  readonly service: string;
  readonly command: readonly string[];
  readonly why?: string;
}

function recorder(stack: Stack, engine: Engine, context: Context, { command, service, system, why }: Act): (result: AuditEntry["result"], detail: string) => Promise<void> {
  const id = randomBytes(4).toString("hex");
  const what = `exec ${system} ${service}${command.length === 0 ? ": a shell" : `: ${withoutSecrets(command.join(" "))}`}`;
  return (result, detail) =>
    recordOperation(stack, engine, context.root, { at: context.now().toISOString(), id, stack: stack.name, command: "exec", what, systems: [system], who: context.who, ...(why === undefined ? {} : { why }), result, detail }, context.say);
}

/** A password on a command line is no good idea, and must not be kept. */
export function withoutSecrets(command: string): string {
  return command
    .replace(/(\b[\w-]*(?:password|passwd|pwd|secret|token|apikey|api_key|auth)[\w-]*\s*[=:]\s*)(?!\$)("[^"]*"|'[^']*'|\S+)/gi, "$1***")
    .replace(/(--?(?:password|passwd|secret|token)\s+)(?!\$)("[^"]*"|'[^']*'|\S+)/gi, "$1***")
    .replace(/(\w+:\/\/[^\s:/@]+:)[^\s@]+@/g, "$1***@");
}
