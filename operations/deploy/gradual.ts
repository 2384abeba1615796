import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { formatDuration } from "../duration";
import { exitCodes, Problem } from "../problem";
import { otherSlot, promote, removeBeside, setShare, slotIn, type Slot } from "../slots";
import type { Figures } from "../watch/figures";
import type { Watched } from "../watch";
import { groundProblems } from "../watch/containers";
import { done, firstOf, notItsFault } from "./atOnce";
import { goBack, stop } from "./back";
import { cutShort, groundGone } from "./halfWay";
import { hasMigrated } from "./migrated";
import type { DeployRequest, Gradual } from "./options";
import { rulesOf, type Course } from "./plan";
import { Report } from "./report";
import { Steps } from "./steps";

/** Visitors' numbers, 0-99: those below slot b's share are slot b's. */
const cookieOf: Readonly<Record<Slot, string>> = { a: "99", b: "0" };

/**
 * D2: the candidate beside the old version, for a few visitors, then for more, judged at each step against the old one in the
 * same minutes; promoted in the end, which restarts nothing, with the old one kept warm for a while.
 */
export async function gradually(request: DeployRequest, course: Course, means: Means, gradual: Gradual): Promise<Outcome> {
  const { system } = request;
  const { file } = means;
  const steps = new Steps(request, means, course.setting, course.failing);
  const report = new Report(request, course, means, steps);
  const slot = otherSlot(slotIn(file, system));
  const before: Figures = gradual.stepSeconds + gradual.holdSeconds > 0 ? await steps.before() : new Map();
  const migrated = await hasMigrated(means.stack, system);
  const end = (reasons: readonly string[]): Promise<Outcome> => (course.irreversible ? stop(request, course, means, reasons, report) : goBack(request, course, means, steps, reasons, report));
  for (const percent of gradual.percents) {
    setShare(file, system, percent);
    means.say(`${system} ${course.to}: ${percent} % of the visitors`);
    const problem = await tryUpdate(request, course, means, `${percent} % of the visitors`);
    if (problem !== undefined) {
      const reasons = [`the update failed: ${firstOf(problem)}`];
      const ground = await groundProblems(means.stack, means.engine, system);
      if (ground.length > 0) throw groundGone(request, course, [...reasons, ...ground]);
      return course.irreversible && (await migrated()) ? stop(request, course, means, reasons, report) : goBack(request, course, means, steps, reasons, report);
    }
    const wrong = await steps.verify(percent === 100 ? {} : { stackbook_share: cookieOf[slot] });
    if (steps.interrupted) throw interrupted(request, course, means);
    if (wrong.length > 0) return end(wrong);
    const bad = await watchStep(request, course, means, steps, { seconds: gradual.stepSeconds, slot, ...(percent === 100 ? { before } : {}) });
    if (bad !== undefined) return end(bad.reasons);
  }
  return promoted(request, course, means, { gradual, steps, report, slot, before, end });
}

interface Promotion {
  readonly gradual: Gradual;
  readonly steps: Steps;
  readonly report: Report;
  readonly slot: Slot;
  readonly before: Figures;
  readonly end: (reasons: readonly string[]) => Promise<Outcome>;
}

/** The candidate is the system's own version now; the old one serves nobody, and could at once. */
async function promoted(request: DeployRequest, course: Course, means: Means, { before, end, gradual, report, slot, steps }: Promotion): Promise<Outcome> {
  const { system } = request;
  promote(means.file, system, course.from);
  const problem = await tryUpdate(request, course, means, `promoted; ${course.from} kept warm`);
  if (problem !== undefined) return end([`the update that promotes it failed: ${firstOf(problem)}`]);
  const wrong = await steps.verify();
  if (steps.interrupted) throw interrupted(request, course, means);
  if (wrong.length > 0) return end(wrong);
  if (gradual.holdSeconds > 0) {
    means.say(`${system} ${course.to} has all visitors; ${course.from} stays warm for ${formatDuration(gradual.holdSeconds)}`);
    const bad = await watchStep(request, course, means, steps, { seconds: gradual.holdSeconds, slot, before });
    if (bad !== undefined) return end(bad.reasons);
  }
  return letGo(request, course, means, report, steps);
}

/** The old version's containers go. */
export async function letGo(request: DeployRequest, course: Course, means: Means, report: Report, steps: Steps): Promise<Outcome> {
  removeBeside(means.file, request.system);
  await means.update({ step: `${course.from} let go` });
  const wrong = await steps.verify();
  if (wrong.length > 0) throw new Problem(`${request.system} ${course.to} has all visitors, and not all is as it should be:`, [...wrong, `Look at it: npx stackbook status ${request.system}`]);
  return done({ ...request, watchSeconds: steps.watched?.seconds ?? 0 }, course, means, report, steps.watched);
}

interface StepWatch {
  readonly seconds: number;
  readonly slot: Slot;
  /** Absent: the old version is judged at the same time, in its own slot. */
  readonly before?: Figures;
}

/** @returns what is bad about it. @throws Problem when it is interrupted, or when what it stands on is gone */
async function watchStep(request: DeployRequest, course: Course, means: Means, steps: Steps, { before, seconds, slot }: StepWatch): Promise<Watched | undefined> {
  if (seconds === 0) return undefined;
  const watched = await steps.watch(seconds, { version: course.to, slot, ...(before === undefined ? {} : { before }) });
  switch (watched.outcome) {
    case "bad":
      return watched;
    case "ground":
      throw notItsFault(request, course, watched);
    case "interrupted":
      throw interrupted(request, course, means);
    case "well":
      means.say(`  well: ${[watched.summary, ...watched.notes].join("; ")}`);
      return undefined;
  }
}

function interrupted({ system }: DeployRequest, { from, to }: Course, { file }: Means): Problem {
  const share = file.get(["systems", system, "beside", "percent"]);
  const state = share === 0 ? `${to} has all visitors, ${from} stays warm beside it` : `${to} serves ${String(share)} % of the visitors, ${from} the others`;
  return new Problem(`the gradual deploy of ${system} ${to} was interrupted: ${state}, and nobody watches`, [
    `Go on: npx stackbook deploy ${system} --continue`, ...(share === 0 ? [`Back: npx stackbook rollback ${system} --code`] : [`Back: npx stackbook deploy ${system} --abort`]),
  ], exitCodes.interrupted);
}

async function tryUpdate(request: DeployRequest, course: Course, means: Means, step: string): Promise<Problem | undefined> {
  try {
    await means.update({ step, ...rulesOf(means) });
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.exitCode === exitCodes.locked) throw error;
    if (error.exitCode === exitCodes.interrupted) throw cutShort(request, course);
    return error;
  }
}
