// Slow: a stack with backups, a migration that can't be undone, and the ways back from it
import assert from "node:assert/strict";
import { failuresOf, Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-data", 34643, { "stackbook:backups": { enabled: true } });
const { clone } = scene;

describe("a deploy whose migration can't be undone", function () {
  this.timeout(1_800_000);
  const visitors = scene.forSuite();

  it("says so beforehand, and is marked in the stack file and in its release", async () => {
    const { output } = await clone.done("deploy", "motel", "1.1.0", "--irreversible", "--watch", "5s", "--yes");
    assert.match(output, /Its migration can't be undone: should it go wrong, the code does not go back by itself\./);
    assert.deepEqual(scene.motel(), { version: "1.1.0", migration: { irreversible: true } });
  });

  it("is followed by no version whose image is not to be had", async () => {
    await scene.refused(1, /motel 1\.2\.0 was not deployed:\s+the backend's image 127\.0\.0\.1:1\/motel\/backend:1\.2\.0: [\s\S]*name it with --backend-image <reference>@sha256:<digest>/, "deploy", "motel", "1.2.0", "--backend-image", "127.0.0.1:1/motel/backend:1.2.0", "--yes");
  });

  it("is not rolled back by its code alone: the data of before is offered with it", async () => {
    await scene.refused(1, /can't be brought back; nothing was touched:\s+The migration of motel 1\.1\.0 \(release \d+\) can't be undone[\s\S]*npx stackbook rollback motel --to \d+ --data motel\/deploy\/\S+/, "rollback", "motel", "--code", "--yes");
  });

  it("stays when it is bad, and both ways on are said: data of before, or a version that puts it right", async () => {
    const bad = await clone.stackbook("deploy", "motel", "1.3.0-errors", "--irreversible", "--watch", "5s", "--yes");
    assert.equal(bad.code, 1, bad.output);
    assert.match(bad.output, /motel 1\.3\.0-errors is not well, and stays: its migration can't be undone[\s\S]*rollback motel --code --data motel\/deploy\/\S+[\s\S]*deploy motel <version> --despite "<why>"/);
    assert.deepEqual(await scene.running(), ["a 1.3.0-errors"]);
  });

  it("goes forward over one that is bad when somebody says why", async () => {
    await scene.refused(1, /the smoke check "[^"]+" fails with the version that runs[\s\S]*Deploying what puts that right\? Say so: --despite "<why>"/, "deploy", "motel", "1.4.0", "--yes");
    const { output } = await clone.done("deploy", "motel", "1.4.0", "--despite", "1.3.0 answers with errors", "--watch", "5s", "--yes");
    assert.match(output, /the mark migration\.irreversible was of the version that runs; it is taken out/);
    assert.deepEqual([await scene.versionServed(), scene.motel()], ["1.4.0", { version: "1.4.0" }]);
    assert.match((await scene.history())[0] ?? "", /although what runs is not well: 1\.3\.0 answers with errors/);
  });

  it("failed nobody but the visitors of the bad version", async () => {
    assert.deepEqual(Object.keys(await failuresOf(visitors.load, 300)), ["status 500"]);
  });
});
