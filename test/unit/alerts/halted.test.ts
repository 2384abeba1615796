import assert from "node:assert/strict";
import { alertRows, everything, watched } from "../../../alerts";
import { ruleFiles } from "../../../alerts/prometheus";

const halt = { at: "2026-11-21T08:00:00Z", by: "ops@host", isolated: false };
const rowsOf = (halted?: typeof halt & { why?: string }) => alertRows({ ...everything, systems: [{ ...watched("motel"), ...(halted === undefined ? {} : { halted }) }, watched("memo")] });
const input = { stack: "prod", scrapeSeconds: 15, escalationMinutes: 30, timeZone: "UTC", thresholds: {}, maintenance: [], closed: [], jobs: everything.jobs };

describe("a system that was stopped in an emergency", () => {
  it("has one alert more, for the daily report, and the others still", () => {
    const before = rowsOf().map(({ id, system }) => `${system} ${id}`);
    const after = rowsOf(halt).map(({ id, system }) => `${system} ${id}`);
    assert.deepEqual(after.filter((row) => !before.includes(row)), ["motel system-halted"]);
    assert.deepEqual(before.filter((row) => !after.includes(row)), []);
    const row = rowsOf(halt).find(({ id }) => id === "system-halted");
    assert.deepEqual(row?.limit, { aboveCount: { digest: 0 } });
    assert.match(row?.summary ?? "", /stopped in an emergency at 2026-11-21T08:00:00Z by ops@host/);
    assert.match(row?.description ?? "", /^No reason was given\./);
  });

  it("says why as it was written, but for what a template would read", () => {
    const row = rowsOf({ ...halt, isolated: true, why: "a breach {{ .Labels }}" }).find(({ id }) => id === "system-halted");
    assert.match(row?.summary ?? "", /cut off from its networks/);
    assert.match(row?.description ?? "", /^For this reason: a breach {2}\.Labels \./);
  });

  it("fires as long as it lasts, with the command that ends it", () => {
    const groups = ruleFiles({ ...input, systems: [{ ...watched("motel"), halted: halt }] })["motel"] ?? [];
    const rules = groups.flatMap(({ rules: all }) => all).flatMap((rule) => ("alert" in rule && rule.labels["topic"] === "system-halted" ? [rule] : []));
    assert.equal(rules.length, 1);
    assert.equal(rules[0]?.expr, "vector(1)");
    assert.equal(rules[0]?.labels["severity"], "digest");
    assert.match(rules[0]?.annotations["command"] ?? "", /npx stackbook --stack prod resume motel/);
  });
});
