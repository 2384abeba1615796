import assert from "node:assert/strict";
import { recorded } from "../../../../alerts/prometheus/recording";
import { metricOfSeries } from "../../../../alerts/metrics";
import type { RulesInput } from "../../../../alerts/types";
import { figuresOf, hostFigures } from "../../../../operations/reading/figures";
import { inUnit } from "../../../../operations/reading/metricsText";
import { systemIds, systems } from "../../../../systems";
import { metricNamesIn } from "../../../support/promql";
import { stackbook } from "../support/fakes";
import { prometheusExec, type PrometheusAnswers } from "../support/prometheus";
import { part, watchedEngine, watchedStack, wellContainers } from "../support/watched";

describe("the figures of the runbooks", () => {
  const all = [...systemIds.flatMap((id) => figuresOf({ id, engine: systems[id].database.engine, redis: true, windowMinutes: 5 })), ...hostFigures(5)];

  it("name no metric that nobody exports, in Prometheus's own grammar", () => {
    const known = new Set<string>(Object.values(recorded));
    for (const { query } of all) {
      for (const name of metricNamesIn(query)) assert.ok(known.has(name) || metricOfSeries(name) !== undefined, `${name} in ${query}`);
    }
    assert.ok(all.length > 100, "of five systems");
  });

  it("have names that tell them apart within their group", () => {
    for (const id of systemIds) {
      const names = figuresOf({ id, engine: systems[id].database.engine, redis: true, windowMinutes: 5 }).map(({ group, name }) => `${group} ${name}`);
      assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
    }
  });

  it("are written in their units", () => {
    assert.deepEqual(
      [inUnit(0.123, "ratio"), inUnit(0.0004, "ratio"), inUnit(0.022, "seconds"), inUnit(1.25, "seconds"), inUnit(7200, "seconds"), inUnit(1536, "bytes"), inUnit(0.5, "cores"), inUnit(3, "count"), inUnit(2, "requestsPerSecond"), inUnit(1.5, "perMinute")],
      ["12 %", "0.04 %", "22 ms", "1.3 s", "2 h 0 min", "1.5 KiB", "0.50", "3", "2.0/s", "1.5/min"],
    );
  });
});

/** Thresholds as the stack tells them. */
const rules: RulesInput = { stack: "dev", systems: [{ id: "motel", redis: true, replicas: { backend: 1, frontend: 1 } }], jobs: ["edge-log", "host", "containers", "edge", "blackbox"], scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [] };

const answers: PrometheusAnswers = {
  values: (promql) => {
    if (promql.startsWith("service:edge_requests:rate{")) return [[{ service: "backend" }, 12.3], [{ service: "frontend" }, 1]];
    if (promql.startsWith("service:edge_request_seconds:p95")) return [[{ service: "backend" }, 2.4], [{ service: "frontend" }, 0.6]];
    if (promql.startsWith("service:edge_5xx:share")) return [[{ service: "backend" }, "NaN"]];
    if (promql.startsWith("container_memory_working_set_bytes") && !promql.includes("/")) return [[{ container: "motel-backend-a-0" }, 2 ** 20]];
    if (promql.includes("max_connections")) return [[{}, 0.81]];
    if (promql.startsWith("max by (mountpoint)")) return [[{ mountpoint: "/" }, 0.5], [{ mountpoint: "/data" }, 0.99]];
    return [];
  },
};

describe("stackbook metrics", () => {
  const monitoring = { ...watchedStack().outputs.monitoring, rules };

  it("shows them side by side and marks what is beyond a threshold", async () => {
    const { code, err, out } = await stackbook(["metrics", "motel"], watchedStack({ outputs: { monitoring } }), watchedEngine(wellContainers, answers));
    assert.equal(code, 0, err);
    assert.match(out, /REQUESTS {4}RATE {7}P95\n {2}backend {3}12\.3\/s {2}2\.4 s !!\n {2}frontend {3}1\.0\/s {2}600 ms !\n/);
    assert.match(out, /CONTAINERS +MEMORY\n {2}motel-backend-a-0 {2}1\.0 MiB\n/);
    assert.match(out, /connections, of those allowed {2}81 %/);
    assert.doesNotMatch(out, /NaN|HOST/);
  });

  it("shows the host with the stack's own parts, each disk by itself", async () => {
    const { out } = await stackbook(["metrics", "stack"], watchedStack({ outputs: { monitoring } }), watchedEngine(wellContainers, answers));
    assert.match(out, /^stack\n[\s\S]*HOST\n {2}disk \/ +50 %/);
    assert.match(out, /disk \/data {2}99 % !! {2}page above 95 %/);
  });

  it("gives JSON with thresholds, and where it is from", async () => {
    const { out } = await stackbook(["metrics", "motel", "--json"], watchedStack({ outputs: { monitoring } }), watchedEngine(wellContainers, answers));
    const { source, systems: found } = JSON.parse(out) as { source: string; systems: { motel: { name: string; subject?: string; value: number; limits: unknown[] }[] } };
    assert.equal(source, "prometheus");
    assert.deepEqual(found.motel.find(({ name, subject }) => name === "p95" && subject === "backend")?.limits, [{ value: 0.5, severity: "ticket" }, { value: 2, severity: "page" }]);
  });

  it("asks the engine for containers where nobody watches, and says so", async () => {
    const unwatched = wellContainers.filter(({ labels }) => labels["stackbook.service"] !== "prometheus");
    const limited = unwatched.map((each) => (each.name.startsWith("motel-backend") ? { ...each, limits: { cpus: 2, memoryBytes: 4 * 2 ** 20 } } : each));
    const engine = watchedEngine([...limited, part("motel-gone", "motel", "gone", "app", { state: "exited" })], {}, {
      stats: (id) => (id === "id-of-motel-gone" ? assert.fail("it does not run") : Promise.resolve({ cpus: 0.5, memoryBytes: 2 ** 20, memoryLimitBytes: 0, receivedBytes: 0, sentBytes: 0, readBytes: 0, writtenBytes: 0, processes: 1 })),
    });
    const { out, progress } = await stackbook(["metrics", "motel"], watchedStack(), engine);
    assert.match(progress[0] ?? "", /has no Prometheus: monitoring is switched off; the engine tells what it knows/);
    assert.match(out, /motel-backend-a-0-1a2b3c4 {3}0\.50 {6}25 % {2}1\.0 MiB {6}25 %/);
    assert.match(out, /motel-cache-1a2b3c4 {9}0\.50 {9}- {2}1\.0 MiB {9}-/);
  });

  it("answers any expression, with its labels", async () => {
    const engine = watchedEngine(wellContainers, { values: { "up == 1": [[{ __name__: "up", job: "app" }, 1], [{ job: "x" }, "+Inf"]] } });
    assert.equal((await stackbook(["metrics", "--query", "up == 1"], watchedStack(), engine)).out, 'up{job="app"}  1\n{job="x"}      Infinity\n');
    assert.deepEqual((JSON.parse((await stackbook(["metrics", "--query", "up == 1", "--json"], watchedStack(), engine)).out) as { samples: unknown }).samples, [{ labels: { __name__: "up", job: "app" }, value: 1 }, { labels: { job: "x" }, value: "+Inf" }]);
    engine.exec = prometheusExec({ values: { none: [] } });
    assert.equal((await stackbook(["metrics", "--query", "none"], watchedStack(), engine)).out, "No series.\n");
    assert.match((await stackbook(["metrics", "--query", "up{"], watchedStack(), engine)).err, /Prometheus refused `up\{`/);
  });

  it("refuses a system that does not run, and one beside an expression", async () => {
    const { code, err } = await stackbook(["metrics", "memo"], watchedStack(), watchedEngine());
    assert.equal(code, 2);
    assert.match(err, /memo is no running system of the stack dev\n {2}Use one of: motel, stack/);
    assert.equal((await stackbook(["metrics", "motel", "--query", "up"], watchedStack(), watchedEngine())).code, 2);
  });
});
