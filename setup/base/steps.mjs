import { duration } from "./say.mjs";

/**
 * Steps that run side by side. Each says what it chose and why when it is done; while it works, what it
 * is waiting for. A step starts when the steps it names in `after` are done; the first failure is thrown
 * when all that are running have ended, so that nothing goes on behind the user's back.
 */
export class Steps {
  #say;
  #width;
  #running = new Map();
  #every;

  /** @param {import("./say.mjs").Say} say @param {{ width?: number, everySeconds?: number }} [options] */
  constructor(say, { width = 9, everySeconds = 15 } = {}) {
    this.#say = say;
    this.#width = width;
    this.#every = everySeconds;
  }

  /**
   * @param {readonly { name: string, after?: readonly string[], run: (log: (line: string) => void) => Promise<string> }[]} steps
   */
  async all(steps) {
    const ended = new Map();
    const timer = setInterval(() => this.#tick(), 1000);
    try {
      for (const step of steps) {
        const before = (step.after ?? []).map((name) => {
          const earlier = ended.get(name);
          if (earlier === undefined) throw new Error(`step ${step.name} comes after ${name}, which is not listed before it`);
          return earlier;
        });
        ended.set(step.name, Promise.all(before).then(() => this.#one(step)));
      }
      const results = await Promise.allSettled(ended.values());
      const failed = results.find((result) => result.status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    } finally {
      clearInterval(timer);
      this.#say.status("");
    }
  }

  async #one(step) {
    const started = Date.now();
    const state = { started, told: started, waitingFor: "" };
    this.#running.set(step.name, state);
    const log = (line) => {
      state.waitingFor = line;
      state.told = Date.now();
      this.#say.line(`  ... ${step.name.padEnd(this.#width)} ${line}`);
    };
    try {
      const chose = await step.run(log);
      this.#say.line(`  ok  ${step.name.padEnd(this.#width)} ${chose}${took(started)}`);
    } catch (error) {
      this.#say.line(`  !!  ${step.name.padEnd(this.#width)} failed${took(started)}`);
      throw error;
    } finally {
      this.#running.delete(step.name);
    }
  }

  #tick() {
    const now = Date.now();
    const waiting = [...this.#running].map(([name, state]) => {
      const text = `${name} ${Math.round((now - state.started) / 1000)} s${state.waitingFor === "" ? "" : `: ${state.waitingFor}`}`;
      if (!this.#say.isTerminal && now - state.told >= this.#every * 1000) {
        state.told = now;
        this.#say.line(`  ... ${name.padEnd(this.#width)} ${Math.round((now - state.started) / 1000)} s${state.waitingFor === "" ? "" : `, still: ${state.waitingFor}`}`);
      }
      return text;
    });
    this.#say.status(waiting.join(" | "));
  }
}

function took(started) {
  const seconds = (Date.now() - started) / 1000;
  return seconds < 0.5 ? "" : ` (${duration(seconds)})`;
}
