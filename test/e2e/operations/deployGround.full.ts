// Slow: a database is killed in the middle of two deploys of a clone of the repository
import assert from "node:assert/strict";
import { containersOf, engine } from "../support/engine";
import { Visitor } from "../support/http";
import { begin } from "./support/going";
import { Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-ground", 34243);
const { clone } = scene;

describe("a deploy in whose middle the database dies", function () {
  this.timeout(1_200_000);
  let rows: readonly string[];

  before(async () => {
    await scene.start();
    rows = await suites();
  });
  after(() => scene.end());

  const suites = async (): Promise<readonly string[]> => {
    const visitor = new Visitor(scene.origin, scene.outputs.caCertificate);
    try {
      const { items } = await visitor.json<{ items: readonly { number: string; name: string }[] }>("/api/suites?limit=100");
      assert.ok(items.length > 0, "the demo has rows");
      return items.map((row) => JSON.stringify(row)).sort();
    } finally {
      visitor.close();
    }
  };
  const database = async (): Promise<{ readonly Id: string; readonly State: string }> => (await containersOf(clone.stack, { role: "database" }))[0] ?? assert.fail("there is no database");

  it("says that both versions need it, and one command and either way on puts all right, with every row", async () => {
    const going = begin(clone, "deploy", "motel", "1.1.0", "--watch", "5s", "--yes");
    await going.until(/release-guard +updated/);
    // Before its migration: nothing of the new version can come up.
    await engine.getContainer((await database()).Id).kill();
    const { code, output } = await going.ended;
    assert.equal(code, 1, output);
    assert.match(output, /motel 1\.1\.0 was not deployed, and what both versions stand on is gone:[\s\S]*motel-database-\S+ does not run \(exited, exit code 137\)[\s\S]*npx stackbook restart motel database[\s\S]*deploy motel 1\.1\.0\n[\s\S]*deploy motel --abort/);
    assert.equal((await database()).State, "exited");
    await clone.done("restart", "motel", "database", "--yes");
    await clone.done("deploy", "motel", "--abort", "--yes");
    await scene.isAt("1.0.0");
    assert.deepEqual(await suites(), rows);
    await clone.must("preview", "--expect-no-changes");
  });

  it("or a plain `pulumi up --refresh` does, which goes on with the version", async () => {
    const going = begin(clone, "deploy", "motel", "1.2.0", "--watch", "5s", "--yes");
    await going.until(/release-guard +updated/);
    await engine.getContainer((await database()).Id).kill();
    assert.equal((await going.ended).code, 1);
    await clone.must("up", "--refresh", "--yes", "--skip-preview");
    await scene.isAt("1.2.0");
    assert.deepEqual(await suites(), rows);
  });

  it("blames no version for one that dies while it is watched", async () => {
    const going = begin(clone, "deploy", "motel", "1.3.0", "--watch", "10m", "--yes");
    await going.until(/watched for/);
    await engine.getContainer((await database()).Id).kill();
    const { code, output } = await going.ended;
    assert.equal(code, 1, output);
    assert.match(output, /motel 1\.3\.0 can't be judged, and stays: what it stands on is gone\s+motel-database-\S+ does not run/);
    await scene.refused(1, /motel's database is not well/, "deploy", "motel", "1.4.0", "--yes");
    await clone.done("restart", "motel", "database", "--yes");
    await clone.done("health", "motel", "--wait", "120s");
    assert.equal(await scene.versionServed(), "1.3.0");
    assert.deepEqual(await suites(), rows);
  });
});
