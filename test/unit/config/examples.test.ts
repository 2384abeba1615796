import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { systemIds } from "../../../systems";
import { load, type StackFile } from "./fixtures";

const folder = join(__dirname, "../../../examples");

describe("stack files to start from", () => {
  for (const file of readdirSync(folder)) {
    it(`${file} is taken as it stands, with all five systems`, () => {
      const { config } = parse(readFileSync(join(folder, file), "utf8")) as { readonly config: StackFile };
      const stack = load(config, { stack: "example" });
      assert.equal(stack.platform, file.split(".")[1]);
      assert.deepEqual(stack.systems.map(({ spec }) => spec.id), systemIds);
    });
  }
});
