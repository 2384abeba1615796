import assert from "node:assert/strict";
import { begin } from "./support/going";
import { failuresOf, paths, Scene, type DeployAnswer } from "./support/scene";

const scene = new Scene("e2e-deploy", 29743);
const { clone } = scene;

describe("stackbook deploy, under load from the first to the last second", function () {
  this.timeout(1_800_000);
  const visitors = scene.forSuite();

  it("brings a version out, tries and watches it, and records it", async () => {
    const searching = scene.visit(paths.withQuery, 1);
    const { out } = await clone.done("deploy", "motel", "1.1.0", "--watch", "5s", "--yes", "--json", "--why", "end to end");
    const { result, smoke, watch } = JSON.parse(out) as DeployAnswer;
    assert.equal(result, "done");
    assert.deepEqual([...new Set(smoke.map(({ outcome }) => outcome))], ["passed"]);
    assert.equal(watch?.outcome, "well");
    await scene.isAt("1.1.0");
    const { release } = await clone.outputs();
    assert.equal(release.systems["motel"]?.version, "1.1.0");
    assert.match((await scene.history())[0] ?? "", /^deploy motel 1\.1\.0: end to end \(by /);
    assert.deepEqual(await failuresOf(searching), {});
  });

  it("takes back by itself a version that fails some visitors, which only watching them tells; nobody else can begin meanwhile", async () => {
    const searching = scene.visit(paths.withQuery);
    const first = begin(clone, "deploy", "motel", "1.2.0-patchy", "--watch", "2m", "--yes");
    await first.until(/Checks before motel/);
    const second = await clone.stackbook("deploy", "motel", "1.3.0", "--yes");
    assert.equal(second.code, 4, second.output);
    assert.match(second.output, /"deploy motel 1\.2\.0-patchy" by \S+@\S+ \(since \d\d:\d\d:\d\d UTC\) is at work on the stack e2e-deploy/);
    const { code, output } = await first.ended;
    assert.equal(code, 3, output);
    assert.doesNotMatch(output, /FAILED {3}/, "every smoke check passes");
    const why = String.raw`[\d.]+ % of \d+ requests to the backend failed \(limit \d+ %; 0 % before\)`;
    assert.match(output, new RegExp(String.raw`motel 1\.2\.0-patchy was ROLLED BACK to 1\.1\.0 by itself:\s+${why}\s+1\.1\.0 serves again\.`));
    assert.match((await scene.history())[0] ?? "", new RegExp(`^deploy motel 1\\.2\\.0-patchy: rolled back by itself: ${why}`));
    assert.equal(scene.audit()[0], "deploy motel 1.2.0-patchy: rolled back");
    await scene.isAt("1.1.0");
    assert.deepEqual(Object.keys(await failuresOf(searching)), ["status 500"], "those that it failed, and no others");
    await clone.must("preview", "--expect-no-changes");
  });

  it("refuses what it does not know and the version that runs, and touches nothing", async () => {
    await scene.refused(2, /the stack has no system hotel: use motel/, "deploy", "hotel", "1.3.0", "--yes");
    await scene.refused(1, /motel 1\.1\.0 was not deployed:\s+motel 1\.1\.0 runs already[\s\S]*Nothing was touched/, "deploy", "motel", "1.1.0", "--yes");
  });

  it("has dropped no other request in all of that", async () => {
    const { answers, failures, versions } = await visitors.load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 300, `${answers} answers are too few to tell`);
    assert.deepEqual([...versions].sort(), ["1.0.0", "1.1.0", "1.2.0-patchy"]);
  });
});
