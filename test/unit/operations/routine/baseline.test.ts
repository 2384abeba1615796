import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, tolerances } from "../../../../operations/routine/baseline/compare";
import { readBaseline, writeBaseline } from "../../../../operations/routine/baseline/files";
import { changesText, renderBaseline } from "../../../../operations/routine/baseline/markdown";
import { measure } from "../../../../operations/routine/baseline/measure";
import type { Baseline, OperationFigures } from "../../../../operations/routine/baseline/types";
import { checks } from "../../../../operations/routine/checks";
import { FakeLooking, series } from "./support";

const operation = (change: Partial<OperationFigures> = {}): OperationFigures => ({ system: "motel", at: "edge", operation: "backend GET", requests: 1000, perSecond: 2, p50: 0.1, p95: 0.35, p99: 2, ...change });
const baseline = (change: Partial<Baseline> = {}): Baseline => ({
  kind: "baseline", format: 1, stack: "prod", at: "2026-11-01T10:00:00.000Z", by: "ops@desk", hours: 24, versions: { motel: "1.0.0" }, host: { cpu: 0.15 },
  systems: [{ system: "motel", requests: 1000, perSecond: 2, p95: 0.35, p99: 2, errors: 0.0133 }], operations: [operation()], ...change,
});

describe("the performance baseline", () => {
  it("tolerates what SMS's table does between baseline and alert", () => {
    assert.deepEqual(Object.fromEntries(Object.entries(tolerances).map(([name, value]) => [name, Number(value.toFixed(2))])), { p95: 1.43, p99: 1.5, p50: 1.43, perSecond: 0.66, errors: 1.5 });
  });

  const verdict = (figure: string, now: Partial<OperationFigures>, before: Partial<OperationFigures> = {}) =>
    compare(baseline({ systems: [], operations: [operation(before)] }), baseline({ systems: [], operations: [operation(now)] })).find((each) => each.figure === figure)?.verdict;

  it("calls an operation worse beyond it, better the other way round, and the same between", () => {
    assert.deepEqual([verdict("p95", { p95: 0.49 }), verdict("p95", { p95: 0.51 }), verdict("p95", { p95: 0.2 })], ["same", "worse", "better"]);
    assert.deepEqual([verdict("perSecond", { perSecond: 1.4 }), verdict("perSecond", { perSecond: 1.2 }), verdict("perSecond", { perSecond: 4 })], ["same", "worse", "better"]);
  });

  it("is not alarmed by milliseconds, nor by a handful of requests", () => {
    assert.equal(verdict("p95", { p95: 0.04 }, { p95: 0.01 }), "same");
    assert.equal(verdict("p95", { p95: 3, requests: 20 }), "too few");
  });

  it("compares what both have", () => {
    const found = compare(baseline(), baseline({ operations: [operation(), operation({ operation: "GET /api/new", at: "application" })] }));
    assert.deepEqual([...new Set(found.map(({ what }) => what))], ["all requests", "backend GET"]);
    const errors = compare(baseline(), baseline({ systems: [{ system: "motel", requests: 1000, perSecond: 2, errors: 0.03 }] })).filter(({ figure }) => figure === "errors");
    assert.deepEqual(changesText(errors), ["worse: errors of motel all requests: 3 %, the baseline is 1.33 % (tolerated 1.5 times)"]);
  });

  it("is measured at the edge by method, and inside the application by route", async () => {
    const looking = new FakeLooking({ figures: {
      first: [series(new Date("2026-11-21T09:00:00Z").getTime() / 1000)], requests: [series(720)], failed: [series(7.2)], p50: [series(0.01, { service: "backend", method: "GET" }), series(0.01, { method: "GET", route: "/api/suites" })],
      p95: [series(0.2), series(0.2, { service: "backend", method: "GET" }), series(0.3, { method: "GET", route: "/api/suites" })], p99: [series(0.4), series(0.4, { service: "backend", method: "GET" }), series(0.4, { method: "GET", route: "/api/suites" })],
      count: [series(720, { service: "backend", method: "GET" }), series(360, { method: "GET", route: "/api/suites" }), series(0, { method: "POST", route: "/x" })],
    } });
    const { operations, systems } = await measure(looking);
    const own = operations.filter(({ system }) => system === "motel");
    assert.deepEqual(systems.find(({ system }) => system === "motel"), { system: "motel", requests: 720, perSecond: 0.2, p95: 0.2, p99: 0.4, errors: 0.01 }, "by the hour that there are metrics of, not by the day");
    assert.ok(own.some(({ at, operation: name, p95 }) => at === "application" && name === "GET /api/suites" && p95 === 0.3));
    assert.ok(!own.some(({ operation: name }) => name === "POST /x"), "what nobody asked has no time");
  });

  describe("as a file", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-baseline-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("keeps the one before beside it", () => {
      assert.equal(readBaseline(folder, "prod"), undefined);
      writeBaseline(folder, baseline());
      writeBaseline(folder, baseline({ at: "2026-12-01T10:00:00.000Z" }));
      assert.equal(readBaseline(folder, "prod")?.at, "2026-12-01T10:00:00.000Z");
      assert.deepEqual(readdirSync(folder).sort(), ["baseline-prod-2026-11-01T100000Z.json", "baseline-prod-2026-11-01T100000Z.md", "baseline-prod.json", "baseline-prod.md"]);
      assert.match(renderBaseline(baseline()), /\| Motel Manager \| 350 ms \| 2 s \| 2 a second \| 1\.33 % \| 1000 \|/);
    });

    it("is what a list compares with: unknown without one, bad when something is worse", async () => {
      assert.equal((await checks.baseline(new FakeLooking({ folder, figures: {} }), "motel")).verdict, "unknown");
      writeBaseline(folder, baseline({ operations: [operation({ operation: "backend GET", p95: 0.05, p50: 0.01, p99: 0.1 })] }));
      const of = (p95: number) => checks.baseline(new FakeLooking({ folder, figures: { requests: [series(1000)], count: [series(1000, { service: "backend", method: "GET" })], p50: [series(0.01, { service: "backend", method: "GET" })], p95: [series(p95, { service: "backend", method: "GET" })], p99: [series(0.1, { service: "backend", method: "GET" })] } }), "motel");
      const worse = await of(0.5);
      assert.equal(worse.verdict, "bad");
      assert.match(worse.says, /figures are worse than on 2026-11-01: worse: p95 of motel backend GET: 500 ms, the baseline is 50 ms/);
    });

    it("is recorded by the monthly list, unless it may only look", async () => {
      const figures = { requests: [series(1000)], count: [series(1000, { service: "backend", method: "GET" })], p50: [series(0.01)], p95: [series(0.1)], p99: [series(0.1)] };
      assert.match((await checks.baselineUpdate(new FakeLooking({ folder, figures, mayAct: false }), "sms")).says, /^not recorded/);
      assert.equal(readBaseline(folder, "prod"), undefined);
      assert.equal((await checks.baselineUpdate(new FakeLooking({ folder, figures }), "sms")).says, "recorded; the first one");
      assert.equal(readBaseline(folder, "prod")?.by, "ops@desk");
      assert.equal((await checks.baselineUpdate(new FakeLooking({ folder, figures: {} }), "sms")).verdict, "look", "nobody asked: nothing to record");
    });
  });
});
