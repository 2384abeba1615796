import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programCommit, programText } from "../../../components/release/commit";

describe("the text of a program", () => {
  let folder: string;
  const git = (...args: readonly string[]): string => execFileSync("git", ["-C", folder, "-c", "user.name=Test", "-c", "user.email=test@example.org", ...args], { encoding: "utf8" }).trim();
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const commit = (): void => {
    git("add", "--all");
    git("commit", "--quiet", "--message", "A change");
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-program-"));
    git("init", "--quiet");
    for (const name of ["components", "docs", "operations"]) mkdirSync(join(folder, name));
    for (const name of ["components/a.ts", "docs/a.md", "operations/a.ts", "index.ts", "Pulumi.prod.yaml"]) write(name, "1");
    commit();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the same while only what an update never reads changes", async () => {
    const before = await programText(folder);
    for (const name of ["docs/a.md", "operations/a.ts", "Pulumi.prod.yaml"]) write(name, "2");
    assert.equal(await programText(folder), before);
    assert.deepEqual(await programCommit(folder), { commit: git("rev-parse", "HEAD"), dirty: false });
    commit();
    assert.equal(await programText(folder), before);
  });

  it("is another one with each change of the program, committed or not", async () => {
    const before = await programText(folder);
    write("components/a.ts", "2");
    const edited = await programText(folder);
    assert.notEqual(edited, before);
    assert.equal((await programCommit(folder)).dirty, true);
    commit();
    assert.notEqual(await programText(folder), before);
    assert.equal((await programCommit(folder)).dirty, false);
  });

  it("is nobody's where there is no git", async () => {
    rmSync(join(folder, ".git"), { recursive: true });
    assert.equal(await programText(folder), "");
    assert.deepEqual(await programCommit(folder), {});
  });
});
