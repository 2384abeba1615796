import { formatDuration } from "../duration";
import type { Means } from "../change";
import { tellChannels } from "../channels";
import type { Outcome } from "../commands/types";
import { exitCodes, Problem } from "../problem";
import type { Figures } from "../watch/figures";
import type { Watched } from "../watch";
import { groundProblems } from "../watch/containers";
import { goBack, stop } from "./back";
import { cutShort, groundGone, unwatched } from "./halfWay";
import { hasMigrated } from "./migrated";
import type { DeployRequest } from "./options";
import { rulesOf, type Course } from "./plan";
import { Report } from "./report";
import { Steps } from "./steps";

/** All visitors get the new version by one update; then it is tried and watched, and goes back when it is bad. */
export async function atOnce(request: DeployRequest, plan: Course, means: Means): Promise<Outcome> {
  const { system, watchSeconds } = request;
  const steps = new Steps(request, means, plan.setting, plan.failing);
  const report = new Report(request, plan, means, steps);
  const before: Figures = watchSeconds > 0 ? await steps.before() : new Map();
  const migrated = await hasMigrated(means.stack, system);
  try {
    await means.update(rulesOf(means));
  } catch (error) {
    if (!(error instanceof Problem) || error.exitCode === exitCodes.locked) throw error;
    if (error.exitCode === exitCodes.interrupted) throw cutShort(request, plan);
    const reasons = [`the update failed: ${firstOf(error)}`];
    const ground = await groundProblems(means.stack, means.engine, system);
    if (ground.length > 0) throw groundGone(request, plan, [...reasons, ...ground]);
    // The old version went on serving; only what the migration has done can be in its way.
    return plan.irreversible && (await migrated()) ? stop(request, plan, means, reasons, report) : goBack(request, plan, means, steps, reasons, report);
  }
  const end = (reasons: readonly string[]): Promise<Outcome> => (plan.irreversible ? stop(request, plan, means, reasons, report) : goBack(request, plan, means, steps, reasons, report));
  const wrong = await steps.verify();
  if (steps.interrupted) throw unwatched(request, plan);
  if (wrong.length > 0) return end(wrong);
  if (watchSeconds === 0) return done(request, plan, means, report, undefined);
  means.say(`Watching ${system} ${plan.to} for ${formatDuration(watchSeconds)}; Ctrl-C ends the watch, and leaves it running`);
  const watched = await steps.watch(watchSeconds, { version: plan.to, before });
  switch (watched.outcome) {
    case "bad":
      return end(watched.reasons);
    case "ground":
      throw notItsFault(request, plan, watched);
    case "interrupted":
      throw unwatched(request, plan);
    case "well":
      return done(request, plan, means, report, watched);
  }
}

/** Without its database no version serves, and going back needs it too. */
export function notItsFault({ system }: DeployRequest, plan: Course, { reasons }: Watched): Problem {
  return new Problem(`${system} ${plan.to} can't be judged, and stays: what it stands on is gone`, [
    ...reasons, "Going back would not help, as the version before needs it too.",
    `Put it right first: npx stackbook status ${system}`, `Then, if you want to go back all the same: npx stackbook rollback ${system} --code`,
  ]);
}

export async function done({ system, watchSeconds }: DeployRequest, plan: Course, means: Means, report: Report, watched: Watched | undefined): Promise<Outcome> {
  const seen = watched === undefined ? "It was not watched (--watch 0)." : `Watched for ${formatDuration(watchSeconds)}: ${watched.summary}.`;
  const notes = watched?.notes ?? [];
  await tellChannels(means.stack, means.engine, {
    kind: "deploy", system, title: `DEPLOYED: ${system} ${plan.from} to ${plan.to}`,
    text: [`${system} ${plan.to} runs. ${seen}`, ...notes, `Who: ${means.context.who}`].join("\n"),
  }, (line) => means.say(line));
  return report.outcome({ result: "done", exitCode: exitCodes.done, reasons: [], text: [`${system} ${plan.to} is deployed. ${seen}`, ...notes.map((note) => `Note: ${note}`), `The way back: npx stackbook rollback ${system} --code`] });
}

/** The container's own words, or the first thing that was said. */
export function firstOf({ message, remedy }: Problem): string {
  const lines = remedy.filter((line) => line.trim() !== "" && !/^(The whole record|What ran before|The version before)/.test(line));
  return lines.slice(0, 3).map((line) => line.trim()).join(" ") || message;
}
