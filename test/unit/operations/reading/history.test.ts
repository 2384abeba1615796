import assert from "node:assert/strict";
import { joinUpdates, readUpdates, versionChanges, type HistoryEntry } from "../../../../operations/reading/updates";
import { noCli, stackbook } from "../support/fakes";
import { history, release, watchedEngine, watchedStack } from "../support/watched";

const entry = (change: Partial<HistoryEntry>): HistoryEntry => ({ kind: "update", startTime: "2026-11-21T09:00:00.000Z", endTime: "2026-11-21T09:00:30.000Z", result: "succeeded", ...change });

describe("updates of a stack", () => {
  it("have the number of the release that was recorded while they ran", () => {
    const records = { release: release(3, { at: "2026-11-23T09:00:30.900Z" }, "1.2.0"), releases: [release(2, { at: "2026-11-22T09:00:10.000Z" }, "1.1.0"), release(1, {}, "1.0.0")] };
    const updates = joinUpdates([
      entry({ startTime: "2026-11-23T09:00:00.000Z", endTime: "2026-11-23T09:00:30.000Z" }), entry({ startTime: "2026-11-22T10:00:00.000Z", endTime: "2026-11-22T10:00:30.000Z", result: "failed" }),
      entry({ startTime: "2026-11-22T09:00:00.000Z", endTime: "2026-11-22T09:00:30.000Z" }),
    ], records);
    assert.deepEqual(updates.map(({ release: number, versions }) => [number, versions]), [[3, ["motel 1.1.0 -> 1.2.0"]], [undefined, []], [2, ["motel 1.0.0 -> 1.1.0"]]]);
  });

  it("tell what, who and why from the message of a command, else from the record, else from the commit", () => {
    const said = (change: Partial<HistoryEntry>, record?: ReturnType<typeof release>): unknown[] => {
      const [update] = joinUpdates([entry(change)], record === undefined ? {} : { release: record });
      return [update?.what, update?.who, update?.why];
    };
    assert.deepEqual(said({ message: "deploy motel 1.1.0 (by ana@desk): lower prices" }), ["deploy motel 1.1.0", "ana@desk", "lower prices"]);
    assert.deepEqual(said({ message: "npm start: motel (by root@vm)" }), ["npm start: motel", "root@vm", undefined]);
    assert.deepEqual(said({ message: "Fix it\n\nLong words", environment: { "git.author": "Ana" } }), ["Fix it", "Ana", undefined]);
    const during = { at: "2026-11-21T09:00:10.000Z" };
    assert.deepEqual(said({ message: "Fix it" }, release(1, during)), ["deploy motel 1.0.0", "ana@desk", "new prices"]);
    assert.deepEqual(said({ message: "Fix it" }, release(1, { ...during, operation: { command: "pulumi up", what: "pulumi up", who: "eve@desk" } })), ["Fix it", "eve@desk", undefined]);
    assert.deepEqual(said({}), ["pulumi up", undefined, undefined]);
  });

  it("tell which versions came, went and changed, and nothing that the record does not reach", () => {
    const before = release(4);
    assert.deepEqual(versionChanges(before, release(5, {}, "1.1.0")), ["motel 1.0.0 -> 1.1.0"]);
    assert.deepEqual(versionChanges(before, { ...release(5), systems: { memo: { version: "2", slot: "a", images: { backend: "", frontend: "" } } } }), ["memo 2", "motel 1.0.0 stopped"]);
    assert.deepEqual(versionChanges(undefined, release(1)), ["motel 1.0.0"]);
    assert.deepEqual(versionChanges(undefined, release(31)), []);
  });

  it("still run, or were killed, without an end", () => {
    const [running] = joinUpdates([entry({ result: "in-progress", endTime: "1970-01-01T00:00:00.000Z" })], {});
    assert.equal(running?.endedAt, undefined);
  });

  it("are asked for by number, and all of them where that is wished", async () => {
    const asked: string[] = [];
    const cli = { ...noCli, run: (args: readonly string[]) => (asked.push(args.join(" ")), Promise.resolve("[]")) };
    await readUpdates(cli, {}, 3);
    await readUpdates(cli, {}, undefined);
    assert.deepEqual(asked, ["stack history --json --page-size 3", "stack history --json --page-size 0"]);
  });

  it("of a stack from before there was a record are shown all the same", () => {
    const old = { release: { motel: { version: "1.0.0", slot: "a", images: {} } } } as unknown as Parameters<typeof joinUpdates>[1];
    assert.equal(joinUpdates([entry({})], old)[0]?.release, undefined);
  });
});

describe("stackbook history", () => {
  it("lists updates, newest first, with what each made", async () => {
    const { code, out } = await stackbook(["history"], watchedStack({ outputs: { release: release(1, { at: "2026-11-21T09:00:30.000Z" }) } }), watchedEngine());
    assert.equal(code, 0);
    assert.equal(out, `#  WHEN (UTC)        RESULT     WHAT                              WHO       VERSIONS
-  2026-11-21 09:30  failed     deploy motel 1.1.0: lower prices  ana@desk
1  2026-11-21 09:00  succeeded  deploy motel 1.0.0: new prices    ana@desk  motel 1.0.0
`);
  });

  it("speaks JSON, and says when there are none", async () => {
    const { out } = await stackbook(["history", "--json"], watchedStack(), watchedEngine());
    const { updates } = JSON.parse(out) as { updates: { changes: unknown; result: string }[] };
    assert.deepEqual(updates.map(({ changes, result }) => [result, changes]), [["failed", { update: 1 }], ["succeeded", { create: 3 }]]);
    assert.equal((await stackbook(["history"], watchedStack({ history: [] }), watchedEngine())).out, "The stack dev has no updates yet.\n");
  });

  it("refuses a limit that is none", async () => {
    const { code, err } = await stackbook(["history", "--limit", "0"], watchedStack({ history }), watchedEngine());
    assert.equal(code, 2);
    assert.match(err, /--limit is 0: use a whole number, 1-1000\n {2}--all shows every update/);
  });
});
