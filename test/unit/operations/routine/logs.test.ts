import assert from "node:assert/strict";
import { checks } from "../../../../operations/routine/checks";
import { isErrorLine, kindOfLine } from "../../../../operations/routine/checks/logs";
import { container } from "../support/prometheus";
import { FakeLooking, series, type Figures } from "./support";

describe("lines of a log", () => {
  it("are errors by their level, in words, in Pino's numbers or in capitals", () => {
    for (const line of ['{"level":"error","message":"x"}', '{"time":1,"level":50,"msg":"x"}', '{"severity":"CRITICAL"}', "2026-11-21 ERROR: no", "[FATAL] gone"]) assert.ok(isErrorLine(line), line);
    for (const line of ['{"level":"info","message":"no error here"}', '{"level":30}', "an error occurred", "ERRORS: 0", '{"level":"info","path":"/ERROR"}']) assert.ok(!isErrorLine(line), line);
  });

  it("of the same kind come together, without what may be a person's or a secret", () => {
    const one = kindOfLine('{"level":"error","message":"login of ana@example.org failed after 12 ms: token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 for 6cd8e429-2bee-4395-ad89-cefad1f67a34"}');
    assert.equal(one, "login of … failed after … ms: token … for …");
    assert.equal(kindOfLine("ERROR  pool exhausted at 10.0.0.7:5432"), "ERROR pool exhausted at …");
    assert.ok(kindOfLine("x y ".repeat(200)).length <= 120);
  });

  it("of a system are counted, the most frequent first", async () => {
    const backend = container("motel-backend-a-0", { labels: { "stackbook.system": "motel", "stackbook.service": "backend", "stackbook.role": "app" } });
    const lines = ['{"level":"info","message":"request"}', '{"level":"error","message":"slow 12"}', '{"level":"error","message":"slow 99"}', '{"level":"error","message":"lost"}'];
    const asked: unknown[] = [];
    const engine = { containers: () => Promise.resolve([backend]), logs: (name: string, options: object, onLine: (line: { at: string; stream: "out"; text: string }) => void) => (asked.push([name, options]), lines.forEach((text) => onLine({ at: "", stream: "out", text })), Promise.resolve()) };
    const finding = await checks.errorLog(new FakeLooking({ engine }), "motel");
    assert.deepEqual([finding.verdict, finding.says], ["look", "3 error lines of 4 in 24 h: 2 times backend: slow …"]);
    assert.deepEqual(asked, [["motel-backend-a-0", { since: new Date("2026-11-20T10:00:00Z"), tail: 20_000 }]]);
    assert.equal((await checks.errorLog(new FakeLooking({ engine: { containers: () => Promise.resolve([]) } }), "motel")).verdict, "unknown");
  });
});

describe("files and growth of logs", () => {
  const loki = container("loki-1", { labels: { "stackbook.system": "stack", "stackbook.service": "loki" } });
  const of = (log: object, days = 30) => checks.logFiles(new FakeLooking({
    engine: { containers: () => Promise.resolve([loki]), inspectWhole: () => Promise.resolve({ HostConfig: { LogConfig: log } }) },
    facts: { monitoring: { scrapeSeconds: 15, metricsDays: 90, operatorPages: false, logDays: { application: 90, system: days, audit: 365, backup: 30 } } },
  }), "sms");

  it("have a limit, and are kept no longer than the runbook says", async () => {
    const limited = { Type: "json-file", Config: { "max-size": "10m" } };
    assert.equal((await of(limited)).verdict, "good");
    assert.deepEqual([(await of(limited, 60)).verdict, (await of(limited, 60)).says], ["look", "system logs are kept 60 days, the runbook says 30"]);
    assert.deepEqual([(await of({ Type: "json-file", Config: {} })).verdict, (await of({ Type: "json-file", Config: {} })).says], ["bad", "loki-1 logs by json-file without a limit"]);
  });

  it("are told by day, against the period before", async () => {
    const grow = (figures: Figures) => checks.logGrowth(new FakeLooking({ figures, hours: 168 }), "stack");
    assert.deepEqual([(await grow({ now: [series(70_000)], before: [series(60_000)] })).says, (await grow({ now: [series(70_000)], before: [series(20_000)] })).verdict], ["10000 lines a day, 1.17 times as many as in the period before", "look"]);
    assert.equal((await grow({ now: [series(70_000)], lost: [series(3)] })).verdict, "bad");
    assert.equal((await grow({})).verdict, "unknown");
  });
});

describe("alerts of a list", () => {
  it("reach people: a channel that takes nothing is bad, and so is none at all outside dev", async () => {
    const channels = [{ name: "mail", kind: "email", to: "ops@example.org" }] as const;
    const alerts = (list: typeof channels | readonly []) => ({ ...new FakeLooking().facts.alerts, channels: list });
    const of = (failed: number) => checks.alertDelivery(new FakeLooking({ facts: { alerts: alerts(channels) }, figures: { sent: [series(20, { integration: "email" })], failed: [series(failed, { integration: "email" })], watched: [series(1)] } }), "stack");
    assert.deepEqual([(await of(1)).verdict, (await of(5)).verdict], ["good", "bad"]);
    assert.equal((await checks.alertDelivery(new FakeLooking({ facts: { alerts: alerts([]), environment: "prod" } }), "stack")).verdict, "bad");
    assert.equal((await checks.alertDelivery(new FakeLooking({ facts: { alerts: alerts([]) } }), "stack")).verdict, "look");
  });
});
