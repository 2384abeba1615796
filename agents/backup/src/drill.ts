import type { Readable } from "node:stream";
import { momentOf } from "../../../backups/layout";
import type { Manifest, PartName } from "../../../backups/manifest";
import type { DrillAnswer } from "../../../backups/protocol";
import type { DrillCheck } from "../../../backups/settings";
import type { Context } from "./context";
import { describeError } from "../../common/log";
import type { Progress } from "./run";
import { differences, type Throwaway } from "./sources/types";
import type { StoredSet } from "./vault";

/** What has a server or a place to be restored to; the rest is read and checked only. */
const loaded: readonly PartName[] = ["database", "redis", "uploads"];

/** Restores a backup where nobody else can reach it, and looks whether it is what was backed up. */
export async function drill(context: Context, name: string, signal: AbortSignal, progress: Progress): Promise<DrillAnswer> {
  const { vault, parts, state, log } = context;
  const began = parts.now();
  const told = (drillFailed: 0 | 1): void => state.tell({ lastDrill: Math.floor(began.getTime() / 1000), lastDrillFailed: drillFailed });
  try {
    const [set] = await vault.find(name, progress);
    const newest = name === "latest" ? set : (await vault.find("latest"))[0];
    const ageSeconds = Math.max(0, Math.round((began.getTime() - (momentOf(newest.timestamp)?.getTime() ?? 0)) / 1000));
    const answer = { ...(await rehearse(context, set, signal, progress)), ageSeconds };
    told(answer.ok ? 0 : 1);
    state.tell({ drillDuration: answer.seconds, drillAge: ageSeconds });
    if (answer.ok) {
      await vault.mark(set, "drilled", parts.now(), { seconds: answer.seconds });
      log.info("a restore drill went well", { backup: answer.backup, seconds: answer.seconds, ageSeconds });
    } else log.error("a restore drill failed", { backup: answer.backup, problems: [...answer.tables, ...answer.checks].filter(({ ok }) => !ok) });
    return answer;
  } catch (error) {
    if (!signal.aborted) {
      told(1);
      log.error("a restore drill failed", { backup: name, error: describeError(error) });
    }
    throw error;
  }
}

async function rehearse(context: Context, set: StoredSet, signal: AbortSignal, progress: Progress): Promise<Omit<DrillAnswer, "ageSeconds">> {
  const { vault, settings } = context;
  const start = performance.now();
  const manifest = vault.trusted(set);
  progress(`${set.backup}: restoring from ${set.store.name} into a server of its own`);
  const open = (part: PartName): Promise<Readable> => vault.open(set, vault.partOf(manifest, part), signal);
  const server = await context.parts.throwaway(settings);
  try {
    const found = await server.load(manifest, open, signal);
    const tables = manifest.parts.filter(({ name }) => loaded.includes(name)).flatMap(({ name, tables: expected = [] }) => compared(expected, found[name] ?? []));
    const checks = await askAll(server, settings.drill?.checks ?? []);
    for (const { name, problem } of [...tables, ...checks]) if (problem !== undefined) progress(`${name}: ${problem}`);
    const seconds = Math.round(performance.now() - start) / 1000;
    return { backup: set.backup, ok: [...tables, ...checks].every(({ ok }) => ok), seconds, tables, checks };
  } finally {
    await server.stop();
  }
}

type Facts = NonNullable<Manifest["parts"][number]["tables"]>;

function compared(expected: Facts, found: Facts): { name: string; rows: number; ok: boolean; problem?: string }[] {
  const wrong = new Map(differences(expected, found).map(({ name, problem }) => [name, problem]));
  const rows = new Map([...expected, ...found].map((fact) => [fact.name, fact.rows]));
  for (const fact of found) rows.set(fact.name, fact.rows);
  return [...rows].map(([name, count]) => {
    const problem = wrong.get(name);
    return { name, rows: count, ok: problem === undefined, ...(problem === undefined ? {} : { problem }) };
  });
}

async function askAll(server: Throwaway, checks: readonly DrillCheck[]): Promise<{ name: string; ok: boolean; problem?: string }[]> {
  const answers: { name: string; ok: boolean; problem?: string }[] = [];
  for (const check of checks) {
    const problem = await server.ask(check).then((answer) => judge(check, answer), (error: unknown) => `can't be asked: ${describeError(error)}`);
    answers.push({ name: check.name, ok: problem === undefined, ...(problem === undefined ? {} : { problem }) });
  }
  return answers;
}

function judge(check: DrillCheck, answer: string): string | undefined {
  if ("sql" in check) return answer.trim() === check.expect.trim() ? undefined : `the answer is "${answer.trim()}", expected "${check.expect.trim()}"`;
  return Number(answer) >= check.atLeast ? undefined : `${answer} documents match, expected at least ${check.atLeast}`;
}
