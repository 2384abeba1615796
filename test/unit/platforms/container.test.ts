import assert from "node:assert/strict";
import { containerOptions } from "../../../platforms/docker/container";

describe("how the engine takes changes of a container", () => {
  it("is another one where the health check is another, beside what was given", () => {
    const { deleteBeforeReplace, replaceOnChanges } = containerOptions({ deleteBeforeReplace: true }, false);
    assert.deepEqual([deleteBeforeReplace, replaceOnChanges], [true, ["healthcheck"]]);
  });

  it("is none at all while its system is halted", () => {
    const { ignoreChanges = [], replaceOnChanges } = containerOptions({}, true);
    assert.ok(ignoreChanges.includes("healthcheck"));
    assert.equal(replaceOnChanges, undefined);
  });
});
