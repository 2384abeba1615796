import assert from "node:assert/strict";
import { metricOfSeries } from "../../../../alerts/metrics";
import { recorded } from "../../../../alerts/prometheus";
import { Problem } from "../../../../operations/problem";
import { checks } from "../../../../operations/routine/checks";
import { measure } from "../../../../operations/routine/baseline/measure";
import { gatherWeek } from "../../../../operations/weekly/gather";
import type { CheckId } from "../../../../routines";
import { routines } from "../../../../routines";
import { metricNamesIn } from "../../../support/promql";
import { FakeLooking, series, type Given } from "./support";

/** Everything is there, so that no check stops before its last question. */
const everything: Given = {
  figures: new Proxy({}, { get: (_, name) => (typeof name === "string" ? [series(1, { service: "backend", system: "motel", check: "page", mountpoint: "/", integration: "email" })] : undefined) }),
  engine: { containers: () => Promise.resolve([]), logs: () => Promise.resolve() },
};

/** They ask the network, the host or the CLI, and Prometheus nothing. */
const others: readonly CheckId[] = ["weeklyReport", "webSecurity", "hostPackages", "imageUpdates", "drift", "policies", "secretAges"];

/** What a piece of work asks, whatever becomes of the rest of it. */
async function expressionsOf(looking: FakeLooking, work: () => Promise<unknown>): Promise<readonly string[]> {
  const from = looking.expressions.length;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Error && /was (not )?expected/.test(error.message))) throw error;
  }
  return looking.expressions.slice(from);
}

describe("questions that lists and reports ask of Prometheus", () => {
  const names = new Set<string>(Object.values(recorded));
  const known = (name: string): boolean => names.has(name) || metricOfSeries(name) !== undefined;
  // One for all: the catalogue of alerts is worked out once.
  const looking = new FakeLooking(everything);

  it("are PromQL, and name metrics of the inventory only", async () => {
    const pairs = [...new Map(routines.flatMap(({ done, system }) => (done.by === "machine" ? [done.check] : (done.seen ?? [])).map((check): [string, [CheckId, typeof system]] => [`${check} ${system}`, [check, system]]))).values()];
    let asked = 0;
    for (const [check, system] of pairs.filter(([check]) => !others.includes(check))) {
      for (const expression of await expressionsOf(looking, () => checks[check](looking, system))) {
        asked += 1;
        for (const name of metricNamesIn(expression)) assert.ok(known(name), `${check} of ${system} reads ${name}: ${expression}`);
      }
    }
    assert.ok(asked > 250, `${asked} expressions`);
  });

  it("of the baseline and of the weekly report as well", async () => {
    const baseline = await expressionsOf(looking, () => measure(looking));
    const week = await expressionsOf(looking, () => gatherWeek(looking, undefined));
    for (const expression of [...baseline, ...week]) for (const name of metricNamesIn(expression)) assert.ok(known(name), `${name}: ${expression}`);
    assert.ok(baseline.length > 30 && week.length > 40, `${baseline.length}, ${week.length}`);
  });
});
