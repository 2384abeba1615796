import type { Engine } from "./engine";
import { Problem } from "./problem";
import type { Stack } from "./stack";
import { askStatusAgent } from "./statusAgent";

export interface Notice {
  readonly kind: "deploy" | "rollback";
  /** A system's id, or "stack". */
  readonly system: string;
  /** One line: the subject of a mail. */
  readonly title: string;
  readonly text: string;
}

/**
 * Tells the stack's channels. That nobody could be told holds up no deploy, least of all one that goes back; it is said
 * to whoever runs the command.
 */
export async function tellChannels(stack: Stack, engine: Engine, notice: Notice, say: (line: string) => void): Promise<boolean> {
  if (stack.outputs.monitoring === undefined) return false;
  try {
    const answer = await askStatusAgent(stack, engine, "notice", notice);
    if (answer.notice?.delivered !== true) say("The channels are told as soon as Alertmanager takes the notice: it did not just now.");
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`The channels were not told "${notice.title}": ${error.message}`);
    return false;
  }
}
