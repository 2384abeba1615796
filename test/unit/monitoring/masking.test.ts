import { strict as assert } from "node:assert";
import { masks, maskLine, replacement } from "../../../config/masking";
import { harmless, planted } from "./planted";

describe("masking of logs", () => {
  for (const { line, stays } of planted) {
    it(`hides what is planted in ${JSON.stringify(line.slice(0, 60))}`, () => {
      const result = maskLine(line);
      assert.ok(!result.includes("TOP"), result);
      assert.ok(result.includes("***"), result);
      if (stays !== undefined) assert.ok(result.includes(stays), result);
    });
  }

  for (const line of harmless) it(`leaves ${JSON.stringify(line.slice(0, 60))} as it is`, () => assert.equal(maskLine(line), line));

  it("changes nothing more the second time", () => {
    for (const { line } of planted) assert.equal(maskLine(maskLine(line)), maskLine(line), line);
  });

  it("needs every row: without it, something planted shows", () => {
    for (const mask of masks) {
      const others = masks.filter((other) => other !== mask);
      const shows = planted.some(({ line }) =>
        others.reduce((text, other) => text.replace(new RegExp(other.pattern, other.ignoreCase === true ? "gi" : "g"), replacement(other)), line) !== maskLine(line),
      );
      assert.ok(shows, mask.what);
    }
  });

  it("uses no syntax that only one of JavaScript and RE2 has", () => {
    for (const { pattern, what } of masks) {
      assert.doesNotMatch(pattern, /\(\?[^:]/, what);
      assert.doesNotMatch(pattern, /\\[1-9]|[*+?}]\+/, what);
    }
  });
});
