import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../../../agents/backup/src/context";
import { choose } from "../../../../agents/backup/src/restore/choice";
import { restore } from "../../../../agents/backup/src/restore/restore";
import { run } from "../../../../agents/backup/src/run";
import type { RestoreRequest } from "../../../../backups/protocol";
import { DirectoryStore } from "../../../../agents/backup/src/stores/directory";
import { FakeTarget, type Step } from "./fakeTarget";
import { eachWithRig, FakeSource, type Rig, temporaryFolder } from "./support";

const old = Buffer.from("what was backed up\n".repeat(200));
const oldKeys = Buffer.from("keys that were backed up");
const live = Buffer.from("what is there now");
const liveKeys = Buffer.from("keys that are there now");

describe("a restore by the backup agent", function () {
  this.timeout(30_000);
  let rig: Rig;
  let database: FakeTarget;
  let redis: FakeTarget;
  let context: Context;
  let backup: string;
  eachWithRig(async (fresh) => {
    rig = fresh;
    database = new FakeTarget("database", live);
    redis = new FakeTarget("redis", liveKeys, ["keys"]);
    rig.database.content = old;
    const keys = new FakeSource("redis", oldKeys, ["keys"]);
    context = rig.context({ sources: [rig.database, keys], parts: { targets: () => [database, redis] } });
    ({ backup } = await run(context, { tier: "daily", reason: "schedule" }, rig.stop.signal, rig.tell));
    // From here on the live data is what the safety backup finds.
    rig.database.content = live;
    keys.content = liveKeys;
    rig.now = new Date("2026-11-18T09:00:00Z");
  });

  const ask = (change: Partial<RestoreRequest> = {}): RestoreRequest => ({ backup: "latest", id: "r1", ...change });
  const go = (change?: Partial<RestoreRequest>) => restore(context, ask(change), rig.stop.signal, rig.tell);
  const unchanged = (): void => {
    assert.deepEqual([database.live.toString(), redis.live.toString()], [live.toString(), liveKeys.toString()]);
    assert.deepEqual([database.aside, redis.aside], [undefined, undefined]);
  };
  const isRestored = (): void => assert.deepEqual([database.live.toString(), redis.live.toString()], [old.toString(), oldKeys.toString()]);
  const corrupt = (file: string, at: number): void => {
    const bytes = rig.read(`${backup}/${file}`);
    bytes[at < 0 ? bytes.length + at : at]! ^= 1;
    rig.write(`${backup}/${file}`, bytes);
  };

  it("checks, takes a safety backup, prepares all, swaps all, and drops the old", async () => {
    const answer = await go();
    isRestored();
    assert.deepEqual(answer.tables, [{ name: "public.users", rows: old.length }, { name: "keys", rows: oldKeys.length }]);
    assert.equal(answer.safety, "motel/safety/2026-11-18T090000Z");
    const safety = (await context.vault.find(answer.safety))[0];
    assert.equal(safety.manifest?.reason, `before restore of ${backup}`);
    assert.deepEqual(database.steps, ["check", "prepare", "facts", "swap", "clean"]);
    assert.equal(database.aside, undefined);
  });

  it("does a restore of the same id once, and answers the same again", async () => {
    const first = await go();
    database.live = Buffer.from("what people have entered since");
    assert.deepEqual(await go(), first);
    assert.equal(database.live.toString(), "what people have entered since");
  });

  it("refuses an id that stood for another restore", async () => {
    await go();
    await assert.rejects(go({ only: ["redis"] }), /restore r1 was .*give a restore that is another one an id of its own/);
  });

  it("brings back one part only, when only that is asked for", async () => {
    await go({ only: ["redis"] });
    assert.deepEqual([database.live, redis.live], [live, oldKeys]);
    assert.deepEqual(database.steps, []);
  });

  it("brings back tables only of the database", async () => {
    await go({ tables: ["public.users"] });
    assert.deepEqual([database.live, redis.live], [old, liveKeys]);
  });

  it("refuses parts and tables that there are not, all at once, and touches nothing", async () => {
    await assert.rejects(go({ only: ["uploads", "redis"], tables: ["rooms"] }), (error: Error) => {
      for (const told of [/has no uploads; it has database, redis, config/, /the system has no uploads now/, /tables are of the database/, /no table or collection rooms; it has public.users/]) assert.match(error.message, told);
      return true;
    });
    unchanged();
  });

  const damages: Readonly<Record<string, readonly [() => void, RegExp]>> = {
    "a byte in the middle of the database": [() => corrupt("database.dump.gpg", 1500), /database: /],
    "the first byte of the database": [() => corrupt("database.dump.gpg", 0), /database: /],
    "the last byte of Redis": [() => corrupt("redis.rdb.gpg", -1), /redis: /],
    "a byte of a part that is not restored": [() => corrupt("config.json.gpg", 40), /config: /],
    "a digit in the manifest": [() => rig.write(`${backup}/manifest.json`, rig.read(`${backup}/manifest.json`).toString().replace(/"rows":\d/, "\"rows\":9")), /signature is wrong/],
    "a byte in the manifest's form": [() => rig.write(`${backup}/manifest.json`, rig.read(`${backup}/manifest.json`).toString().replace("{", "[")), /manifest is damaged/],
    "a space in the manifest": [() => rig.write(`${backup}/manifest.json`, `${rig.read(`${backup}/manifest.json`).toString()} `), /manifest is damaged/],
    "a truncated part": [() => rig.write(`${backup}/database.dump.gpg`, rig.read(`${backup}/database.dump.gpg`).subarray(0, -100)), /database: /],
    "a missing part": [() => rmSync(join(rig.root, backup, "redis.rdb.gpg")), /redis: store local: .*redis.rdb.gpg is missing/],
    "the parts of another backup": [() => rig.write(`${backup}/redis.rdb.gpg`, rig.read(`${backup}/config.json.gpg`)), /redis: /],
  };
  for (const [what, [damage, told]] of Object.entries(damages)) {
    it(`refuses ${what}, before anything is touched`, async () => {
      damage();
      await assert.rejects(go(), told);
      unchanged();
      assert.deepEqual(database.steps, []);
      assert.ok(!rig.files().some((file) => file.includes("/safety/")));
    });
  }

  it("refuses a backup without its key, and one that another key signed, and says which key", async () => {
    const withKey = (keys: object, keyId: string) => rig.context({ settings: { encryption: { kind: "symmetric", keyId, keys } }, parts: { targets: () => [database, redis] } });
    await assert.rejects(restore(withKey({ k2: "key-2" }, "k2"), ask(), rig.stop.signal, rig.tell), /signed with key k1, which is not here/);
    await assert.rejects(restore(withKey({ k1: "key-2" }, "k1"), ask(), rig.stop.signal, rig.tell), /signature is wrong/);
    unchanged();
  });

  it("reads old backups with their old key after a rotation", async () => {
    const rotated = rig.context({ settings: { encryption: { kind: "symmetric", keyId: "k2", keys: { k1: "key-1", k2: "key-2" } } }, sources: [rig.database], parts: { targets: () => [database, redis] } });
    const { safety } = await restore(rotated, ask(), rig.stop.signal, rig.tell);
    isRestored();
    assert.equal((await rotated.vault.find(safety))[0].manifest?.encryption.keyId, "k2");
  });

  it("takes the copy of another store when one is damaged", async () => {
    const other = temporaryFolder();
    const stores = [new DirectoryStore("local", rig.root), new DirectoryStore("other", other)];
    const both = rig.context({ stores, sources: [rig.database], parts: { targets: () => [database] } });
    rig.database.content = old;
    ({ backup } = await run(both, { tier: "daily", reason: "schedule" }, rig.stop.signal, rig.tell));
    corrupt("database.dump.gpg", 1000);
    const choice = await choose(both, ask(), rig.stop.signal, rig.tell);
    assert.equal(choice.set.store.name, "other");
    assert.match(rig.progress.join("\n"), /in store local database: /);
  });

  it("refuses what a target refuses, such as a newer server's backup, and may be repeated then", async () => {
    database.trouble = { step: "check", error: new Error("the backup is of PostgreSQL 17, this server is 16") };
    await assert.rejects(go(), /PostgreSQL 17/);
    unchanged();
    database.trouble = undefined;
    await go();
    isRestored();
  });

  it("touches nothing when no safety backup can be taken, and can be told to go on without", async () => {
    rig.database.fail = new Error("could not read block 7");
    await assert.rejects(go(), /nothing was touched: no safety backup could be taken \(database: could not read block 7\)/);
    unchanged();
    assert.equal((await go({ withoutSafety: true })).safety, "");
    isRestored();
  });

  const troubles: readonly (readonly [Step, "database" | "redis", boolean])[] = [
    ["prepare", "database", false], ["prepare", "redis", false], ["facts", "redis", false],
    ["swap", "database", false], ["swap", "database", true], ["swap", "redis", false], ["swap", "redis", true],
  ];
  for (const [step, part, after] of troubles) {
    it(`puts everything back when ${part}'s ${step} fails${after ? " after it was done" : ""}, says so, and refuses the same id`, async () => {
      const target = part === "database" ? database : redis;
      target.trouble = { step, error: new Error("the server went away"), after };
      await assert.rejects(go(), /restore of motel\/daily\/2026-11-18T010000Z failed: the server went away\nWhat was there before is in place again, unchanged; the safety backup is motel\/safety\//);
      unchanged();
      target.trouble = undefined;
      await assert.rejects(go(), /restore r1 failed before, and is not repeated: the server went away/);
      unchanged();
      await go({ id: "r2" });
      isRestored();
    });
  }

  it("puts nothing live whose content is not that of the manifest", async () => {
    redis.load = (plain) => plain.subarray(1);
    await assert.rejects(go(), /redis is not what was backed up: keys has 23 rows, expected 24/);
    unchanged();
  });

  it("says so when even putting back fails, and puts back when it is run again", async () => {
    redis.trouble = { step: "swap", error: new Error("the server went away") };
    const revert = database.revert.bind(database);
    database.revert = () => Promise.reject(new Error("still away"));
    await assert.rejects(go(), /failed \(the server went away\), and putting back what was there before failed as well \(database was not put back: still away\); the safety backup is .*; run the same restore again to put it back/);
    assert.notEqual(database.aside, undefined);
    database.revert = revert;
    redis.trouble = undefined;
    await assert.rejects(go(), /restore r1 failed before/);
    unchanged();
  });

  it("may be run again with the same id when it was told to stop", async () => {
    database.load = (plain) => {
      rig.stop.abort(new Error("told to stop"));
      return plain;
    };
    await assert.rejects(go(), /was stopped\nWhat was there before is in place again/);
    unchanged();
    database.load = (plain) => plain;
    await restore(context, ask(), new AbortController().signal, rig.tell);
    isRestored();
  });

  describe("that was killed", () => {
    /** As after SIGKILL: nothing is caught, only files and servers are left. */
    const killAt = async (target: FakeTarget, step: "prepare" | "swap" | "clean", after: boolean): Promise<void> => {
      const real = target[step].bind(target) as (...args: unknown[]) => Promise<void>;
      let reached: () => void = () => undefined;
      const there = new Promise<void>((resolve) => (reached = resolve));
      target[step] = async (...args: unknown[]): Promise<void> => {
        if (after) await real(...args);
        reached();
        return new Promise(() => undefined);
      };
      // Its locks would be freed by the kernel.
      context = rig.context({ sources: [rig.database], parts: { targets: () => [database, redis] } });
      context.lockFiles = () => [];
      void go();
      await there;
      target[step] = real;
    };
    const cuts = [["prepare", "database"], ["prepare", "redis"], ["swap", "database"], ["swap", "redis"], ["clean", "database"], ["clean", "redis"]] as const;
    for (const [step, part] of cuts) {
      for (const after of [false, true]) {
        it(`${after ? "after" : "before"} ${part}'s ${step} ends well when it is run again`, async () => {
          await killAt(part === "database" ? database : redis, step, after);
          await go();
          isRestored();
          assert.deepEqual([database.aside, redis.aside], [undefined, undefined]);
        });
      }
    }

    it("goes on with the backup it began with, though another one is the latest now", async () => {
      await killAt(redis, "swap", false);
      rig.database.content = Buffer.from("newer");
      rig.now = new Date("2026-11-18T10:00:00Z");
      await run(context, { tier: "daily", reason: "schedule" }, rig.stop.signal, rig.tell);
      assert.equal((await go()).backup, backup);
      isRestored();
    });
  });
});
