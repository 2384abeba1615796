import assert from "node:assert/strict";
import { withoutPromiseTraces } from "../../../runtime/stacks";

describe("stack traces", () => {
  const from = (file: string): NodeJS.CallSite[] => [{ getFileName: () => file } as NodeJS.CallSite];
  const prepare = withoutPromiseTraces((error, frames) => `${error.message} in ${frames[0]?.getFileName()}`);

  it("are left out for Pulumi's own promises", () => {
    // The file is looked for by its name: should Pulumi move it, this says so.
    assert.equal(prepare(new Error("leak"), from(require.resolve("@pulumi/pulumi/runtime/debuggable.js"))), "Error: leak");
  });

  it("are whole for every other error", () => {
    assert.equal(prepare(new Error("wrong"), from("/clone/components/system.ts")), "wrong in /clone/components/system.ts");
    assert.equal(prepare(new Error("wrong"), []), "wrong in undefined");
  });
});
