import type { Means } from "../change";
import type { Outcome } from "../commands/types";
import { exitCodes, Problem } from "../problem";
import { besideOf, removeBeside, systemPath, type Beside } from "../slots";
import { goBack } from "./back";
import { gradually, letGo } from "./gradual";
import { smokeSetting } from "./login";
import type { DeployRequest } from "./options";
import { runningVersion, type Course } from "./plan";
import { Report } from "./report";
import { isIrreversible, settled } from "./settings";
import { Steps } from "./steps";

/** `--continue` and `--abort`: what a deploy that was interrupted has left in the stack file. */
export async function resume(request: DeployRequest, means: Means): Promise<Outcome> {
  const { file } = means;
  const { gradual, mode, system } = request;
  const beside = besideOf(file, system);
  if (beside === undefined) return ofAllAtOnce(request, means);
  const course = await courseOf(request, beside, means);
  const steps = new Steps(request, means, course.setting, course.failing);
  const report = new Report(request, course, means, steps);
  if (mode === "abort") {
    if (beside.percent === 0) throw new Problem(`${system} ${course.to} has all visitors already, and ${course.from} is kept warm`, [`Back to it: npx stackbook rollback ${system} --code`, `Let it go: npx stackbook deploy ${system} --continue`], exitCodes.usage);
    refuseIrreversible(request, course, means, "--continue");
    await confirm(`Take ${system} ${beside.version} back, which serves ${beside.percent} % of the visitors?`, request, means);
    return abort(request, course, means);
  }
  if (beside.percent === 0) {
    await confirm(`Let ${system} ${beside.version} go, which is kept warm?`, request, means);
    return letGo(request, course, means, report, steps);
  }
  if (gradual === undefined) throw new Error("--continue always has steps");
  await confirm(`Go on with ${system} ${beside.version}, which serves ${beside.percent} % of the visitors?`, request, means);
  return gradually(request, course, means, { ...gradual, percents: [beside.percent, ...gradual.percents.filter((percent) => percent > beside.percent)] });
}

/** Of a deploy for all visitors at once the stack file has the version, and the last release another one. */
async function ofAllAtOnce(request: DeployRequest, means: Means): Promise<Outcome> {
  const { file, stack } = means;
  const { mode, system } = request;
  const [from, to] = [stack.outputs.release?.systems[system]?.version ?? runningVersion(means, system), file.get(systemPath(system, "version"))];
  if (typeof to !== "string" || to === from) throw new Problem(`no deploy of ${system} has stopped half-way: there is nothing to ${mode === "abort" ? "take back" : "go on with"}`, [`See what runs: npx stackbook status ${system}`], exitCodes.usage);
  if (mode === "continue") throw new Problem(`the deploy of ${system} ${to} that has stopped half-way was no gradual one`, [`Go on: npx stackbook deploy ${system} ${to}`, `Back to ${from}: npx stackbook deploy ${system} --abort`], exitCodes.usage);
  const course: Course = { before: settled(file, stack.outputs.release).text, from, to, images: {}, irreversible: isIrreversible(file, system), setting: await smokeSetting(stack, system), failing: [] };
  refuseIrreversible(request, course, means, to);
  await confirm(`Take ${system} ${to} back, which the stack file has and no release, and bring ${from} out again?`, request, means);
  return abort(request, course, means);
}

/** Whether the migration ran before the deploy was stopped, what is left of it doesn't say. */
function refuseIrreversible({ despite, system }: DeployRequest, { from, irreversible, to }: Course, { stack }: Means, goingOn: string): void {
  if (!irreversible || despite !== undefined) return;
  const backup = stack.outputs.release?.systems[system]?.backup;
  throw new Problem(`${system} ${to} was not taken back: its migration can't be undone and may have run, and ${from} may not work with the data as it is now`, [
    "What can be done:",
    `  go on: npx stackbook deploy ${system} ${goingOn}`,
    `  back with the data of before, which loses what was written since: npx stackbook rollback ${system} --code --data${backup === undefined ? "" : ` ${backup}`}`,
    `  back all the same, where it surely has not run: npx stackbook deploy ${system} --abort --despite "<why>"`,
    "Nothing was touched.",
  ]);
}

/** That was what was asked for. */
async function abort(request: DeployRequest, course: Course, means: Means): Promise<Outcome> {
  const steps = new Steps(request, means, course.setting, course.failing);
  const outcome = await goBack(request, course, means, steps, [`aborted by ${means.context.who}`], new Report(request, course, means, steps), "on request");
  return { ...outcome, exitCode: exitCodes.done };
}

/** A held version is the one before; a candidate the one after. */
async function courseOf({ system }: DeployRequest, beside: Beside, means: Means): Promise<Course> {
  const { file, stack } = means;
  // The file's: an update that was cut off has not told its outputs.
  const named = file.get(systemPath(system, "version"));
  const own = typeof named === "string" ? named : runningVersion(means, system);
  const present = file.text();
  removeBeside(file, system);
  const before = file.text();
  file.putBack(present);
  const held = beside.percent === 0;
  return { before, from: held ? beside.version : own, to: held ? own : beside.version, images: {}, irreversible: isIrreversible(file, system), setting: await smokeSetting(stack, system), failing: [] };
}

async function confirm(question: string, { yes }: DeployRequest, { context }: Means): Promise<void> {
  if (!yes && !(await context.confirm(question))) throw new Problem("nothing was changed: not confirmed", [], exitCodes.interrupted);
}
