import type { Means } from "../change";
import { Problem } from "../problem";
import { describeSmoke, failed, runSmoke, type SmokeResult, type SmokeSetting } from "../smoke";
import { stackContainers } from "../stackContainers";
import { untruths } from "../truth";
import { limitsOf } from "../watch/limits";
import { figureSource } from "../watch/sources";
import { watchVersion, type Watched, type WatchPlan } from "../watch";
import type { Figures } from "../watch/figures";
import { whileInterruptible } from "./interrupt";
import type { DeployRequest } from "./options";
import { flowsOf } from "./prechecks";

/** What is done after each update of a deploy. */
export class Steps {
  /** Of the last time. */
  smoke: readonly SmokeResult[] = [];
  watched: Watched | undefined;
  /** By Ctrl-C, while the version was tried. */
  interrupted = false;
  private restarts: ReadonlyMap<string, number> | undefined;

  constructor(private readonly request: DeployRequest, private readonly means: Means, private readonly setting: SmokeSetting, private readonly failing: readonly string[]) {}

  /** What runs is what the record says, and the critical flows work. @returns what is wrong; empty: nothing */
  async verify(cookies: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    const wrong = await this.truth();
    if (wrong.length > 0) return wrong.map((what) => `what runs is not what the record says: ${what}`);
    // Flows may be new with the update; those that failed before say nothing of it.
    const flows = flowsOf(this.request, this.means).filter(({ name }) => !this.failing.includes(name));
    if (flows.length === 0) return [];
    this.means.say(`Smoke checks through the edge, ${this.setting.site.origin}:`);
    this.smoke = await whileInterruptible(async (signal) => {
      const results = await runSmoke(flows, { ...this.setting, cookies: { ...this.setting.cookies, ...cookies } });
      this.interrupted ||= signal.aborted;
      return results;
    });
    for (const line of describeSmoke(this.smoke)) this.means.say(line);
    return failed(this.smoke).map(({ flow, why = "" }) => `the smoke check "${flow}" fails: ${why}`);
  }

  /** Containers that were let go may take a moment to be gone. */
  private async truth(): Promise<readonly string[]> {
    const { engine } = this.means;
    let wrong: readonly string[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 2000));
      wrong = await untruths(this.means.stack, engine, this.request.system);
      if (wrong.length === 0) return [];
    }
    return wrong;
  }

  /** @throws Problem when it is interrupted */
  async watch(seconds: number, about: Pick<WatchPlan, "version" | "before" | "slot">): Promise<Watched> {
    const { context, engine, stack } = this.means;
    const { system } = this.request;
    const source = await figureSource(stack, engine, system);
    const plan: WatchPlan = { system, seconds, source, limits: limitsOf(stack, system), ...(this.restarts === undefined ? {} : { restarts: this.restarts }), ...about };
    this.watched = await whileInterruptible((signal) => watchVersion(plan, { stack, engine, now: context.now, say: (line) => this.means.say(line), signal }));
    return this.watched;
  }

  /** What the version that runs does, before it is replaced; empty where nobody can say. */
  async before(): Promise<Figures> {
    const present = await stackContainers(this.means.stack, this.means.engine, { system: this.request.system });
    this.restarts = new Map(present.map(({ id, restarts }) => [id, restarts]));
    try {
      return await (await figureSource(this.means.stack, this.means.engine, this.request.system)).before();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.means.say(`How the version that runs does can't be read, so the new one is judged by the thresholds alone: ${error.message}`);
      return new Map();
    }
  }
}
