import assert from "node:assert/strict";
import type { Mark } from "../../../halts/mark";
import { refusalOf } from "../../../platforms/docker/tasks/power";

const halted = { at: "2026-11-21T08:00:00Z", by: "ops@desk", why: "a breach", isolated: false };
const runs = { stack: "dev", system: "motel", frozen: { version: "1.0.0", slot: "a" } };
const mark: Mark = { ...halted, stage: "halted", cuts: [] };

describe("an update of a system that was stopped in an emergency", () => {
  it("is refused while only the engine knows of it, with both ways to go on", () => {
    const why = refusalOf(runs, runs, mark) ?? "";
    assert.match(why, /^motel was stopped in an emergency since 2026-11-21T08:00:00Z by ops@desk \(a breach\), and the stack file does not say so yet\./);
    assert.match(why, /npx stackbook emergency-stop motel --record, .*npx stackbook resume motel\.$/);
    assert.ok(refusalOf(undefined, runs, mark), "also on a stack that was made anew");
  });

  it("goes through when the file says so, when it is resumed, and when nothing was stopped", () => {
    assert.equal(refusalOf(runs, { ...runs, halted }, mark), undefined);
    assert.equal(refusalOf({ ...runs, halted }, runs, mark), undefined);
    assert.equal(refusalOf(runs, runs, { ...mark, stage: "resuming" }), undefined);
    assert.equal(refusalOf(runs, runs, undefined), undefined);
    assert.equal(refusalOf(undefined, runs, undefined), undefined);
  });

  it("can't change its version, its slot or what it is restored from meanwhile", () => {
    const before = { ...runs, halted };
    assert.match(refusalOf(before, { ...before, frozen: { version: "2.0.0", slot: "b" } }, mark) ?? "", /its version from 1\.0\.0 to 2\.0\.0 and its slot from a to b\. Resume it first, npx stackbook resume motel/);
    assert.match(refusalOf(before, { ...before, frozen: { ...runs.frozen, restore: "r1" } }, mark) ?? "", /its restore from none to r1/);
    assert.equal(refusalOf(before, before, mark), undefined);
    assert.equal(refusalOf(runs, { ...runs, frozen: { version: "2.0.0", slot: "a" }, halted }, mark), undefined, "what an update that was cut off has begun can be recorded");
  });
});
