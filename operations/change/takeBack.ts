import { exitCodes, Problem } from "../problem";
import type { Stack } from "../stack";
import type { Means, UpdateOptions } from "./index";

/**
 * One update; when it fails, the stack file becomes what it was, and a second one takes away what the first has begun:
 * nothing of it is tried again by the next `pulumi up`.
 * @param before the stack file's text, as it was before the operation
 * @throws Problem that says which of the two failed
 */
export async function updateOrTakeBack(means: Means, before: string, options: UpdateOptions = {}): Promise<Stack> {
  try {
    return await means.update(options);
  } catch (error) {
    if (!(error instanceof Problem) || error.exitCode === exitCodes.interrupted || error.exitCode === exitCodes.locked) throw error;
    means.say(`The update failed: ${error.remedy[0] ?? error.message}`);
    means.say("What ran before goes on running; what the update has begun is taken back.");
    await takeBack(means, before, error);
    throw new Problem("the update failed and was taken back; the stack is as it was:", error.remedy, exitCodes.rolledBack);
  }
}

/** The stack as its file said before, by one more update. @throws Problem with both reasons when that fails, too */
export async function takeBack(means: Means, before: string, reason: Problem): Promise<Stack> {
  means.file.putBack(before);
  try {
    return await means.update({ step: "taken back", policies: "none" });
  } catch (second) {
    if (!(second instanceof Problem)) throw second;
    throw new Problem("the update failed, and taking it back failed as well:", [
      "First:", reason.message, ...reason.remedy, "Then:", second.message, ...second.remedy,
      "The stack file says what ran before, and that goes on running: put the cause right, then run `pulumi up`.",
    ]);
  }
}
