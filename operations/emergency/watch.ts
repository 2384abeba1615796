import { ownerLabels, type Hands } from "../../halts/hands";
import { cutOff, emergencySeconds, stopAll } from "../../halts/stop";
import { isLeft } from "./halt";

export interface Watch {
  /** What it had to stop again, by name. */
  readonly again: readonly string[];
  end(): Promise<void>;
}

const everyMs = 500;

/**
 * While an update is at work that began before the system was stopped: whatever it starts of the system is stopped, or
 * cut off, at once, until the watch is ended.
 */
export function keepDown(hands: Hands, stack: string, systems: readonly string[], isolated: boolean, say: (line: string) => void): Watch {
  const again: string[] = [];
  let going = true;
  let wake: () => void = () => undefined;
  const look = async (system: string): Promise<void> => {
    try {
      const left = (await hands.containers(ownerLabels({ stack, system }))).filter((piece) => isLeft(piece, isolated));
      if (left.length === 0) return;
      const { names } = isolated ? await cutOff(hands, left) : await stopAll(hands, left, emergencySeconds);
      for (const name of names) say(`${name} was started by the update that is at work: ${isolated ? "cut off" : "stopped"} again`);
      again.push(...names);
    } catch (error) {
      // The next look may find the engine again.
      say(`the engine did not answer while ${system} is kept down: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const watching = (async () => {
    while (going) {
      for (const system of systems) await look(system);
      if (going) await new Promise<void>((resolve) => (wake = resolve, setTimeout(resolve, everyMs)));
    }
  })();
  return {
    again,
    async end() {
      going = false;
      wake();
      await watching;
    },
  };
}
