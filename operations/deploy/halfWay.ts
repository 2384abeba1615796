import { exitCodes, Problem } from "../problem";
import type { DeployRequest } from "./options";
import type { Course } from "./plan";

/** What a deploy says that ends between two versions: what is there, and both ways on. */

/** Ctrl-C in the middle of an update: Pulumi has let its steps come to an end, and begun no further one. */
export function cutShort(request: DeployRequest, course: Course): Problem {
  const { from, to } = course;
  return new Problem(`the update to ${request.system} ${to} was stopped before it was done: part of it may run, and ${from} serves whoever has not been led to ${to}`, waysOn(request, course), exitCodes.interrupted);
}

/** An update that failed for want of what it stands on: to go back needs that too. */
export function groundGone(request: DeployRequest, course: Course, reasons: readonly string[]): Problem {
  const { system } = request;
  return new Problem(`${system} ${course.to} was not deployed, and what both versions stand on is gone:`, [
    ...reasons, "Going back needs it as well, so it was not tried.",
    `Put it right first: npx stackbook status ${system}; a container that has ended is started by: npx stackbook restart ${system} database`,
    ...waysOn(request, course),
  ]);
}

/** Ctrl-C while everybody has the version already. */
export function unwatched({ system }: DeployRequest, { to }: Course): Problem {
  return new Problem(`${system} ${to} runs, and is no longer watched`, [`Look at it yourself: npx stackbook status ${system} --watch 5`, `Back: npx stackbook rollback ${system} --code`], exitCodes.interrupted);
}

/** Ctrl-C while a version is taken back. */
export function backCutShort({ system }: DeployRequest, { from, to }: Course, stack: string, reasons: readonly string[]): Problem {
  return new Problem(`${system} ${to} had to go back, and going back was stopped before it was done:`, [
    ...reasons, `The stack file says ${from} again, and so does the next update: pulumi up --stack ${stack}`,
  ], exitCodes.interrupted);
}

function waysOn({ gradual, mode, system }: DeployRequest, { from, to }: Course): readonly string[] {
  const isGradual = gradual !== undefined || mode === "continue";
  return [`Go on: npx stackbook deploy ${system} ${isGradual ? "--continue" : to}`, `Back to ${from}: npx stackbook deploy ${system} --abort`];
}
