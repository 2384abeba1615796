// Slow: ten deploys of a clone of the repository, one after another
import assert from "node:assert/strict";
import { failuresOf, Scene } from "./support/scene";

const scene = new Scene("e2e-deploy-ten", 34543);
const { clone } = scene;

describe("ten deploys in a row", function () {
  this.timeout(3_600_000);
  const visitors = scene.forSuite({ clients: 4 });

  for (let number = 1; number <= 10; number += 1) {
    it(`bring out version 1.${number}.0, and nothing of the one before is left`, async () => {
      const version = `1.${number}.0`;
      await clone.done("deploy", "motel", version, "--watch", "5s", "--yes");
      await scene.isAt(version);
    });
  }

  it("drop no request", async () => {
    assert.deepEqual(await failuresOf(visitors.load, 1000), {});
    assert.equal((await scene.history()).length, 11);
  });
});
