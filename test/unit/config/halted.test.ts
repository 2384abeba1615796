import assert from "node:assert/strict";
import { asPulumiGives, failure, load } from "./fixtures";

const halted = { at: "2026-11-21T08:00:00Z", by: "ops@desk" };
const file = (motel: object): Record<string, unknown> => ({ "stackbook:systems": { motel } });
const read = (given: object) => load(file({ halted: given }), { stack: "dev" }).systems[0]?.halted;
const problems = (motel: object): string[] => failure(asPulumiGives(file(motel), { stack: "dev" })).problems.map(({ path, given, fix }) => `${path} ${given} ${fix}`);

describe("systems.<id>.halted", () => {
  it("says since when, by whom and why, and is no isolation unless it says so", () => {
    assert.deepEqual(read(halted), { ...halted, isolated: false });
    assert.deepEqual(read({ ...halted, why: "a breach", isolated: true }), { ...halted, why: "a breach", isolated: true });
    assert.equal(load(file({}), { stack: "dev" }).systems[0]?.halted, undefined);
  });

  it("takes a time as the Pulumi CLI hands it on where YAML had no quotes", () => {
    assert.equal(read({ ...halted, at: "2026-11-21 08:00:00 +0000 UTC" })?.at, halted.at);
  });

  it("refuses what is no moment in UTC, and texts of several lines", () => {
    assert.match(problems({ halted: { ...halted, at: "yesterday" } }).join(), /systems\.motel\.halted\.at/);
    assert.match(problems({ halted: { ...halted, at: "2026-11-21T08:00:00+01:00" } }).join(), /systems\.motel\.halted\.at/);
    assert.match(problems({ halted: { ...halted, by: "" } }).join(), /systems\.motel\.halted\.by/);
    assert.match(problems({ halted: { ...halted, why: "one\ntwo" } }).join(), /systems\.motel\.halted\.why/);
    assert.match(problems({ halted: { by: "ops" } }).join(), /systems\.motel\.halted\.at/);
  });

  it("is not switched off meanwhile: its containers would go, and with them what they can tell", () => {
    assert.match(problems({ halted, enabled: false }).join(), /systems\.motel\.enabled false .*npx stackbook resume motel/);
  });
});
