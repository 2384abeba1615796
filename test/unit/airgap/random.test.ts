import assert from "node:assert/strict";
import fc from "fast-check";
import { randomText, type CharacterRules } from "../../../airgap/plugins/random/characters";
import { passwordKind } from "../../../airgap/plugins/random/text";
import type { Target } from "../../../airgap/plugins/rpc/plugin";
import { isSecret, UNKNOWN, type Bag } from "../../../airgap/plugins/rpc/values";

const target: Target = { urn: "u", type: "random:index/randomPassword:RandomPassword", name: "pw" };
const count = (text: string, pattern: RegExp): number => [...text].filter((character) => pattern.test(character)).length;

describe("random text", () => {
  it("keeps length, kinds and least numbers, whatever they are", () => {
    const least = fc.integer({ min: 0, max: 5 });
    const rules = fc.record({ extra: fc.integer({ min: 0, max: 40 }), minUpper: least, minLower: least, minNumeric: least, minSpecial: least, special: fc.boolean() });
    fc.assert(
      fc.property(rules, ({ extra, special, ...min }) => {
        const length = min.minUpper + min.minLower + min.minNumeric + min.minSpecial + extra;
        const all: CharacterRules = { length, upper: true, lower: true, numeric: true, special, ...min };
        const text = randomText(all);
        assert.equal(text.length, length);
        assert.ok(count(text, /[A-Z]/) >= min.minUpper && count(text, /[a-z]/) >= min.minLower && count(text, /[0-9]/) >= min.minNumeric);
        assert.ok(count(text, /[^A-Za-z0-9]/) >= min.minSpecial);
        if (!special) assert.equal(count(text, /[^A-Za-z0-9]/), min.minSpecial);
      }),
    );
  });

  it("is different every time", () => {
    const rules = { length: 32, upper: true, lower: true, numeric: true, special: true, minUpper: 0, minLower: 0, minNumeric: 0, minSpecial: 0 };
    assert.equal(new Set(Array.from({ length: 50 }, () => randomText(rules))).size, 50);
  });
});

describe("a random password", () => {
  const kind = passwordKind();
  const check = async (news: Bag): Promise<string[]> => (await kind.check(target, {}, news, new Uint8Array())).failures.map(({ reason }) => reason);

  it("is refused when it can't be made", async () => {
    assert.deepEqual(await check({ length: 3, minUpper: 2, minLower: 2 }), ["length is 3 but the least numbers of characters add up to 4"]);
    assert.deepEqual(await check({ length: 3, upper: false, lower: false, numeric: false, special: false }), ["one of upper, lower, numeric and special must be true"]);
    assert.deepEqual(await check({}), ["length is required"]);
    assert.deepEqual(await check({ length: UNKNOWN }), []);
  });

  it("gives out its value and its hash as secrets only, and an update keeps both", async () => {
    const { outputs } = await kind.create(target, { length: 16 }, () => undefined);
    assert.ok(isSecret(outputs.result) && isSecret(outputs.bcryptHash));
    const plain = { ...outputs, result: (outputs.result).value, bcryptHash: (outputs.bcryptHash).value };
    assert.deepEqual(kind.diff(target, "none", {}, plain, { length: 16 }).changes, {});
    assert.deepEqual(kind.diff(target, "none", {}, plain, { length: 17 }).changes, { length: "updateReplace" });
    assert.deepEqual(await kind.update(target, "none", plain, { length: 16 }, () => undefined), outputs);
  });
});
