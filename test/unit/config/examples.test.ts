import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { systemIds } from "../../../systems";
import { certificate, certificateKey, load, type StackFile } from "./fixtures";

const folder = join(__dirname, "../../../examples");

describe("stack files to start from", () => {
  for (const file of readdirSync(folder)) {
    it(`${file} is taken as it stands, with all five systems`, () => {
      const { config } = parse(readFileSync(join(folder, file), "utf8")) as { readonly config: StackFile };
      const isGiven = JSON.stringify(config["stackbook:edge"] ?? {}).includes('"given"');
      const stack = load(config, { stack: "example", secrets: isGiven ? { "edge:certificate": certificate, "edge:privateKey": certificateKey } : {} });
      assert.equal(stack.platform, file.split(".")[1]);
      assert.deepEqual(stack.systems.map(({ spec }) => spec.id), systemIds);
    });
  }
});
