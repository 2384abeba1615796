import { fileURLToPath } from "node:url";
import { exitCodes, Problem } from "../problem";
import { asProblem } from "../pulumi";
import type { Stack } from "../stack";

/** What of a stack's state says whether its last update came to its end. */
export interface Position {
  /** `stackbook:sequence` of the last update, be it one that failed. */
  readonly sequence: number;
  /** Things of the engine that the state knows are gone: the next update must look at the real ones first. */
  readonly refresh: boolean;
}

interface State {
  readonly resources: readonly { readonly type: string; readonly outputs?: { readonly sequence?: unknown } }[];
  readonly pending: readonly unknown[];
}

const guardType = "pulumi-nodejs:dynamic/stackbook:SequenceGuard";

/**
 * Puts right what an update that was killed has left: its lock, files that it had half written, containers that were
 * made and not written down, operations that were begun. Whatever its backend; a file's lock is looked into, others'
 * are their service's.
 */
export async function repair(stack: Stack, say: (line: string) => void): Promise<Position> {
  const folder = stateFolder(stack.cli.backend);
  try {
    if (folder !== undefined) await freeFileBackend(stack, folder, say);
    const state = await exported(stack);
    const { refresh } = await repairEngine(stack, state, say);
    return { sequence: sequenceOf(state), refresh };
  } catch (error) {
    throw lockedOr(asProblem(error));
  }
}

/** Of a backend in a folder of this machine. */
export function stateFolder(backend: string | undefined): string | undefined {
  if (backend?.startsWith("file://") !== true) return undefined;
  const rest = backend.slice("file://".length);
  return rest.startsWith("/") ? fileURLToPath(backend) : undefined;
}

async function freeFileBackend(stack: Stack, state: string, say: (line: string) => void): Promise<void> {
  const [{ clearUpdateLock }, { removeEmptyAttributes, updateLocks }] = await Promise.all([import("../../setup/stack/repair.mjs"), import("../../setup/stack/state.mjs")]);
  const { Pulumi } = await import("../../setup/stack/pulumi.mjs");
  await clearUpdateLock(new Pulumi(stack.cli.env, stack.name), {
    wait: false, tell: say, locks: (name: string) => updateLocks(name, { state }), mend: () => removeEmptyAttributes(state),
  });
}

async function exported(stack: Stack): Promise<State> {
  const { deployment } = JSON.parse(await stack.cli.run(["stack", "export"])) as { readonly deployment?: { readonly resources?: State["resources"]; readonly pending_operations?: readonly unknown[] } };
  return { resources: deployment?.resources ?? [], pending: deployment?.pending_operations ?? [] };
}

async function repairEngine(stack: Stack, state: State, say: (line: string) => void): Promise<{ readonly refresh: boolean }> {
  // What an update had begun there, the next one applies again; only its Pulumi has to look first.
  if (stack.cluster !== undefined) return { refresh: state.pending.length > 0 };
  const [{ repairCutOff }, { Pulumi }, { Engine }] = await Promise.all([import("../../setup/stack/repair.mjs"), import("../../setup/stack/pulumi.mjs"), import("../../setup/engine/api.mjs")]);
  const address = stack.dockerHost === undefined || stack.dockerHost === "" ? "unix:///var/run/docker.sock" : stack.dockerHost;
  return repairCutOff(new Pulumi(stack.cli.env, stack.name), new Engine(address, stack.cli.env), say, state);
}

function sequenceOf({ resources }: State): number {
  const sequence = resources.find(({ type }) => type === guardType)?.outputs?.sequence;
  return typeof sequence === "number" ? sequence : 0;
}

/** 75 is set-up's word for it. */
function lockedOr(error: unknown): unknown {
  return error instanceof Problem && error.exitCode === 75 ? new Problem(error.message.replace(", and --no-wait was given", ""), error.remedy, exitCodes.locked) : error;
}
