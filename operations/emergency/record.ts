import { haltText, marksOf, type Halt, type Mark } from "../../halts/mark";
import type { Hands } from "../../halts/hands";
import { change } from "../change";
import type { Context } from "../commands/types";
import { formatDuration } from "../duration";
import { exitCodes, Problem } from "../problem";
import type { Stack } from "../stack";
import { shortName, systemLabel } from "../stackContainers";
import type { StackFile } from "../stackFile";
import { endSilences } from "./silence";

export interface RecordRequest {
  readonly stack?: string | undefined;
  readonly systems: readonly string[];
  /** What they were stopped for. */
  readonly why?: string | undefined;
  /** How long an update that is at work is waited for; 0: not at all. */
  readonly waitSeconds: number;
  /** Rather leave it unrecorded than lose a container that may be evidence. @default false */
  readonly spares?: boolean;
}

const tryMs = 3000;

/**
 * Writes into the stack, by an update, what was done on the engine: from then on a plain `pulumi up` keeps it so.
 * @returns what is to be committed
 * @throws Problem with exit code `locked` when somebody else is at work all the time
 */
export async function recordHalts(request: RecordRequest, context: Context): Promise<string> {
  const until = context.now().getTime() + request.waitSeconds * 1000;
  let told = false;
  for (;;) {
    try {
      return await recordOnce(request, context);
    } catch (error) {
      if (!isLocked(error) || context.now().getTime() + tryMs > until) throw error;
      if (!told) context.say(`${error.message}; what is down stays down. Waiting up to ${formatDuration(request.waitSeconds)} for it to end, to record this.`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, tryMs));
    }
  }
}

/** By our own lock, or by Pulumi's, which each kind of backend words in its way. */
export function isLocked(error: unknown): error is Problem {
  return error instanceof Problem && (error.exitCode === exitCodes.locked || /currently locked|another update is currently in progress/i.test(error.text()));
}

async function recordOnce({ spares = false, stack, systems, why }: RecordRequest, context: Context): Promise<string> {
  const what = `emergency-stop ${systems.join(", ")}`;
  let text = "";
  await change({ command: "emergency-stop", what: `${what}: recorded`, systems, why }, { stack }, context, async (means) => {
    if (spares) refuseToRemove(means.stack, systems);
    const marks = await marksOf(means.engine, shortName(means.stack.name));
    for (const system of systems) {
      const mark = marks[system];
      if (mark?.stage !== "halted") continue;
      writeHalt(means.file, system, mark);
      // Stopping asked neither for the lock nor for the stack's own trail, which hears of it now.
      means.record(`${system}: ${mark.isolated ? "cut off from its networks" : "stopped"} ${haltText(mark)}`);
    }
    await means.update({ policies: "none" });
    await endSilences(means.engine, { stack: means.stack.name, systems }, context.say);
    text = await means.file.difference();
    return { text: `${what} is recorded`, json: null };
  });
  return text;
}

/** Every update ends by removing what was replaced; after one that was cut off, that is what ran when it happened. */
function refuseToRemove({ state }: Stack, systems: readonly string[]): void {
  const leaving = (state?.containers ?? []).filter((container) => container.leaving && systems.includes(container.labels[systemLabel] ?? ""));
  if (leaving.length === 0) return;
  throw new Problem(`recording it would remove ${leaving.map(({ name }) => name).join(", ")}, replaced by the update that was at work`, [
    `Keep what they can tell first: npx stackbook evidence${systems.length === 1 ? ` ${systems[0] ?? ""}` : ""}`,
  ]);
}

export function writeHalt(file: Pick<StackFile, "set">, system: string, { at, by, isolated, why }: Halt): void {
  file.set(["systems", system, "halted"], { at, by, ...(why === undefined ? {} : { why }), ...(isolated ? { isolated } : {}) });
}

/** Halted on the engine, whether or not the stack file says so. */
export async function haltedOnEngine(hands: Pick<Hands, "volumes">, stack: string): Promise<Readonly<Record<string, Mark>>> {
  return marksOf(hands, shortName(stack));
}
