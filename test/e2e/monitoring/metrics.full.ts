// Slow: five systems with their monitoring, faults and the waits of alerts take over ten minutes on two busy cores
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appliesTo, metrics, seriesNames, type MetricFacts } from "../../../alerts/metrics";
import { boardsOf, panelQueries } from "../../../dashboards";
import { systemIds, systems } from "../../../systems";
import { site } from "./support/site";

/** FETMS runs without Redis until it is scaled out. */
const facts: readonly MetricFacts[] = systemIds.map((id) => ({ id, engine: systems[id].database.engine, redis: systems[id].redis !== undefined && systems[id].redis.optional !== true }));

/** Rates need two readings; everything is read every 5 s here. */
const patienceSeconds = 45;

/** Logs need Loki, which has a test of its own. */
const notHere: readonly string[] = ["any", "loki", "collector"];

describe("metrics of a watched stack", function () {
  this.timeout(180_000);
  const running = site.use();

  /** What the schedule does in a week: a backup of each system, read again, and a drill. */
  before(function () {
    this.timeout(300_000);
    const { backups } = running().outputs;
    for (const [id, { agent, drill }] of Object.entries(backups)) {
      for (const [container, command, request] of [[agent, "run", { tier: "daily", reason: "by hand" }], [agent, "verify", { backup: "latest" }], [drill, "drill", { backup: "latest" }]] as const) {
        const said = JSON.parse(execFileSync("docker", ["exec", "-i", container, "node", "/app/backup.js", command], { input: `${JSON.stringify(request)}\n`, stdio: ["pipe", "pipe", "pipe"], encoding: "utf8" })) as object;
        assert.ok(!("error" in said), `${command} of ${id}: ${JSON.stringify(said)}`);
      }
    }
  });

  it("reads every target that there should be", async () => {
    const { prometheus } = running();
    const notUp = await eventually(async () => {
      const targets = await prometheus.targets();
      return targets.filter(({ health }) => health !== "up").map(({ labels, scrapeUrl, health, lastError }) => `${labels["job"] ?? "?"} ${scrapeUrl} ${health} ${lastError}`);
    });
    assert.deepEqual(notUp, []);
    const jobs = new Set((await prometheus.targets()).map(({ labels }) => labels["job"]));
    const missing = [...new Set(metrics.map(({ job }) => job))].filter((job) => !notHere.includes(job) && !jobs.has(job));
    assert.deepEqual(missing, [], "jobs without a target");
  });

  it("finds every metric of the inventory at the exporter that is said to have it, for every system that is said to", async () => {
    const { prometheus } = running();
    const absent = await eventually(async () => {
      // A figure that could not be read once is there the next time.
      const series = await prometheus.query(`count by (__name__, job, system) (last_over_time({__name__=~".+"}[1m]))`);
      const exporters = new Map<string, { job: string; system: string }[]>();
      for (const { metric } of series) {
        const name = metric["__name__"] ?? "";
        exporters.set(name, [...(exporters.get(name) ?? []), { job: metric["job"] ?? "", system: metric["system"] ?? "" }]);
      }
      const wanted = metrics.filter(({ job, mayBeAbsent }) => mayBeAbsent === undefined && !notHere.includes(job));
      return wanted.flatMap((metric) =>
        seriesNames(metric).flatMap((name) => {
          const all = exporters.get(name) ?? [];
          const of = new Set(all.filter(({ job }) => job === metric.job).map(({ system }) => system));
          if (of.size === 0) return [`${name} (job ${metric.job}): ${all.length === 0 ? "nobody exports it" : `only ${all.map(({ job }) => job).join(", ")} does`}`];
          if (!metric.labels.includes("system") || of.has("stack")) return [];
          return facts.filter((system) => appliesTo(metric, system) && !of.has(system.id)).map(({ id }) => `${name}: not for ${id}`);
        }),
      );
    });
    assert.deepEqual(absent, []);
  });

  it("gives every series the labels that the inventory promises", async () => {
    const { prometheus } = running();
    const names = metrics.filter(({ job }) => job !== "any").flatMap((metric) => seriesNames(metric).map((name) => ({ metric, name })));
    const wrong = await inTurns(names, async ({ metric, name }) => {
      const [series] = await prometheus.query(`topk(1, ${name})`);
      if (series === undefined) return [];
      const missing = metric.labels.filter((label) => series.metric[label] === undefined);
      return missing.length === 0 ? [] : [`${name} lacks ${missing.join(", ")}; it has ${Object.keys(series.metric).join(", ")}`];
    });
    assert.deepEqual(wrong.flat(), []);
  });

  it("answers every query of every panel, unless the dashboard says why it may have nothing to show", async () => {
    const { prometheus } = running();
    const boards = boardsOf({ systems: facts.map((system) => ({ ...system, title: systems[system.id].title })), lines: () => [], logs: false, backups: true, drills: true, publicUrls: {} });
    let open = panelQueries(boards).filter(({ datasource }) => datasource === "prometheus");
    assert.ok(open.length > 200, `${open.length} queries are too few to be all`);
    const empty = await eventually(async () => {
      const answers = await inTurns(open, async (query) => ({ query, found: (await prometheus.query(query.expr)).length > 0 || query.exception !== undefined }));
      open = answers.filter(({ found }) => !found).map(({ query }) => query);
      return open.map(({ dashboard, panel, expr }) => `${dashboard}, ${panel}: ${expr}`);
    });
    assert.deepEqual(empty, []);
  });
});

/** Asks until the list is empty, or patience ends; then the last answer. */
async function eventually(ask: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (const end = Date.now() + patienceSeconds * 1000; ; ) {
    const found = await ask();
    if (found.length === 0 || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}

/** As many at a time as are good for one Prometheus on a small machine. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>, width = 8): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += width) results.push(...(await Promise.all(items.slice(at, at + width).map(work))));
  return results;
}
