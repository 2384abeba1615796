import type { PartName } from "../../../../backups/manifest";
import type { RestoreAnswer, RestoreRequest } from "../../../../backups/protocol";
import type { Context } from "../context";
import { alone } from "../lock";
import { describeError } from "../../../common/log";
import { runAlone, type Progress } from "../run";
import { differences, RefusedError, type Target } from "../sources/types";
import { choose, type Choice } from "./choice";
import { Journal } from "./journal";

/** Brings a backup back. Whatever happens, afterwards all of it is restored, or all of it is as it was before. */
export async function restore(context: Context, request: RestoreRequest, signal: AbortSignal, progress: Progress): Promise<RestoreAnswer> {
  const told = (): void => progress("waiting for a backup that is being taken to end");
  return alone(context.lockFiles(), { waitSeconds: context.parts.waitSeconds, signal, told }, () => new Restoring(context, request, signal, progress).run());
}

class Restoring {
  private readonly journal: Journal;
  private readonly start = performance.now();

  constructor(private readonly context: Context, private readonly request: RestoreRequest, private readonly signal: AbortSignal, private readonly progress: Progress) {
    this.journal = Journal.open(context.dataFolder, request, context.log);
  }

  async run(): Promise<RestoreAnswer> {
    const { journal, request } = this;
    const { state, answer, problem } = journal.value;
    if (state === "done" && answer !== undefined) return answer;
    if (state === "swapped" && answer !== undefined) return this.finish(answer, this.targetsOf(journal.value.parts));
    if (state === "swapping") await this.putBackWhatWasCutOff();
    if (state === "failed" || problem !== undefined) {
      throw new RefusedError(`restore ${request.id} failed before, and is not repeated: ${problem ?? "it does not say why"}`, ["what was there before it is in place; to try again give the restore a new id, or take it out of the configuration"]);
    }
    const choice = await choose(this.context, { ...request, backup: journal.value.backup ?? request.backup }, this.signal, this.progress);
    this.progress(`${choice.set.backup} is whole, and fits: ${choice.answer.parts.join(", ")}`);
    const safety = await this.takeSafety(choice);
    journal.write({ backup: choice.set.backup, safety, parts: choice.answer.parts as PartName[] });
    try {
      const tables = await this.prepare(choice);
      await this.swap(choice.targets);
      const done = { backup: choice.set.backup, safety, seconds: this.seconds(), tables };
      journal.write({ state: "swapped", answer: done });
      return await this.finish(done, choice.targets);
    } catch (error) {
      return await this.fail(error, choice, safety);
    }
  }

  private async takeSafety({ set }: Choice): Promise<string> {
    if (this.request.withoutSafety === true) {
      this.progress("no safety backup is taken, as was asked; what is there now is kept aside until all is done");
      return "";
    }
    this.progress("taking a safety backup");
    try {
      const { backup } = await runAlone(this.context, { tier: "safety", reason: `before restore of ${set.backup}` }, this.signal, this.progress);
      return backup;
    } catch (error) {
      this.signal.throwIfAborted();
      throw new RefusedError(`nothing was touched: no safety backup could be taken (${describeError(error)})`, ["put that right; or, if what is there now can't be read any more, restore without it (withoutSafety)"]);
    }
  }

  private async prepare({ set, manifest, targets }: Choice): Promise<RestoreAnswer["tables"]> {
    const { vault } = this.context;
    const tables: { name: string; rows: number }[] = [];
    for (const target of targets) {
      this.signal.throwIfAborted();
      this.progress(`${target.part}: loading beside what is there`);
      const part = vault.partOf(manifest, target.part);
      const plain = await vault.open(set, part, this.signal);
      try {
        await target.prepare(plain, manifest, this.request, this.signal);
      } finally {
        plain.destroy();
      }
      const found = await target.facts(this.request);
      const wrong = differences(this.expected(target.part, part.tables ?? []), found);
      if (wrong.length > 0) throw new Error(`${target.part} is not what was backed up: ${wrong.map(({ name, problem }) => `${name} ${problem}`).join("; ")}`);
      this.progress(`${target.part}: counted and compared, ${found.length} of ${found.length} are right`);
      tables.push(...found.map(({ name, rows }) => ({ name, rows })));
    }
    return tables;
  }

  private expected<T extends { readonly name: string }>(part: PartName, facts: readonly T[]): readonly T[] {
    const { tables } = this.request;
    return tables === undefined || part !== "database" ? facts : facts.filter(({ name }) => tables.some((table) => name === table || name === `public.${table}`));
  }

  private async swap(targets: readonly Target[]): Promise<void> {
    for (const target of targets) {
      this.signal.throwIfAborted();
      // Written before it is done: a run that is cut off in it puts it back, which is nothing to do if it was not.
      this.journal.write({ state: "swapping", swaps: [...this.journal.value.swaps, target.part] });
      this.progress(`${target.part}: taking the old one's place`);
      await target.swap(this.request);
    }
  }

  /** It is done; that something old could not be dropped is told, and no failure. */
  private async finish(answer: RestoreAnswer, targets: readonly Target[]): Promise<RestoreAnswer> {
    for (const target of targets) {
      await target.clean(this.request).catch((error: unknown) => {
        this.progress(`${target.part}: what was there before could not be dropped (${describeError(error)}); drop it by hand`);
        this.context.log.warn("what was kept aside in a restore could not be dropped", { part: target.part, id: this.request.id, error: describeError(error) });
      });
    }
    this.journal.write({ state: "done" });
    this.context.log.info("a backup was restored", { ...answer, tables: answer.tables.length, id: this.request.id });
    return answer;
  }

  private async fail(error: unknown, { targets, set }: Choice, safety: string): Promise<never> {
    const { journal, request, signal } = this;
    // A stop from outside is no failure: the same id may go on later.
    const problem = describeError(error);
    if (!signal.aborted) journal.write({ problem });
    const { log } = this.context;
    const kept = safety === "" ? "" : `; the safety backup is ${safety}`;
    try {
      await this.putBack(targets);
    } catch (second) {
      log.error("a restore failed, and what was there before could not be put back", { id: request.id, backup: set.backup, safety, error: problem, second: describeError(second) });
      throw new Error(`the restore of ${set.backup} failed (${problem}), and putting back what was there before failed as well (${describeError(second)})${kept}; run the same restore again to put it back, before anything else`);
    }
    if (!signal.aborted) journal.write({ state: "failed" });
    log.error("a restore failed; what was there before is in place", { id: request.id, backup: set.backup, safety, error: problem });
    throw new Error(`the restore of ${set.backup} ${signal.aborted ? "was stopped" : `failed: ${problem}`}\nWhat was there before is in place again, unchanged${kept}.`);
  }

  private async putBackWhatWasCutOff(): Promise<void> {
    this.progress("the last run of this restore was cut off while it swapped: putting back what was there before");
    await this.putBack(this.targetsOf(this.journal.value.parts));
    this.journal.write({ state: this.journal.value.problem === undefined ? "begun" : "failed" });
  }

  /** The last one first; every one is tried, whatever the others do. */
  private async putBack(targets: readonly Target[]): Promise<void> {
    const failures: string[] = [];
    const attempt = async (target: Target, what: string, work: () => Promise<void>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (error) {
        failures.push(`${target.part} ${what}: ${describeError(error)}`);
        return false;
      }
    };
    for (const target of [...targets].reverse()) {
      const reverted = !this.journal.value.swaps.includes(target.part) || (await attempt(target, "was not put back", () => target.revert(this.request)));
      // What was kept aside goes only once it is back in its place.
      if (reverted) await target.clean(this.request).catch((error: unknown) => this.progress(`${target.part}: what was prepared could not be dropped (${describeError(error)})`));
    }
    if (failures.length > 0) throw new Error(failures.join("; "));
    this.journal.write({ state: "begun", swaps: [] });
  }

  private targetsOf(parts: readonly PartName[]): readonly Target[] {
    return this.context.targets().filter(({ part }) => parts.includes(part));
  }

  private seconds(): number {
    return Math.round(performance.now() - this.start) / 1000;
  }
}
