// Slow: a dozen updates of a clone of the repository, most of them stopped half-way and put right
import assert from "node:assert/strict";
import { containersOf } from "../support/engine";
import { begin } from "./support/going";
import { failuresOf, Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-stop", 34143);
const { clone } = scene;

describe("a deploy that Ctrl-C stops", function () {
  this.timeout(1_800_000);
  const visitors = scene.forSuite();

  const isClean = async (version: string, slot: string): Promise<void> => {
    assert.deepEqual([await scene.versionServed(), await scene.running()], [version, [`${slot} ${version}`]]);
    assert.deepEqual(await containersOf(clone.stack, { role: "task" }), [], "no container of a Task is left");
    await clone.must("preview", "--expect-no-changes");
  };

  it("says in the middle of its update what is there and both ways on; the one goes back", async () => {
    const going = begin(clone, "deploy", "motel", "1.1.0", "--watch", "0", "--yes");
    await going.until(/motel-(frontend|backend)-a-0 +created/);
    going.interrupt();
    const { code, output } = await going.ended;
    assert.equal(code, 130, output);
    assert.match(output, /was stopped before it was done: part of it may run, and 1\.0\.0 serves[\s\S]*Go on: npx stackbook deploy motel 1\.1\.0\n[\s\S]*Back to 1\.0\.0: npx stackbook deploy motel --abort/);
    assert.equal(scene.audit()[0], "deploy motel 1.1.0: interrupted");
    const back = await clone.done("deploy", "motel", "--abort", "--yes");
    assert.match(back.output, /motel 1\.1\.0 was ROLLED BACK to 1\.0\.0 on request:\s+aborted by/);
    assert.deepEqual(scene.motel(), { version: "1.0.0" });
    await isClean("1.0.0", "a");
  });

  it("and the other goes on", async () => {
    const going = begin(clone, "deploy", "motel", "1.2.0", "--watch", "0", "--yes");
    await going.until(/motel-(frontend|backend)-a-0 +created/);
    going.interrupt();
    assert.equal((await going.ended).code, 130);
    await clone.done("deploy", "motel", "1.2.0", "--watch", "0", "--yes");
    await isClean("1.2.0", "a");
  });

  it("leaves the version running when it is only watched", async () => {
    const going = begin(clone, "deploy", "motel", "1.3.0", "--watch", "10m", "--yes");
    await going.until(/watched for/);
    going.interrupt();
    const { code, output } = await going.ended;
    assert.equal(code, 130, output);
    assert.match(output, /motel 1\.3\.0 runs, and is no longer watched[\s\S]*npx stackbook rollback motel --code/);
    await isClean("1.3.0", "a");
  });

  it("keeps two versions side by side at a step of --gradual, which --continue goes on with and --abort takes back", async () => {
    const half = async (version: string): Promise<void> => {
      const going = begin(clone, "deploy", "motel", version, "--gradual", "20,100", "--step", "10m", "--yes");
      await going.until(/watched for/);
      going.interrupt();
      const { code, output } = await going.ended;
      assert.equal(code, 130, output);
      assert.match(output, new RegExp(`was interrupted: ${version.replaceAll(".", "\\.")} serves 20 % of the visitors, 1\\.3\\.0 the others, and nobody watches[\\s\\S]*--continue[\\s\\S]*--abort`));
      assert.deepEqual(await scene.running(), ["a 1.3.0", `b ${version}`]);
    };
    await half("1.4.0");
    await scene.refused(1, /a gradual deploy of motel 1\.4\.0 has stopped at 20 % of its visitors: npx stackbook deploy motel --continue, or --abort/, "deploy", "motel", "1.5.0", "--yes");
    await clone.done("deploy", "motel", "--abort", "--yes");
    assert.deepEqual(scene.motel(), { version: "1.3.0" });
    await isClean("1.3.0", "a");
    await half("1.6.0");
    const { output } = await clone.done("deploy", "motel", "--continue", "--gradual", "20,100", "--step", "3s", "--hold", "3s", "--yes");
    assert.match(output, /motel 1\.6\.0 is deployed/);
    assert.deepEqual(scene.motel(), { version: "1.6.0", slot: "b" });
    await isClean("1.6.0", "b");
  });

  it("keeps every visitor served", async () => {
    assert.deepEqual(await failuresOf(visitors.load, 500), {});
  });
});
