import type { Manifest, PartName } from "../../../../backups/manifest";
import type { CheckAnswer, RestoreRequest } from "../../../../backups/protocol";
import type { Context } from "../context";
import { describeError } from "../../../common/log";
import type { Progress } from "../run";
import { RefusedError, type Target } from "../sources/types";
import { verifySet } from "../verify";
import type { StoredSet } from "../vault";

/** What is restored, from where and to where: found to be whole, and nothing touched. */
export interface Choice {
  readonly set: StoredSet;
  readonly manifest: Manifest;
  readonly targets: readonly Target[];
  readonly answer: CheckAnswer;
}

/** Key, signature, every checksum, versions, space. With several stores the first whose copy is whole. */
export async function choose(context: Context, request: RestoreRequest, signal: AbortSignal, progress: Progress): Promise<Choice> {
  const sets = await context.vault.find(request.backup, progress);
  const refusals: string[] = [];
  for (const set of sets) {
    const problem = await damageOf(context, set, signal, progress);
    if (problem === undefined) return check(context, set, request);
    refusals.push(problem);
    progress(problem);
  }
  throw new RefusedError(`${sets[0].backup} can't be restored; nothing was touched`, refusals);
}

async function damageOf(context: Context, set: StoredSet, signal: AbortSignal, progress: Progress): Promise<string | undefined> {
  try {
    const damaged = [...(await verifySet(context, set, signal, progress))].flatMap(([name, problem]) => (problem === undefined ? [] : [`${name}: ${problem}`]));
    return damaged.length === 0 ? undefined : `in store ${set.store.name} ${damaged.join("; ")}`;
  } catch (error) {
    signal.throwIfAborted();
    return describeError(error);
  }
}

async function check(context: Context, set: StoredSet, request: RestoreRequest): Promise<Choice> {
  const manifest = context.vault.trusted(set);
  if (manifest.engine !== context.settings.engine) throw new RefusedError(`${set.backup} is of ${manifest.engine}, and ${context.settings.system} runs on ${context.settings.engine} now; restore it into a stack of then`);
  const targets = targetsFor(context.targets(), manifest, set.backup, request);
  const replaces: { name: string; rows: number }[] = [];
  for (const target of targets) replaces.push(...(await target.check(manifest, request)).replaces);
  const parts = targets.map(({ part }) => part);
  const bytes = manifest.parts.filter(({ name }) => parts.includes(name)).reduce((sum, part) => sum + part.bytes, 0);
  return { set, manifest, targets, answer: { backup: set.backup, parts, bytes, replaces } };
}

/** The parts that are asked for and are in the set; with tables, the database alone. */
export function targetsFor(all: readonly Target[], manifest: Manifest, backup: string, { only, tables }: RestoreRequest): readonly Target[] {
  const inSet = manifest.parts.map(({ name }) => name);
  const wanted: readonly PartName[] = only ?? (tables === undefined ? all.map(({ part }) => part).filter((part) => inSet.includes(part)) : ["database"]);
  const problems = wanted.flatMap((part) => [
    ...(inSet.includes(part) ? [] : [`${backup} has no ${part}; it has ${inSet.join(", ")}`]),
    ...(all.some((target) => target.part === part) ? [] : [`the system has no ${part} now`]),
  ]);
  if (tables !== undefined && wanted.some((part) => part !== "database")) problems.push("tables are of the database: leave out only, or give only database");
  const known = manifest.parts.find(({ name }) => name === "database")?.tables?.map(({ name }) => name) ?? [];
  for (const table of tables ?? []) {
    if (!known.includes(table) && !known.includes(`public.${table}`)) problems.push(`${backup} has no table or collection ${table}; it has ${known.join(", ") || "none"}`);
  }
  if (wanted.length === 0) problems.push(`there is nothing in ${backup} that the system has a place for`);
  if (problems.length > 0) throw new RefusedError("the restore is refused; nothing was touched", problems);
  return all.filter(({ part }) => wanted.includes(part));
}
