import type { Part } from "../../../backups/manifest";
import type { VerifyAnswer } from "../../../backups/protocol";
import type { Context } from "./context";
import { describeError } from "../../common/log";
import type { Progress } from "./run";
import { sizeOf } from "./size";
import { drain } from "./stream";
import type { StoredSet } from "./vault";

/** Reads every byte of a backup in every store that has it: signature, sums of what lies there and of what it decrypts to. */
export async function verify(context: Context, name: string, signal: AbortSignal, progress: Progress): Promise<VerifyAnswer> {
  const { vault, parts, state, log } = context;
  const sets = await vault.find(name, progress);
  const results = new Map<string, { name: Part["name"]; ok: boolean; problem?: string }>();
  let sound = true;
  for (const set of sets) {
    const problems = await verifySet(context, set, signal, progress);
    for (const [part, problem] of problems) {
      const before = results.get(part);
      const told = [before?.problem, problem].filter((text) => text !== undefined).join("; ");
      results.set(part, { name: part, ok: told === "", ...(told === "" ? {} : { problem: told }) });
    }
    const ok = [...problems.values()].every((problem) => problem === undefined);
    sound &&= ok;
    if (ok) await vault.mark(set, "verified", parts.now(), { parts: [...problems.keys()] });
    else log.error("a backup is damaged", { backup: set.backup, store: set.store.name, problems: [...problems.values()].filter((problem) => problem !== undefined) });
  }
  if (sound) state.tell({ lastVerified: Math.floor(parts.now().getTime() / 1000) });
  return { backup: sets[0].backup, parts: [...results.values()] };
}

/** By part, what is wrong with it. Throws when the manifest itself is refused: nothing it says counts then. */
export async function verifySet({ vault }: Context, set: StoredSet, signal: AbortSignal, progress: Progress): Promise<ReadonlyMap<Part["name"], string | undefined>> {
  const problems = new Map<Part["name"], string | undefined>();
  for (const part of vault.trusted(set).parts) {
    progress(`${set.store.name}: reading ${part.name}, ${sizeOf(part.bytes)}`);
    const problem = await vault.open(set, part, signal).then(drain).then(() => undefined, (error: unknown) => describeError(error));
    signal.throwIfAborted();
    problems.set(part.name, problem);
  }
  return problems;
}
