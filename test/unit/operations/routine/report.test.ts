import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../../../operations/problem";
import { askAnswers, carriedOver, periodOf, readAnswers } from "../../../../operations/routine/answers";
import { readReports, writeReport } from "../../../../operations/routine/report/files";
import { renderReport } from "../../../../operations/routine/report/markdown";
import { renderSummary } from "../../../../operations/routine/report/summary";
import { withTrend } from "../../../../operations/routine/report/trend";
import { resultOf } from "../../../../operations/routine/run";
import type { Figure, ItemResult, Report } from "../../../../operations/routine/types";
import { figureText, isBeyond, plain, valueText } from "../../../../operations/routine/units";
import { routinesOf } from "../../../../routines";

const runbook = { file: "motel.md", section: "Alert Thresholds" };
const item = (change: Partial<ItemResult> = {}): ItemResult => ({
  key: "motel/daily/errors", id: "errors", system: "motel", list: "daily", title: "Errors", runbook, by: "machine", check: "errors", verdict: "good", says: "100 requests: 5xx of backend 0 %",
  figures: [], details: [], run: [], ...change,
});
const report = (items: readonly ItemResult[], change: Partial<Report> = {}): Report => ({
  kind: "check", format: 1, stack: "prod", environment: "prod", list: "daily", systems: ["stack", "motel"], at: "2026-11-21T10:00:00.000Z", by: "ops@desk", seconds: 12.3, hours: 24,
  metricsSince: "2026-10-01T00:00:00.000Z", result: resultOf(items), items, ...change,
});
const share = (value: number, more: Partial<Figure> = {}): Figure => ({ name: "5xx of backend", value, unit: "share", worse: "up", limit: 0.01, ...more });

describe("figures in words", () => {
  it("are short, in the unit that people use, and never rounded up to a hundred", () => {
    assert.deepEqual([valueText(0.0427, "seconds"), valueText(90, "seconds"), valueText(300, "seconds"), valueText(0.99996, "share"), valueText(1, "share"), valueText(0.0027, "perSecond"), valueText(0.002, "hours"), valueText(60, "hours"), valueText(5000, "days")],
      ["42.7 ms", "90 s", "5 min", "99.996 %", "100 %", "0.0027 a second", "7.2 s", "2.5 days", "more than ten years"]);
    assert.equal(figureText(share(0.02)), "5xx of backend 2 % (limit 1 %)");
    assert.equal(valueText(-2048, "bytesPerDay"), "-2.0 KiB a day");
    assert.equal(plain(1234.56), "1235");
  });

  it("are beyond a limit only in the direction that is worse", () => {
    assert.ok(isBeyond(share(0.02)) && !isBeyond(share(0.005)) && isBeyond({ ...share(0.005), worse: "down" }));
    assert.ok(!isBeyond({ name: "size", value: 5, unit: "bytes", limit: 1 }));
  });
});

describe("the trend of a list", () => {
  const trend = (now: Partial<ItemResult>, before: Partial<ItemResult> | undefined) => withTrend([item(now)], before === undefined ? [] : [report([item(before)], { at: "2026-11-20T10:00:00.000Z" })])[0]?.trend;

  it("is new, better, worse or the same by what was found", () => {
    assert.equal(trend({}, undefined), undefined);
    assert.deepEqual([trend({ verdict: "bad" }, {})?.change, trend({}, { verdict: "unknown" })?.change, trend({}, {})?.change], ["worse", "better", "same"]);
    assert.equal(trend({ verdict: "look" }, { verdict: "bad" })?.since, "2026-11-20T10:00:00.000Z");
  });

  it("goes by figures that have a limit where the verdict is the same, if they move by a tenth of it", () => {
    assert.equal(trend({ figures: [share(0.005)] }, { figures: [share(0.002)] })?.change, "worse");
    assert.equal(trend({ figures: [share(0.0005)] }, { figures: [share(0.0001)] })?.change, "same", "four times as much of nothing");
    const far = trend({ figures: [share(0.05, { limit: 0.8 })] }, { figures: [share(0.04, { limit: 0.8 })] });
    assert.deepEqual([far?.change, far?.figures], ["same", []]);
    const open = trend({ figures: [{ name: "requests", value: 200, unit: "count" }] }, { figures: [{ name: "requests", value: 100, unit: "count" }] });
    assert.deepEqual([open?.change, open?.figures], ["same", [{ name: "requests", was: 100, change: "other" }]]);
    assert.deepEqual(trend({ figures: [share(0.009, { comesAndGoes: true })] }, { figures: [share(0.001)] })?.figures, []);
  });

  it("takes the newest report that has the item", () => {
    const reports = [report([item({ key: "sms/daily/errors" })], { at: "2026-11-21T09:00:00.000Z" }), report([item({ verdict: "bad" })], { at: "2026-11-20T10:00:00.000Z" })];
    assert.equal(withTrend([item()], reports)[0]?.trend?.since, "2026-11-20T10:00:00.000Z");
  });
});

describe("a report", () => {
  const bad = item({ verdict: "bad", says: "5xx of backend 2 % (limit 1 %)", figures: [share(0.02)], run: ["npx stackbook logs motel backend"], details: ["since 9:00"] });
  const open = item({ key: "motel/daily/x", verdict: "open", by: "person", question: "Is all well?", says: "Is all well?", seen: [{ check: "traffic", verdict: "good", says: "12 requests" }] });

  it("is bad before it is incomplete, and incomplete before it is worth a look; open questions don't count", () => {
    const of = (...verdicts: ItemResult["verdict"][]) => resultOf(verdicts.map((verdict) => ({ verdict })));
    assert.deepEqual([of("good", "open"), of("good", "look"), of("look", "unknown"), of("unknown", "bad")], ["good", "look", "incomplete", "bad"]);
  });

  it("says first what is to be done, with commands and where the runbook has it; then everything, and the questions as a form", () => {
    const text = renderReport(report([bad, open, item({ key: "stack/daily/drift", system: "stack", title: "Drift", verdict: "unknown", says: "the CLI was not found" })]));
    assert.match(text, /^# Daily check of prod\n\n2026-11-21 10:00 UTC, by ops@desk; looks back 24 h, took 12 s\.\n\n\*\*Result: something is bad\.\*\* 3 items: 1 BAD, 1 NOT CHECKED, 1 open\.\n\nThere is no earlier report/);
    assert.match(text, /- \*\*BAD: motel\/daily\/errors\*\* \(Errors\): 5xx of backend 2 % \(limit 1 %\)\n {2}- since 9:00\n {2}- run `npx stackbook logs motel backend`\n {2}- motel\.md, "Alert Thresholds"/);
    assert.ok(text.indexOf("## To do") < text.indexOf("## The stack") && text.indexOf("## The stack") < text.indexOf("## Motel Manager"));
    assert.match(text, /\| BAD \| Errors \| 5xx of backend 2 % \(limit 1 %\) \| new \|/);
    assert.match(text, /- \[ \] `motel\/daily\/x`: Is all well\?\n {2}- traffic: 12 requests\n[\s\S]*```yaml\nmotel\/daily\/x: \{ answer: yes, note: "" \}\n```/);
  });

  it("says how far back metrics go when that is less than it looks", () => {
    assert.match(renderReport(report([item()], { metricsSince: "2026-11-21T08:00:00.000Z" })), /Metrics go back to 2026-11-21 08:00 UTC only\./);
    assert.match(renderReport(report([item()], { metricsSince: undefined })), /There are no metrics\./);
  });

  it("ends at the terminal with what is not good, and where the rest is", () => {
    const text = renderSummary(report([bad, open, item()]), "/r/x.md", { colours: false, columns: undefined });
    assert.equal(text, [
      "BAD          motel/daily/errors: 5xx of backend 2 % (limit 1 %)", "             npx stackbook logs motel backend", "",
      "Something is bad: daily list of prod, 3 items: 1 good, 1 bad, 1 open.", "1 questions are open: --ask asks them, --answers takes a file; the report has its form.", "Report: /r/x.md",
    ].join("\n"));
  });
});

describe("files of a list", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-reports-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are Markdown and JSON, found again newest first, by stack and list", () => {
    const files = writeReport(folder, report([item()]));
    writeReport(folder, report([item()], { at: "2026-11-22T10:00:00.000Z" }));
    writeReport(folder, report([item()], { list: "weekly" }));
    writeReport(folder, report([item()], { stack: "acme/stackbook/prod" }));
    writeFileSync(join(folder, "prod-daily-2026-11-23T100000Z.json"), "{");
    assert.equal(files.json, join(folder, "prod-daily-2026-11-21T100000Z.json"));
    assert.deepEqual(readReports(folder, "prod", "daily").map(({ at }) => at), ["2026-11-22T10:00:00.000Z", "2026-11-21T10:00:00.000Z"]);
    assert.equal(readReports(folder, "acme/stackbook/prod", "daily").length, 1);
    assert.match(readFileSync(files.markdown, "utf8"), /^# Daily check of prod/);
    assert.equal(readdirSync(folder).length, 9);
  });

  it("that can't be written say so", () => {
    writeFileSync(join(folder, "taken"), "");
    assert.throws(() => writeReport(join(folder, "taken"), report([item()])), (error: unknown) => error instanceof Problem && /can't be written to .*taken \(E/.test(error.message));
  });

  it("of answers are taken by line, or refused with everything that is wrong", () => {
    const file = join(folder, "answers.yaml");
    const given = { by: "ops@desk", at: "2026-11-21T10:00:00.000Z" };
    writeFileSync(file, "mps/weekly/dependencies: yes\nmps/weekly/security-logs: { answer: no, note: 40 failed logins of one address }\n");
    const answers = readAnswers(file, "weekly", given);
    assert.deepEqual([...answers], [["mps/weekly/dependencies", { answer: "yes", ...given }], ["mps/weekly/security-logs", { answer: "no", note: "40 failed logins of one address", ...given }]]);
    writeFileSync(file, "mps/weekly/nothing: yes\nmps/weekly/dependencies: maybe\n");
    assert.throws(() => readAnswers(file, "weekly", given), (error: unknown) => error instanceof Problem && error.exitCode === 2 && error.remedy.length === 3 && /mps\/weekly\/nothing is no question of the weekly list/.test(error.remedy[0] ?? "") && /is "maybe": use yes, no/.test(error.remedy[1] ?? ""));
    assert.throws(() => readAnswers(join(folder, "none"), "weekly", given), /can't be read \(ENOENT\)/);
  });
});

describe("answers", () => {
  const given = { by: "ops@desk", at: "2026-11-21T10:00:00.000Z" };

  it("are asked one by one; Enter leaves a question open, and so does a word that is neither", async () => {
    const rows = routinesOf("weekly", ["mps"]);
    const lines = ["n  40 failed logins", ""];
    const said: string[] = [];
    const answers = await askAnswers(rows, (row) => [row.id], () => Promise.resolve(lines.shift() ?? ""), (line) => said.push(line), given);
    assert.deepEqual([...answers], [["mps/weekly/security-logs", { answer: "no", note: "40 failed logins", ...given }]]);
    assert.deepEqual(said, ["security-logs", "dependencies"]);
    const odd = await askAnswers(rows, () => [], () => Promise.resolve("perhaps"), (line) => said.push(line), given);
    assert.equal(odd.size, 0);
    assert.equal(said.at(-1), "  left open: neither y nor n");
  });

  it("hold for the day, week, month or quarter in which they were given, in the stack's own time zone", () => {
    const at = (iso: string) => new Date(iso);
    assert.equal(periodOf("daily", at("2026-11-21T23:30:00Z"), "Europe/Berlin"), "2026-11-22");
    assert.equal(periodOf("weekly", at("2026-11-22T22:00:00Z"), "UTC"), "2026-11-16", "a Sunday belongs to the Monday before");
    assert.deepEqual([periodOf("monthly", at("2026-11-21T00:00:00Z"), "UTC"), periodOf("quarterly", at("2026-11-21T00:00:00Z"), "UTC")], ["2026-11", "2026 Q4"]);
    const answered = (iso: string, answer: "yes" | "no") => report([item({ key: "mps/weekly/dependencies", answer: { answer, ...given } })], { list: "weekly", at: iso });
    const reports = [answered("2026-11-20T10:00:00Z", "yes"), answered("2026-11-17T10:00:00Z", "no"), answered("2026-11-10T10:00:00Z", "no")];
    assert.equal(carriedOver(reports, "weekly", at("2026-11-21T10:00:00Z"), "UTC").get("mps/weekly/dependencies")?.answer, "yes");
    assert.equal(carriedOver(reports.slice(2), "weekly", at("2026-11-21T10:00:00Z"), "UTC").size, 0);
  });
});
