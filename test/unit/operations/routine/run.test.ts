import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../../operations/commands/types";
import type { Engine } from "../../../../operations/engine";
import { runCommand } from "../../../../operations/main";
import { readAudit } from "../../../../operations/change/audit";
import type { Report } from "../../../../operations/routine/types";
import type { Stack } from "../../../../operations/stack";
import { FakeEngine } from "../support/engine";
import { nobody, noCli } from "../support/fakes";
import { postgres } from "./databases";
import { facts, now, rules } from "./support";

/** A stack without monitoring, of which only the databases answer. */
describe("stackbook check", () => {
  let folder: string;
  let said: string[];
  let asked: string[];
  let lines: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-check-"));
    [said, asked, lines] = [[], [], []];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const cli = { ...noCli, run: () => Promise.resolve(JSON.stringify({ deployment: { resources: [] } })), preview: () => Promise.resolve({ changes: [] }) };

  const run = async (argv: readonly string[], engine: Partial<Engine> = postgres({ "SELECT 1": "1\n", relname: "students\t10\t2\t1\n", VACUUM: "VACUUM\n" }).engine, change: Partial<Stack["outputs"]> = {}) => {
    const stack: Stack = {
      name: "prod", dockerHost: undefined, cli, settings: {}, state: { containers: [], pending: [] },
      outputs: { facts: { ...facts, systems: facts.systems.filter(({ id }) => id === "sms" || id === "motel").map((system) => ({ ...system, enabled: system.id === "sms" })) }, systems: {}, ...change },
    };
    const context: Context = {
      root: folder, env: {}, now: () => now, who: "ops@desk", ...nobody, say: (line) => void said.push(line), openStack: () => Promise.resolve(stack), connect: () => new FakeEngine({ exec: () => Promise.reject(new Error("not expected")), inspectWhole: () => Promise.resolve({ HostConfig: { LogConfig: { Type: "local" } } }), ...engine }),
      ask: (question) => (asked.push(question), Promise.resolve(lines.shift() ?? "")),
    };
    const texts = { out: "", err: "" };
    const code = await runCommand(["check", ...argv], context, { out: (text) => (texts.out += text), err: (text) => (texts.err += text) });
    assert.doesNotMatch(texts.err, /\n {4}at /, `a fault of ours: ${texts.err}`);
    return { code, ...texts };
  };
  const reports = (): string[] => readdirSync(join(folder, ".stackbook/reports")).sort();
  const reportOf = (out: string): Report => JSON.parse(out) as Report;
  const verdicts = ({ items }: Report): Record<string, string> => Object.fromEntries(items.map(({ key, verdict }) => [key, verdict]));

  it("does what it can without monitoring, says what it can't, and is not green", async () => {
    const { code, out } = await run(["daily", "sms", "--json"]);
    const report = reportOf(out);
    assert.equal(code, 1);
    assert.equal(verdicts(report)["sms/daily/database"], "good");
    for (const id of ["response-times", "errors"]) assert.equal(verdicts(report)[`sms/daily/${id}`], "unknown", id);
    const found = report.items.find(({ id }) => id === "errors");
    assert.match(found?.says ?? "", /the stack prod has no Prometheus: monitoring is switched off/);
    assert.deepEqual(reports(), ["prod-daily-2026-11-21T100000Z.json", "prod-daily-2026-11-21T100000Z.md"]);
    assert.ok(said.some((line) => /^good +sms database: answers a statement/.test(line)), "progress is told as it comes");
  });

  it("looks at every system that runs, and at none that is stopped", async () => {
    const { out } = await run(["daily", "--json"]);
    assert.deepEqual(reportOf(out).systems, ["stack", "sms"]);
    const stopped = await run(["daily", "motel"]);
    assert.deepEqual([stopped.code, /motel is stopped in the stack prod\n {2}Its list has nothing to look at; running: sms\./.test(stopped.err)], [2, true]);
    const unknown = await run(["daily", "payroll"]);
    assert.match(unknown.err, /payroll is no system\n {2}Use one of mps, fetms, memo, motel, sms, or stack\./);
  });

  it("tells what became better since the last report", async () => {
    await run(["daily", "sms"], { containers: () => Promise.resolve([]) });
    const { out } = await run(["daily", "sms", "--json"]);
    const trend = reportOf(out).items.find(({ id }) => id === "database")?.trend;
    assert.deepEqual([trend?.was, trend?.change], ["bad", "better"]);
  });

  it("vacuums SMS once a month, for the record; not with --look-only", async () => {
    const first = postgres({ "SELECT 1": "1\n", relname: "students\t10\t2\t1\n", VACUUM: "VACUUM\n" });
    await run(["monthly", "sms", "--look-only"], first.engine);
    assert.ok(!first.asked.some((words) => words.at(-1) === "VACUUM (ANALYZE)"));
    assert.deepEqual(readAudit(folder, "prod"), []);
    await run(["monthly", "sms"], first.engine);
    assert.equal(first.asked.filter((words) => words.at(-1) === "VACUUM (ANALYZE)").length, 1);
    assert.deepEqual(readAudit(folder, "prod").map(({ command, result, what, who }) => [command, what, who, result]), [["check", "VACUUM ANALYZE of sms", "ops@desk", "done"]]);
  });

  it("asks at the terminal with --ask, and an answer holds for its month", async () => {
    lines = ["y reviewed", "n"];
    const { out } = await run(["monthly", "sms", "--look-only", "--ask"]);
    assert.match(asked[0] ?? "", /^Are the keys reviewed[\s\S]*Enter leaves it open:$/);
    assert.match(out, /BAD +sms\/monthly\/passwords: Were the administrators' passwords changed\?/);
    const again = reportOf((await run(["monthly", "sms", "--look-only", "--json"])).out);
    assert.deepEqual([verdicts(again)["sms/monthly/keys"], verdicts(again)["sms/monthly/passwords"], verdicts(again)["sms/monthly/api-keys"]], ["good", "bad", "open"]);
    assert.equal(again.items.find(({ id }) => id === "keys")?.answer?.note, "reviewed");
  });

  it("takes answers from a file, and refuses a wrong one before it looks at anything", async () => {
    const file = join(folder, "answers.yaml");
    writeFileSync(file, "sms/monthly/keys: yes\n");
    const { out } = await run(["monthly", "sms", "--look-only", "--json", "--answers", file]);
    assert.equal(verdicts(reportOf(out))["sms/monthly/keys"], "good");
    writeFileSync(file, "sms/monthly/kees: yes\n");
    said = [];
    const wrong = await run(["monthly", "sms", "--answers", file]);
    assert.deepEqual([wrong.code, said], [2, []]);
    assert.equal((await run(["monthly", "--ask", "--json"])).code, 2, "nobody can be asked while JSON is wanted");
  });

  it("writes where it is told to", async () => {
    await run(["daily", "sms", "--output", join(folder, "mine")]);
    assert.match(readFileSync(join(folder, "mine/prod-daily-2026-11-21T100000Z.md"), "utf8"), /^# Daily check of prod/);
  });

  it("needs a stack whose last update says what is configured", async () => {
    const { code, err } = await run(["daily"], {}, { facts: undefined });
    assert.equal(code, 1);
    assert.match(err, /does not say what is configured: its last update was made by an older program\n {2}Run one update: pulumi up --stack prod/);
  });

  it("compares with a baseline, which must have been recorded", async () => {
    const none = await run(["baseline", "--output", folder], {}, { monitoring: { rules } });
    assert.match(none.err, /no baseline of prod is recorded in .*\n {2}Record one at a time that is as it should be: npx stackbook check baseline --record/);
    assert.equal((await run(["baseline", "--since", "1s"])).code, 2);
  });
});
