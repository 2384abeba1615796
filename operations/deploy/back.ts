import type { Means } from "../change";
import { tellChannels } from "../channels";
import type { Outcome } from "../commands/types";
import { exitCodes, Problem } from "../problem";
import { backCutShort } from "./halfWay";
import type { DeployRequest } from "./options";
import type { Course } from "./plan";
import type { Report } from "./report";
import type { Steps } from "./steps";

/**
 * The settings are put back and one more update is run, so that nothing of the version is left, neither on the engine nor
 * for the next `pulumi up` to try again. Its message and the record carry the reason.
 */
export async function goBack(request: DeployRequest, plan: Course, means: Means, steps: Steps, reasons: readonly string[], report: Report, how: "by itself" | "on request" = "by itself"): Promise<Outcome> {
  const { system } = request;
  const reason = reasons.join("; ");
  means.say(`${system} ${plan.to} goes back: ${reason}`);
  means.record(`rolling back: ${reason}`);
  means.file.putBack(plan.before);
  try {
    await means.update({ step: `rolled back ${how}: ${shortened(reason)}`, policies: "none" });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.exitCode === exitCodes.interrupted) throw backCutShort(request, plan, means.stack.name, reasons);
    await tellChannels(means.stack, means.engine, { kind: "rollback", system, title: `ROLLBACK FAILED: ${system} ${plan.to}`, text: `${system} ${plan.to} had to go back (${reason}), and going back failed: ${error.message}` }, (line) => means.say(line));
    throw new Problem(`${system} ${plan.to} had to go back, and going back failed:`, [
      ...reasons, "Going back:", error.message, ...error.remedy,
      `The stack file says ${plan.from} again. Put the cause right, then: pulumi up --stack ${means.stack.name}`,
    ]);
  }
  // What is reported is how the version did that had to go.
  const { smoke } = steps;
  const wrong = await steps.verify();
  steps.smoke = smoke;
  await tellChannels(means.stack, means.engine, {
    kind: "rollback", system, title: `ROLLED BACK: ${system} ${plan.to} to ${plan.from}`,
    text: [`${system} ${plan.to} was rolled back to ${plan.from} ${how}: ${reason}.`, ...wrong, `Who: ${means.context.who}`].join("\n"),
  }, (line) => means.say(line));
  return report.outcome({
    result: "rolled back", exitCode: exitCodes.rolledBack, reasons,
    text: [
      `${system} ${plan.to} was ROLLED BACK to ${plan.from} ${how}:`, ...reasons.map((line) => `  ${line}`),
      ...(wrong.length === 0 ? [`${plan.from} serves again.`] : [`${plan.from} was put back, and not all is well with it:`, ...wrong.map((line) => `  ${line}`)]),
      `Look into it: npx stackbook logs ${system}`,
    ],
  });
}

/**
 * A migration that can't be undone has run: the version before may not work with what is there now, so nobody but a person
 * decides.
 */
export async function stop(request: DeployRequest, plan: Course, means: Means, reasons: readonly string[], report: Report): Promise<Outcome> {
  const { system } = request;
  const backup = means.stack.outputs.release?.systems[system]?.backup;
  means.record(`stopped: ${reasons.join("; ")}`);
  await tellChannels(means.stack, means.engine, {
    kind: "deploy", system, title: `DEPLOY STOPPED: ${system} ${plan.to}`,
    text: `${system} ${plan.to} is not well (${reasons.join("; ")}), and does not go back by itself: its migration can't be undone. Who: ${means.context.who}`,
  }, (line) => means.say(line));
  return report.outcome({
    result: "stopped", exitCode: exitCodes.failed, reasons,
    text: [
      `${system} ${plan.to} is not well, and stays: its migration can't be undone, so ${plan.from} may not work with the data as it is now.`,
      ...reasons.map((line) => `  ${line}`),
      "What can be done:",
      `  back with the data of before, which loses what was written since: npx stackbook rollback ${system} --code --data${backup === undefined ? "" : ` ${backup}`}`,
      `  forward, with a version that puts it right: npx stackbook deploy ${system} <version> --despite "<why>"`,
    ],
  });
}

/** A message of an update is one line of a history. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 300 ? `${line.slice(0, 297)}...` : line;
}
