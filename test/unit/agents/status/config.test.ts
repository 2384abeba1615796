import assert from "node:assert/strict";
import { readStatusConfig } from "../../../../agents/status/src/config";
import { ProblemsError } from "../../../../agents/common/problems";
import { readSettings } from "../../../../agents/status/src/settings";
import { baseConfig, statusConfig } from "./support";

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  return assert.fail("nothing was refused");
}

describe("the status agent's configuration", () => {
  it("is taken as the program writes it, with defaults for what may be left out", () => {
    const config = statusConfig();
    assert.equal(config.runbookUpdateMinutes, 30);
    assert.deepEqual(config.maintenance, []);
    assert.equal(config.systems[0]?.title, "MemoApp");
    assert.equal(statusConfig({ publicUrl: null }).publicUrl, undefined);
  });

  it("is refused with every problem at once, each with its path, what was given and what is allowed", () => {
    const problems = problemsOf(() => statusConfig({
      timeZone: "Europe/Atlantis", digestAt: "8:00", prometheusUrl: "prometheus:9090", title: undefined, runbookUpdateMinutes: 1,
      systems: [{ id: "Motel", title: "Motel" }], maintenance: [{ name: "x", systems: "all", days: ["Someday"], from: "02:00", to: "24:30" }],
    }));
    const expected = [
      /^title is missing: give the page's title/, /^timeZone is "Europe\/Atlantis": give an IANA time zone/, /^digestAt is "8:00": give a time of day/,
      /^prometheusUrl is "prometheus:9090": give Prometheus's address/, /^systems\.0\.id is "Motel": give a system's id/, /^systems\.0\.version is missing/,
      /^maintenance\.0\.days\.0 is "Someday": give days of the week/, /^maintenance\.0\.to is "24:30"/, /^runbookUpdateMinutes is 1: give 5 to 1440/,
    ];
    for (const pattern of expected) assert.ok(problems.some((problem) => pattern.test(problem)), `${String(pattern)} in\n${problems.join("\n")}`);
    assert.equal(problems.length, expected.length);
  });

  it("names a system once", () => {
    assert.match(problemsOf(() => statusConfig({ systems: [baseConfig.systems[0], baseConfig.systems[0]] }))[0] ?? "", /^systems\.1\.id is "memo": give every system once/);
  });

  it("says what to do when the file is missing or no JSON", () => {
    assert.match(problemsOf(() => readStatusConfig("/nowhere/status.json"))[0] ?? "", /can't be read \(ENOENT\); run pulumi up/);
  });

  it("has an environment that is refused as a whole", () => {
    assert.equal(readSettings({}).port, 8080);
    assert.equal(problemsOf(() => readSettings({ PORT: "http", STATUS_INTERVAL_SECONDS: "0" })).length, 2);
  });
});
