import assert from "node:assert/strict";
import { failuresOf, paths, Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-steps", 29843);
const { clone } = scene;

describe("stackbook deploy --gradual, under load from the first to the last second", function () {
  this.timeout(1_800_000);
  const visitors = scene.forSuite();

  it("judges the candidate against the old version at a step, takes it back, and spares whoever had the old one", async () => {
    const searching = scene.visit(paths.withQuery);
    const { code, output } = await clone.stackbook("deploy", "motel", "1.1.0-patchy", "--gradual", "30,100", "--step", "2m", "--yes");
    assert.equal(code, 3, output);
    assert.match(output, /motel 1\.1\.0-patchy: 30 % of the visitors/);
    assert.doesNotMatch(output, /100 % of the visitors/, "it never had more");
    assert.match(output, /motel 1\.1\.0-patchy was ROLLED BACK to 1\.0\.0 by itself:\s+[\d.]+ % of \d+ requests to the backend failed \(limit \d+ %; 0 % before\)\s+1\.0\.0 serves again/);
    assert.match((await scene.history())[0] ?? "", /^deploy motel 1\.1\.0-patchy: rolled back by itself: [\d.]+ % of \d+ requests/);
    await scene.isAt("1.0.0");
    const { answers, failures } = await searching.stop();
    assert.deepEqual(Object.keys(failures), ["status 500"]);
    assert.ok((failures["status 500"] ?? 0) < answers / 2, `${failures["status 500"]} of ${answers}: no more than had the candidate`);
  });

  it("brings a version out beside the old one, step by step, promotes it without a restart, and lets the old one go", async () => {
    const { output } = await clone.done("deploy", "motel", "1.2.0", "--gradual", "20,100", "--step", "3s", "--hold", "3s", "--yes");
    assert.match(output, /20 % of the visitors[\s\S]*100 % of the visitors[\s\S]*1\.0\.0 stays warm/);
    await scene.isAt("1.2.0", "b");
  });

  it("has dropped no other request in all of that", async () => {
    assert.deepEqual(await failuresOf(visitors.load, 300), {});
  });
});
