// Slow: each version has to fail in its own way and time before it is taken back
import assert from "node:assert/strict";
import { failuresOf, Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-back", 34343);
const { clone } = scene;

describe("a deploy that goes back by itself", function () {
  this.timeout(1_800_000);
  const visitors = scene.forSuite();

  /** Deploys it, and looks at everything that must be as before. @returns what it said */
  const takenBack = async (version: string, because: RegExp, from = "1.0.0"): Promise<string> => {
    const { code, output } = await clone.stackbook("deploy", "motel", version, "--watch", "4m", "--yes");
    assert.equal(code, 3, output);
    assert.match(output, new RegExp(`motel ${version.replaceAll(".", "\\.")} was ROLLED BACK to ${from.replaceAll(".", "\\.")} by itself:\\s+.*(?:${because.source})`), output);
    assert.match((await scene.history())[0] ?? "", new RegExp(`^deploy motel ${version}: rolled back by itself: .*(?:${because.source})`));
    assert.equal(scene.audit()[0], `deploy motel ${version}: rolled back`);
    await scene.isAt(from);
    await clone.must("preview", "--expect-no-changes");
    return output;
  };

  it("never gets healthy: no visitor sees anything of it", async () => {
    const output = await takenBack("1.1.0-broken", /the update failed: .*is unhealthy/);
    assert.doesNotMatch(output, /Watching motel/);
    assert.deepEqual(await failuresOf(visitors.load), {});
  });

  it("fails every visitor: the smoke checks see it", async () => {
    const errors = scene.visit();
    const output = await takenBack("1.2.0-errors", /the smoke check "[^"]+" fails: .* answered 500/);
    assert.doesNotMatch(output, /Watching motel/);
    assert.deepEqual(Object.keys(await failuresOf(errors)), ["status 500"]);
  });

  it("leaks: it goes before it has cost a visitor anything", async () => {
    visitors.load = scene.visit();
    await takenBack("1.3.0-leaks", /takes \S+ MiB more memory each second and would be at its limit of .* in .*: a leak/);
    assert.deepEqual(await failuresOf(visitors.load), {});
  });

  it("takes all memory at once and is killed for it", async () => {
    const hit = scene.visit();
    await takenBack("1.4.0-bursts", /was killed: it took more memory than its limit of|ended and was started again|does not run/);
    // While it is away the edge has nobody to ask; before and after everybody is served.
    const { failures } = await hit.stop();
    assert.deepEqual(Object.keys(failures).filter((failure) => !/^status 50[234]$|ECONNRESET/.test(failure)), []);
    const calm = scene.visit();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.deepEqual(await failuresOf(calm, 20), {});
  });
});
