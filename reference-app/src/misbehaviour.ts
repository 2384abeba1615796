import { sleep } from "./database";
import { burst, leak } from "./leak";
import type { CommonSettings } from "./settings";

const slowMs = 1500;
/** From its first visitor: by then a deploy has let go of the version before. */
const burstAfterMs = 10_000;

/** A version that fails visitors, and passes every check of its health. */
export class Misbehaviour {
  private visited = false;

  constructor(private readonly settings: Pick<CommonSettings, "behaviour" | "version">, private readonly bursting: { readonly afterMs: number; readonly take: () => void } = { afterMs: burstAfterMs, take: () => void leak(burst) }) {}

  /** Called before each visitor's request; may take its time, or throw. */
  async meet({ search }: Pick<URL, "search">): Promise<void> {
    const { behaviour, version } = this.settings;
    if (behaviour === "slow") await sleep(slowMs);
    if (behaviour === "errors") throw new Error(`version ${version} answers with errors on purpose`);
    if (behaviour === "patchy" && search !== "") throw new Error(`version ${version} answers whatever has a query with an error on purpose`);
    if (behaviour === "bursts" && !this.visited) setTimeout(this.bursting.take, this.bursting.afterMs).unref();
    this.visited = true;
  }
}
