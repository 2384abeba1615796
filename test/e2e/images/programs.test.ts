import * as assert from "node:assert/strict";
import { image, runOnce } from "./support";

describe("the images that run programs", function () {
  this.timeout(60_000);

  it("node is version 20, runs scripts as user node and has curl and sh", async () => {
    const { code, output } = await runOnce(await image("node"), "1000:1000", ["sh", "-ec", 'node -p "process.versions.node + \' \' + require(\'os\').userInfo().username"; curl --version | head -1']);
    assert.equal(code, 0, output);
    assert.match(output, /^20\.\d+\.\d+ node\ncurl /);
  });
});
