import assert from "node:assert/strict";
import { readDeploy, type DeployOptions, type DeployRequest } from "../../../../operations/deploy/options";
import { Problem } from "../../../../operations/problem";

const read = (options: DeployOptions, system: string | undefined = "motel", version: string | undefined = "2.0.0"): DeployRequest => readDeploy(options, system, version, ["motel", "sms"]);

function problems(options: DeployOptions, system?: string, version?: string): readonly string[] {
  try {
    readDeploy(options, system, version, ["motel", "sms"]);
  } catch (error) {
    assert.ok(error instanceof Problem);
    assert.equal(error.exitCode, 2);
    return error.remedy.slice(0, -1);
  }
  return assert.fail("it was taken");
}

describe("what a deploy is asked for", () => {
  it("is watched for 15 minutes, an hour where it is critical, or as long as is said", () => {
    assert.equal(read({}).watchSeconds, 900);
    assert.equal(read({ critical: true }).watchSeconds, 3600);
    assert.equal(read({ watch: "90s" }).watchSeconds, 90);
    assert.equal(read({ watch: "0" }).watchSeconds, 0);
  });

  it("is for all visitors at once, or for some after others, all of them in the end", () => {
    assert.equal(read({}).gradual, undefined);
    assert.deepEqual(read({ gradual: "10,50,100" }).gradual, { percents: [10, 50, 100], stepSeconds: 300, holdSeconds: 600 });
    assert.deepEqual(read({ gradual: "25", step: "1m", hold: "0" }).gradual, { percents: [25, 100], stepSeconds: 60, holdSeconds: 0 });
  });

  it("goes on or back with what is there", () => {
    assert.deepEqual([readDeploy({ continue: true }, "motel", undefined, ["motel"]).mode, readDeploy({ abort: true }, "motel", undefined, ["motel"]).mode], ["continue", "abort"]);
    assert.deepEqual(readDeploy({ continue: true }, "motel", undefined, ["motel"]).gradual?.percents, [10, 50, 100]);
  });

  it("is refused with everything that is wrong at once", () => {
    const found = problems({ watch: "soon", gradual: "50,10", why: " ", backendImage: "not an image" }, "hotel", "1 2");
    assert.equal(found.length, 7, found.join("\n"));
    for (const word of ["no system hotel", "the version is 1 2", "--backend-image", "--watch is soon", "--gradual is 50,10", "--why is empty", "with --gradual each step is watched"]) assert.ok(found.some((problem) => problem.includes(word)), word);
  });

  it("is refused where options contradict each other", () => {
    const only = (options: DeployOptions, system?: string, version?: string): string => {
      const found = problems(options, system, version);
      assert.equal(found.length, 1, found.join("\n"));
      return found[0] ?? "";
    };
    assert.match(only({}, "motel"), /which version/);
    assert.match(only({}, undefined, "2.0.0"), /of which system\? Give one of motel, sms/);
    assert.match(only({ critical: true, watch: "1h" }, "motel", "2.0.0"), /leave out --watch/);
    assert.match(only({ step: "5m" }, "motel", "2.0.0"), /--gradual 10,50,100 as well/);
    assert.match(only({ hold: "5m" }, "motel", "2.0.0"), /--gradual 10,50,100 as well/);
    assert.match(only({ continue: true, abort: true }, "motel"), /one of the two/);
    assert.match(only({ abort: true }, "motel", "2.0.0"), /leave 2\.0\.0 out/);
    assert.match(only({ abort: true, dryRun: true }, "motel"), /leave it out with --abort/);
    assert.match(only({ continue: true, backendImage: "a/b:1" }, "motel"), /belongs to a version/);
    assert.match(only({ staging: "s", skipStaging: "urgent" }, "motel", "2.0.0"), /one of the two/);
    assert.match(only({ gradual: "0,100" }, "motel", "2.0.0"), /from 1 to 100/);
    assert.match(only({ watch: "25h" }, "motel", "2.0.0"), /at most 24h/);
    assert.match(only({ gradual: "10", critical: true }, "motel", "2.0.0"), /each step is watched/);
  });
});
