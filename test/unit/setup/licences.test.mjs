import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isAllowed, problemsIn } from "../../../setup/licences.mjs";

describe("licences of what is shipped", () => {
  it("are allowed when any of a choice is, and all of what belongs together", () => {
    for (const one of ["MIT", "(MIT OR GPL-3.0)", "Apache-2.0 AND MIT", "(BSD-2-Clause OR MIT OR Apache-2.0)"]) assert.ok(isAllowed(one), one);
    for (const one of ["GPL-3.0", "MIT AND GPL-3.0", "AGPL-3.0-only", "UNLICENSED", "", "SEE LICENSE IN LICENSE"]) assert.ok(!isAllowed(one), one);
  });

  const lock = (change) => ({ packages: { "": {}, "node_modules/a": { version: "1.0.0", license: "MIT", integrity: "sha512-x", ...change } } });
  it("pass, with a hash for each package", () => assert.deepEqual(problemsIn(lock({})), []));
  it("are missed when there is none, or a bad one", () => {
    assert.match(problemsIn(lock({ license: undefined }))[0], /a 1\.0\.0 has the licence none; replace it/);
    assert.match(problemsIn(lock({ license: "GPL-3.0" }))[0], /GPL-3\.0/);
  });
  it("don't matter for what only developers have; its hash does", () => {
    assert.deepEqual(problemsIn(lock({ dev: true, license: "GPL-3.0" })), []);
    assert.match(problemsIn(lock({ dev: true, integrity: undefined }))[0], /no hash/);
  });
  it("are in order in this repository", () => assert.deepEqual(problemsIn(JSON.parse(readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8"))), []));
});
