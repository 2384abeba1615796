import assert from "node:assert/strict";
import { checks } from "../../../../operations/routine/checks";
import { FakeLooking, series, type Figures } from "./support";

const backend = { service: "backend" };
const many = { requests: [series(5000, backend)], "response-time count": [series(5000, backend)], p50: [series(0.02, backend)], p99: [series(0.4, backend)] };

describe("response times of a list", () => {
  const of = (figures: Figures, system: "motel" | "fetms" | "mps" = "motel") => checks.responseTimes(new FakeLooking({ figures: { ...many, ...figures } }), system);

  it("are good below the threshold that makes a ticket, and show p50, p95 and p99", async () => {
    const finding = await of({ p95: [series(0.3, backend)], "response-time": [series(0.3, backend)] });
    assert.equal(finding.verdict, "good");
    assert.deepEqual(finding.figures?.map(({ name, limit }) => [name, limit]), [["p95 of backend", 0.5], ["p50 of backend", undefined], ["p99 of backend", undefined], ["requests", undefined]]);
  });

  it("are bad above it, with the command that shows more", async () => {
    const finding = await of({ p95: [series(0.7, backend)], "response-time": [series(0.7, backend)] });
    assert.equal(finding.verdict, "bad");
    assert.match(finding.says, /5000 requests: p95 of backend 700 ms \(limit 500 ms\)/);
    assert.deepEqual(finding.run, ["npx stackbook --stack prod metrics motel"]);
  });

  it("follow the stack's own threshold", async () => {
    const looking = new FakeLooking({ figures: { ...many, p95: [series(0.7, backend)], "response-time": [series(0.7, backend)] }, outputs: { monitoring: { rules: { ...(await import("./support")).rules, thresholds: { motel: { "response-time": { ticket: 900 } } } } } } });
    assert.equal((await checks.responseTimes(looking, "motel")).verdict, "good");
  });

  it("take the mean where the runbook does (MPS), and a target by method as worth a look (FETMS)", async () => {
    const mps = await of({ "response-time": [series(2.5, backend)] }, "mps");
    assert.match(mps.says, /mean of backend 2\.5 s \(limit 2 s\)/);
    const fetms = await of({ "response-time-get": [series(0.25, backend)], "response-time-get count": [series(60, backend)] }, "fetms");
    assert.equal(fetms.verdict, "look");
    assert.deepEqual(fetms.details, ["p95 of backend (GET) is 250 ms, the target is 200 ms"]);
  });

  it("of few requests are shown and judge nothing; of none, that is said", async () => {
    const few = await of({ requests: [series(10, backend)], "response-time count": [series(10, backend)], "response-time": [series(3, backend)] });
    assert.equal(few.verdict, "good");
    assert.equal((await of({ requests: [] })).verdict, "look");
  });
});

describe("errors of a list", () => {
  const of = (figures: Figures, system: "motel" | "memo" = "motel") => checks.errors(new FakeLooking({ figures }), system);

  it("are judged by service against the alerts' thresholds", async () => {
    const bad = await of({ all: [series(1000, backend), series(1000, { service: "frontend" })], failed: [series(20, backend)], refused: [] });
    assert.equal(bad.verdict, "bad");
    assert.match(bad.says, /^2000 requests: 5xx of backend 2 % \(limit 1 %\)$/);
    const good = await of({ all: [series(1000, backend)], failed: [series(2, backend)], refused: [series(400, backend)] });
    assert.equal(good.verdict, "good", "motel's runbook says nothing of 4xx");
  });

  it("of 4xx count where a runbook says so", async () => {
    const memo = await of({ all: [series(10_000, backend)], failed: [], refused: [series(300, backend)] }, "memo");
    assert.match(memo.says, /4xx of backend 3 % \(limit 1 %\)/);
  });

  it("of too few requests for the alert's own guard judge nothing", async () => {
    assert.equal((await of({ all: [series(20, backend)], failed: [series(5, backend)] })).verdict, "good");
  });
});

describe("promises of a month", () => {
  it("are kept, broken, or not to be judged", async () => {
    const of = (figures: Figures) => checks.objectives(new FakeLooking({ figures }), "sms");
    assert.equal((await of({ available: [series(0.999)], latency: [series(0.97)], errors: [series(0.99)] })).verdict, "good");
    const broken = await of({ available: [series(0.99)], latency: [series(0.97)], errors: [series(0.99)] });
    assert.deepEqual([broken.verdict, broken.says], ["bad", "available 99 % (limit 99.5 %)"]);
    const silent = await of({ available: [series(1)] });
    assert.deepEqual([silent.verdict, silent.details], ["look", ["nothing to judge by: 95 % of requests within 500 ms", "nothing to judge by: less than 2 % errors"]]);
    assert.equal((await of({})).verdict, "unknown");
  });
});
