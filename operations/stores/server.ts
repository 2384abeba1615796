import { systems, type SystemId } from "../../systems";
import { chosenSystem } from "../chosenSystem";
import type { Context } from "../commands/types";
import { haltedProblem } from "../emergency/refusal";
import type { Container, Ended, Engine } from "../engine";
import { Problem } from "../problem";
import type { Stack } from "../stack";
import { stackContainers } from "../stackContainers";

/** A server of a system's data, and what opens it. */
export interface Server {
  readonly system: SystemId;
  readonly container: Container;
  readonly engine: Engine;
  /** Undefined: the stack's secrets don't say; the container's own environment may. */
  readonly password: string | undefined;
}

interface Credentials {
  readonly databaseAdminPassword?: string;
  readonly cachePassword?: string;
}

/** @throws Problem where the system has none, or it doesn't run */
export async function storeOf(kind: "database" | "cache", named: string, stack: Stack, context: Context): Promise<Server> {
  const system = chosenSystem(named);
  if (kind === "cache" && systems[system].redis === undefined) throw new Problem(`${system} has no Redis`, [`Its data is in ${systems[system].database.engine === "postgres" ? "PostgreSQL" : "MongoDB"}.`]);
  const engine = context.connect(stack);
  const [container] = await stackContainers(stack, engine, { system, service: kind });
  if (container === undefined) throw new Problem(`${system} has no ${kind} in the stack ${stack.name}`, [kind === "cache" ? "It runs without Redis here." : "npx stackbook status shows what runs."]);
  if (container.state !== "running") throw haltedProblem(system, stack, context.now()) ?? new Problem(`${container.name} does not run (${container.state})`, [`Its last lines: docker logs --tail 20 ${container.name}`]);
  const password = await passwordOf(kind, system, stack);
  return { system, container, engine, password };
}

/** The one that is valid now: a rotation exchanges it in the server, and the container's environment keeps the first. */
async function passwordOf(kind: "database" | "cache", system: SystemId, { cli }: Stack): Promise<string | undefined> {
  const outputs = JSON.parse(await cli.run(["stack", "output", "--json", "--show-secrets"])) as { readonly credentials?: Readonly<Record<string, Credentials>> };
  const own = outputs.credentials?.[system];
  return kind === "cache" ? own?.cachePassword : own?.databaseAdminPassword;
}

/**
 * Runs a shell's text inside the server's container, with PASSWORD set: it comes by standard input, so that no list of
 * processes and no record of the engine has it. What the command reads is the rest of the input.
 */
export async function within({ container, engine, password }: Server, text: string, args: readonly string[], input: string, timeoutSeconds = 60): Promise<Ended> {
  const script = `IFS= read -r PASSWORD; export PASSWORD\n${text}`;
  return engine.exec(container.name, ["sh", "-euc", script, "sh", ...args], `${password ?? ""}\n${input}`, { timeoutSeconds });
}

export function refused({ container }: Server, what: string, { code, err, out }: Ended): Problem {
  return new Problem(`${what} (exit code ${code}):`, [...(err.trim() === "" ? out : err).trim().split("\n").slice(-5), `Its log: docker logs --tail 20 ${container.name}`]);
}
