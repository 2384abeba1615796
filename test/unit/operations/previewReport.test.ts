import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { driftMarkdown, driftText, readDrift } from "../../../operations/policy/drift";
import { movedSince, pulumiPlan, readPlan, writePlan, type PlanFile } from "../../../operations/policy/planFile";
import { isRefused, previewMarkdown, previewText, unallowed, type PreviewReport } from "../../../operations/policy/previewReport";
import { losses, readPreview } from "../../../operations/preview";

const urn = (type: string, name: string): string => `urn:pulumi:prod::stackbook::stackbook:system:Data$${type}::${name}`;
const volume = "docker:index/volume:Volume";
const container = "docker:index/container:Container";
const labels = (service: string) => [{ label: "stackbook.role", value: "volume" }, { label: "stackbook.service", value: service }];
const steps = [
  { op: "create", urn: urn(container, "motel-backend-b-0") },
  { op: "update", urn: urn(container, "edge"), diffReasons: ["memory"] },
  { op: "replace", urn: urn(container, "motel-database"), replaceReasons: ["image"], diffReasons: ["image", "labels"] },
  { op: "create-replacement", urn: urn(container, "motel-database") },
  { op: "replace", urn: urn(volume, "motel-database"), replaceReasons: ["name"], oldState: { inputs: { labels: labels("database") } } },
  { op: "delete", urn: urn(volume, "motel-database-config"), oldState: { inputs: { labels: labels("database-config") } } },
  { op: "delete", urn: urn("random:index/randomPassword:RandomPassword", "motel-databasePassword"), oldState: { inputs: { length: 32 } } },
  { op: "same", urn: urn(container, "same") },
];
const preview = readPreview(JSON.stringify({ steps }), 0, "");
const report = (change: Partial<PreviewReport> = {}): PreviewReport => ({ ...preview, stack: "prod", environment: "prod", violations: [], refused: [], allowed: [], ...change });

describe("what an update would do, for who reviews it", () => {
  it("knows what data would go with", () => assert.deepEqual(losses(preview).map(({ name, op, type }) => `${op} ${type === volume ? "volume" : "password"} ${name}`), ["replace volume motel-database", "delete password motel-databasePassword"]));

  it("is refused for data that goes, until each is allowed by name", () => {
    assert.ok(isRefused(report()));
    assert.deepEqual(unallowed(report({ allowed: ["motel-database"] })).map(({ name }) => name), ["motel-databasePassword"]);
    assert.ok(!isRefused(report({ allowed: ["motel-database", "motel-databasePassword"] })));
  });

  it("is refused for a policy, and for what can't begin", () => {
    assert.ok(!isRefused(report({ changes: [] })));
    assert.ok(isRefused(report({ changes: [], violations: ["policy limits: x"] })));
    assert.ok(isRefused(report({ changes: [], refused: ["no such system"] })));
  });

  it("puts data first, then what is replaced and why, then what goes, changes and comes", () => {
    const text = previewMarkdown(report());
    assert.equal(text.split("\n")[0], "<!-- stackbook preview prod -->");
    const order = ["## Refused: prod (prod)", "### Data would be lost", "`motel-database` (Volume) would be replaced: `name`", "Replaced (1)", "`motel-database` (Container): `image`", "Deleted (1)", "`motel-database-config`", "Changed (1)", "`edge` (Container): `memory`", "Added (1)"];
    const places = order.map((part) => text.indexOf(part));
    assert.ok(places.every((place, index) => place > (places[index - 1] ?? -1)), `${places.join()}\n${text}`);
    assert.doesNotMatch(text, /`same`/);
  });

  it("says what policies say, and lets no text of others become a link or call somebody", () => {
    const text = previewMarkdown(report({ changes: [], violations: ["policy limits: [x](http://example.org) @everybody `code`"], advice: ["exception of y"] }));
    assert.match(text, /- `policy limits: \[x\]\(http:\/\/example\.org\) @everybody 'code'`/);
    assert.match(text, /Nothing changes\./);
    assert.match(text, /exception of y/);
  });

  it("fits into a comment", () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ op: "create" as const, urn: "", type: container, name: `container-${index}` }));
    const text = previewMarkdown(report({ changes: many }));
    assert.ok(text.length < 65_536);
    assert.match(text, /cut off here: `npx stackbook preview --stack prod`/);
  });

  it("is short at a terminal", () => assert.match(previewText(report()), /data would be lost: motel-database; allow it.*\n.*data would be lost: motel-databasePassword/));
});

describe("a plan that was approved", () => {
  const plan: PlanFile = { version: 1, stack: "prod", at: "2026-11-21T12:00:00.000Z", commit: "a".repeat(40), settings: "s", state: "t", constrained: true };
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-plan-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is applied as long as nothing has moved", () => assert.deepEqual(movedSince(plan, plan), []));
  for (const [what, change, message] of [
    ["another stack", { stack: "staging" }, /of the stack prod, and this is staging/], ["another program", { commit: "b" }, /its program is of the commit a+, and here is b/],
    ["other settings", { settings: "x" }, /Pulumi\.prod\.yaml is not as it was/], ["an update since", { state: "x" }, /has had an update/],
  ] as const) {
    it(`is refused for ${what}`, () => assert.match(movedSince(plan, { ...plan, ...change }).join(), message));
  }

  it("is read as it was written, with Pulumi's own beside it", () => {
    const file = join(folder, "prod.plan");
    writePlan(file, plan);
    assert.throws(() => readPlan(file), /prod\.plan\.pulumi is not there/);
    writeFileSync(pulumiPlan(file), "{}");
    assert.deepEqual(readPlan(file), plan);
  });
  it("needs none of Pulumi's where plans are switched off", () => {
    const file = join(folder, "prod.plan");
    writePlan(file, { ...plan, constrained: false });
    assert.equal(readPlan(file).constrained, false);
  });
  it("is refused when it is none", () => {
    assert.throws(() => readPlan(join(folder, "none")), /is not there/);
    for (const text of ["no", "{}", JSON.stringify({ ...plan, version: 2 })]) {
      writeFileSync(join(folder, "bad"), text);
      assert.throws(() => readPlan(join(folder, "bad")), /is no plan/);
    }
  });
});

describe("what is not as the stack left it", () => {
  const step = (op: string, name: string, before: object, after?: object) => ({ op, urn: urn(volume, name), oldState: { type: volume, outputs: before }, ...(after === undefined ? {} : { newState: { type: volume, outputs: after } }) });
  const told = (...all: object[]): string => JSON.stringify({ steps: all, changeSummary: {} });

  it("is what is gone, and what has other values", () => {
    const drifted = readDrift(told(step("refresh", "same", { a: 1, __meta: "x" }, { a: 1, __meta: "y" }), step("delete", "lost", { a: 1 }), step("refresh", "other", { a: 1, b: [1], c: "secret" }, { a: 1, b: [2], d: 3 })));
    assert.deepEqual(drifted.map(({ how, name, what }) => [name, how, what]), [["lost", "gone", []], ["other", "changed", ["b", "c", "d"]]]);
    assert.ok(!JSON.stringify(drifted).includes("secret"));
  });
  it("is nothing when nothing is", () => {
    assert.deepEqual(readDrift(told()), []);
    assert.equal(driftText({ stack: "prod", at: "", drifted: [] }), "prod: everything is as the stack left it.");
  });
  it("is not taken for nothing when the CLI said nothing", () => assert.throws(() => readDrift("Previewing refresh"), /nothing that can be read/));
  it("is the text of an issue, with its title first", () => {
    const text = driftMarkdown({ stack: "prod", at: "2026-11-21T03:00:00.000Z", drifted: readDrift(told(step("delete", "lost", {}))) });
    assert.match(text, /^Drift in prod: 1 resource\n\n<!-- stackbook drift prod -->/);
    assert.match(text, /- lost \(Volume\) is gone/);
  });
});
