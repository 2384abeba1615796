import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe as describeHolder, isStale, takeLock } from "../../../setup/base/lock.mjs";
import { startOf } from "../../../setup/base/processes.mjs";

describe("setup: one run at a time", () => {
  let folder;
  let file;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-lock-"));
    file = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const take = (options = {}) => takeLock(file, { command: "npm start", wait: true, tell: () => undefined, pollMs: 10, ...options });
  /** A process that runs for certain and is not this one. */
  const parent = () => JSON.stringify({ pid: process.ppid, start: startOf(process.ppid), host: hostname(), command: "npm start", since: "2026-01-02T03:04:05.000Z" });

  it("is given back, and can be taken again", async () => {
    (await take())();
    assert.equal(existsSync(file), false);
    (await take())();
  });

  it("fails at once with --no-wait, and says who holds it", async () => {
    writeFileSync(file, parent());
    await assert.rejects(take({ wait: false }), new RegExp(`npm start \\(process ${process.ppid}, since 03:04:05 UTC\\) is at work in this clone`));
    assert.equal(readFileSync(file, "utf8"), parent());
  });

  it("waits for the one that runs, says so, and goes on when it has ended", async () => {
    writeFileSync(file, parent());
    const told = [];
    const taken = take({ tell: (line) => told.push(line) });
    await new Promise((resolve) => setTimeout(resolve, 60));
    rmSync(file);
    (await taken)();
    assert.equal(told.length, 1);
    assert.match(told[0], new RegExp(`process ${process.ppid}.*going on when it has ended`));
  });

  it("takes over from a process that is gone", async () => {
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, start: "1", host: hostname(), command: "npm start" }));
    const told = [];
    (await take({ tell: (line) => told.push(line) }))();
    assert.match(told.join(), /no longer runs; taken over/);
  });

  it("takes over when the process number belongs to another process now", () => {
    const holder = { pid: process.pid, start: "0", host: hostname() };
    assert.equal(isStale(holder), true);
    assert.equal(isStale({ ...holder, start: startOf(process.pid) }), false);
  });

  it("never takes over from another machine that shares the folder", () => {
    assert.equal(isStale({ pid: 2 ** 22 + 1, host: "another" }), false);
    assert.match(describeHolder({ pid: 7, host: "another", command: "npm start" }), /process 7 on another/);
  });

  it("takes over an unreadable lock", async () => {
    writeFileSync(file, "{ half");
    (await take())();
  });

  it("lets only one of many through at a time", async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const giveBack = await take();
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
        giveBack();
      }),
    );
    assert.equal(most, 1);
  });
});
