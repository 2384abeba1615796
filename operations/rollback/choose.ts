import type { ReleaseOutputs, ReleaseRecord } from "../../releases/record";
import { exitCodes, Problem } from "../problem";
import type { Stack } from "../stack";
import { differsIn, type RollbackForm } from "./settings";

export interface History {
  readonly current: ReleaseRecord;
  /** Newest first. */
  readonly earlier: readonly ReleaseRecord[];
}

/** What the stack recorded of itself. */
export function historyOf(stack: Stack): History {
  const { release, releases = [] }: ReleaseOutputs = stack.outputs;
  if (release === undefined) {
    throw new Problem(`the stack ${stack.name} has recorded no release yet`, ["Records begin with the first update of this program that changes something: pulumi up. What was before it is only in Pulumi's own history."]);
  }
  return { current: release, earlier: releases };
}

/** The release that `--to` names. */
export function releaseNumbered(history: History, given: string, stack: string): ReleaseRecord {
  const number = Number(given.replace(/^#/, ""));
  const { current, earlier } = history;
  if (number === current.number) throw new Problem(`release ${number} is what the stack ${stack} runs now: nothing to roll back`, [`See what there is: npx stackbook history --stack ${stack}`], exitCodes.usage);
  const found = earlier.find((record) => record.number === number);
  if (found !== undefined) return found;
  const oldest = earlier.at(-1)?.number;
  throw new Problem(`--to is ${given}: the stack ${stack} has no record of such a release`, [
    oldest === undefined ? `It has no release before the current one, ${current.number}.` : `Use ${oldest === earlier[0]?.number ? oldest : `${oldest}-${earlier[0]?.number ?? oldest}`}: the last ${earlier.length} before the current one are kept.`,
    `See what there is: npx stackbook history --stack ${stack}`,
  ], exitCodes.usage);
}

/** The newest that ran other code of the system, or had other settings. */
export function releaseBefore(history: History, system: string | undefined, form: RollbackForm, stack: string): ReleaseRecord {
  const { current, earlier } = history;
  const found = system === undefined ? earlier[0] : earlier.find((record) => runs(record, system) && differsIn(form, system, record, current));
  if (found !== undefined) return found;
  const what = { release: "anything else", config: "other settings", code: "another version" }[form];
  throw new Problem(`no release that the stack ${stack} has recorded had ${what}${system === undefined ? "" : ` of ${system}`}`, [`See what there is: npx stackbook history --stack ${stack}`]);
}

export function runs({ systems }: ReleaseRecord, system: string): boolean {
  return Object.hasOwn(systems, system);
}

/** Releases that a person can choose between: those in which this system was different from the one after it. */
export function choices(history: History, system: string): ReleaseRecord[] {
  const all = [history.current, ...history.earlier];
  return history.earlier.filter((record, at) => {
    const after = all[at];
    return after !== undefined && runs(record, system) && differsIn("release", system, record, history.current) && differsIn("release", system, record, after);
  });
}

/** Of the releases between the two, those whose migration can't be undone: the older code does not know that data. */
export function irreversibleSince(history: History, target: ReleaseRecord, system: string): ReleaseRecord[] {
  const after = [history.current, ...history.earlier].filter(({ number }) => number > target.number);
  return after.filter((record, at) => {
    const released = of(record, system);
    if (released?.migration?.irreversible !== true) return false;
    // The migration was of the release that brought this version, not of every later one that still ran it.
    const before = [...after.slice(at + 1), target][0];
    return before === undefined || of(before, system)?.version !== released.version;
  });
}

export function of({ systems }: ReleaseRecord, system: string): ReleaseRecord["systems"][keyof ReleaseRecord["systems"]] {
  return Object.entries(systems).find(([id]) => id === system)?.[1];
}
