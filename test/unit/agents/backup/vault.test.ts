import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { Readable } from "node:stream";
import { execute } from "../../../../agents/backup/src/commands";
import type { Context } from "../../../../agents/backup/src/context";
import { drill } from "../../../../agents/backup/src/drill";
import { run } from "../../../../agents/backup/src/run";
import { enforceRetention } from "../../../../agents/backup/src/retention";
import type { Throwaway } from "../../../../agents/backup/src/sources/types";
import { DirectoryStore } from "../../../../agents/backup/src/stores/directory";
import { StoreError } from "../../../../agents/backup/src/stores/store";
import { verify } from "../../../../agents/backup/src/verify";
import type { BackupEntry } from "../../../../backups/protocol";
import type { DrillCheck } from "../../../../backups/settings";
import { eachWithRig, factOf, type Rig, temporaryFolder } from "./support";

describe("the backup agent's vault", function () {
  this.timeout(30_000);
  let rig: Rig;
  eachWithRig((fresh) => void (rig = fresh));

  const backUp = (context: Context, tier: "daily" | "deploy" | "safety" = "daily") => run(context, { tier, reason: "test" }, rig.stop.signal, rig.tell);
  const list = (context: Context) => execute(context, "list", "{}", rig.stop.signal, rig.tell) as Promise<BackupEntry[]>;
  const at = (moment: string): void => void (rig.now = new Date(moment));
  const corrupt = (name: string): void => {
    const bytes = rig.read(name);
    bytes[bytes.length - 5]! ^= 4;
    rig.write(name, bytes);
  };

  describe("lists", () => {
    it("age, size, contents, release, reason and key of each backup in each store, newest first", async () => {
      const other = temporaryFolder();
      const context = rig.context({ stores: [new DirectoryStore("local", rig.root), new DirectoryStore("other", other)] });
      await backUp(context);
      at("2026-11-19T01:00:00Z");
      await backUp(context, "deploy");
      at("2026-11-19T02:00:00Z");
      const entries = await list(context);
      assert.deepEqual(entries.map(({ backup, store }) => [backup, store]), [
        ["motel/deploy/2026-11-19T010000Z", "local"], ["motel/deploy/2026-11-19T010000Z", "other"], ["motel/daily/2026-11-18T010000Z", "local"], ["motel/daily/2026-11-18T010000Z", "other"],
      ]);
      const { bytes, ...first } = entries[0]!;
      assert.ok(bytes > 100);
      assert.deepEqual(first, {
        backup: "motel/deploy/2026-11-19T010000Z", store: "local", tier: "deploy", startedAt: "2026-11-19T01:00:00.000Z", ageSeconds: 3600, parts: ["database", "config"],
        version: "1.2.3", reason: "test", keyId: "k1", readable: true, verifiedAt: null, drilledAt: null,
      });
    });

    it("no folder without a manifest, no file that is being written, and nothing that is not ours", async () => {
      await backUp(rig.context());
      for (const folder of ["motel/daily/2026-11-20T010000Z", "motel/daily/yesterday", "motel/other/2026-11-20T010000Z", "mps/daily/2026-11-20T010000Z"]) mkdirSync(`${rig.root}/${folder}`, { recursive: true });
      rig.write("motel/daily/2026-11-20T010000Z/database.dump.gpg", "half");
      rig.write("motel/daily/2026-11-20T010000Z/.manifest.json.ab12.partial", "{}");
      rig.write("motel/daily/yesterday/manifest.json", "{}");
      rig.write("motel/other/2026-11-20T010000Z/manifest.json", "{}");
      rig.write("mps/daily/2026-11-20T010000Z/manifest.json", "{}");
      assert.deepEqual((await list(rig.context())).map(({ backup }) => backup), ["motel/daily/2026-11-18T010000Z"]);
    });

    it("a backup whose manifest is damaged with its problem, and refuses it as the latest", async () => {
      const context = rig.context();
      const { backup } = await backUp(context);
      const whole = rig.read(`${backup}/manifest.json`);
      corrupt(`${backup}/manifest.json`);
      assert.match((await list(context))[0]?.problem ?? "", /signature is wrong/);
      rig.write(`${backup}/manifest.json`, whole.subarray(0, -9));
      const [entry] = await list(context);
      assert.deepEqual([entry?.tier, entry?.startedAt], ["daily", "2026-11-18T01:00:00Z"]);
      assert.match(entry?.problem ?? "", /the manifest is damaged: it is no JSON/);
      await assert.rejects(verify(context, "latest", rig.stop.signal, rig.tell), /motel\/daily\/2026-11-18T010000Z in store local is refused/);
    });

    it("a backup of a key that is not here as not readable, which is no damage", async () => {
      await backUp(rig.context());
      const [entry] = await list(rig.context({ settings: { encryption: { kind: "symmetric", keyId: "k2", keys: { k2: "key-2" } } } }));
      assert.deepEqual([entry?.readable, entry?.keyId, entry?.problem], [false, "k1", undefined]);
    });

    it("what the others have when a store is away, and tells of it; an error when all are", async () => {
      const away = new DirectoryStore("away", "/nowhere/at/all");
      await backUp(rig.context());
      assert.equal((await list(rig.context({ stores: [away, new DirectoryStore("local", rig.root)] }))).length, 1);
      assert.match(rig.progress.join("\n"), /store away: \/nowhere\/at\/all can't be reached: it is not there; is the volume mounted\?/);
      await assert.rejects(list(rig.context({ stores: [away] })), /store away/);
    });
  });

  it("finds backups by folder, by tier and time, and the latest, which is never one kept for safety's sake", async () => {
    const context = rig.context();
    const { backup } = await backUp(context);
    at("2026-11-19T01:00:00Z");
    await backUp(context, "safety");
    for (const name of ["latest", backup, "daily/2026-11-18T010000Z"]) assert.equal((await context.vault.find(name))[0].backup, backup);
    await assert.rejects(context.vault.find("daily/2026-01-01T000000Z"), /there is no backup motel\/daily\/2026-01-01T000000Z in local; give latest or one of the list, such as motel\//);
    await assert.rejects(context.vault.find("mps/daily/2026-01-01T000000Z"), /is not a backup of motel/);
  });

  it("verifies every byte in every store, marks what is whole, and says which part of which store is not", async () => {
    const other = temporaryFolder();
    const context = rig.context({ stores: [new DirectoryStore("local", rig.root), new DirectoryStore("other", other)] });
    const { backup } = await backUp(context);
    assert.deepEqual(await verify(context, "latest", rig.stop.signal, rig.tell), { backup, parts: [{ name: "database", ok: true }, { name: "config", ok: true }] });
    assert.deepEqual((await list(context)).map(({ verifiedAt }) => verifiedAt), ["2026-11-18T01:00:00.000Z", "2026-11-18T01:00:00.000Z"]);
    assert.equal(context.state.value.figures.lastVerified, Date.parse("2026-11-18T01:00:00Z") / 1000);
    at("2026-11-19T01:00:00Z");
    corrupt(`${backup}/database.dump.gpg`);
    const { parts } = await verify(context, "latest", rig.stop.signal, rig.tell);
    assert.deepEqual(parts.map(({ name, ok }) => [name, ok]), [["database", false], ["config", true]]);
    assert.match(parts[0]?.problem ?? "", /gpg ended with 2|database.dump.gpg in store local has the checksum/);
    assert.equal(context.state.value.figures.lastVerified, Date.parse("2026-11-18T01:00:00Z") / 1000);
    assert.deepEqual((await list(context)).map(({ store, verifiedAt }) => [store, verifiedAt]), [["local", "2026-11-18T01:00:00.000Z"], ["other", "2026-11-19T01:00:00.000Z"]]);
  });

  it("keeps a mark itself where it may not write", async () => {
    const context = rig.context();
    await backUp(context);
    class ReadOnly extends DirectoryStore {
      override put(): Promise<void> {
        return Promise.reject(new StoreError(this.name, "it is mounted read-only"));
      }
    }
    const drilling = rig.context({ role: "drill", stores: [new ReadOnly("local", rig.root)] });
    await verify(drilling, "latest", rig.stop.signal, rig.tell);
    assert.equal((await list(drilling))[0]?.verifiedAt, "2026-11-18T01:00:00.000Z");
    assert.equal((await list(context))[0]?.verifiedAt, null);
  });

  describe("drills", () => {
    /** A server that has loaded what it was given, and answers what the test says. */
    const server = (answers: Readonly<Record<string, string>>, load: (plain: Buffer) => Buffer = (plain) => plain) => {
      const log: string[] = [];
      const made: Throwaway = {
        async load(manifest, open) {
          const plain = Buffer.concat(await (await open("database")).toArray() as Buffer[]);
          log.push(`loaded ${manifest.timestamp}`);
          return { database: [factOf("public.users", load(plain))] };
        },
        ask: ({ name }) => (answers[name] === undefined ? Promise.reject(new Error("relation does not exist")) : Promise.resolve(answers[name])),
        stop: () => Promise.resolve(void log.push("stopped")),
      };
      return { log, throwaway: () => Promise.resolve(made) };
    };
    const checks: DrillCheck[] = [{ name: "rooms", sql: "select count(*) from rooms", expect: "12" }, { name: "guests", collection: "guests", filter: {}, atLeast: 3 }];
    const settings = { drill: { day: "sunday", at: "04:00", checks } };

    it("the newest backup, compares its facts, asks the user's questions, marks it and tells how long it took", async () => {
      const { log, throwaway } = server({ rooms: "12", guests: "3" });
      const context = rig.context({ settings, role: "drill", parts: { throwaway } });
      const { backup } = await backUp(context);
      at("2026-11-18T13:00:00Z");
      const answer = await drill(context, "latest", rig.stop.signal, rig.tell);
      assert.deepEqual({ ...answer, seconds: 0 }, {
        backup, ok: true, seconds: 0, ageSeconds: 43_200, tables: [{ name: "public.users", rows: rig.database.content.length, ok: true }],
        checks: [{ name: "rooms", ok: true }, { name: "guests", ok: true }],
      });
      assert.deepEqual(log, ["loaded 2026-11-18T010000Z", "stopped"]);
      assert.equal((await list(context))[0]?.drilledAt, "2026-11-18T13:00:00.000Z");
      const { lastDrill, lastDrillFailed, drillAge } = context.state.value.figures;
      assert.deepEqual([lastDrill, lastDrillFailed, drillAge], [Date.parse("2026-11-18T13:00:00Z") / 1000, 0, 43_200]);
    });

    it("and fails for a table that differs, and for an answer that does", async () => {
      const { throwaway } = server({ rooms: "11" }, (plain) => plain.subarray(1));
      const context = rig.context({ settings, role: "drill", parts: { throwaway } });
      await backUp(context);
      const answer = await drill(context, "latest", rig.stop.signal, rig.tell);
      assert.equal(answer.ok, false);
      assert.match(answer.tables[0]?.problem ?? "", /rows, expected/);
      assert.deepEqual(answer.checks.map(({ problem }) => problem), ["the answer is \"11\", expected \"12\"", "can't be asked: relation does not exist"]);
      assert.equal(context.state.value.figures.lastDrillFailed, 1);
      assert.equal((await list(context))[0]?.drilledAt, null);
    });

    it("and fails for a damaged backup, with the server stopped", async () => {
      const { log, throwaway } = server({});
      const context = rig.context({ role: "drill", parts: { throwaway } });
      const { backup } = await backUp(context);
      corrupt(`${backup}/database.dump.gpg`);
      await assert.rejects(drill(context, "latest", rig.stop.signal, rig.tell));
      assert.deepEqual(log, ["stopped"]);
      assert.equal(context.state.value.figures.lastDrillFailed, 1);
    });
  });

  describe("keeps to retention", () => {
    const nights = async (context: Context, from: string, count: number): Promise<void> => {
      for (let night = 0; night < count; night += 1) {
        rig.now = new Date(Date.parse(from) + night * 86_400_000);
        await backUp(context);
        await verify(context, "latest", rig.stop.signal, rig.tell);
      }
    };
    const retention = { daily: { days: 3 }, weekly: { days: 14 }, monthly: { days: 62 }, deploy: { days: 9 }, safety: { days: 2 } };
    const kept = async (context: Context): Promise<string[]> => (await list(context)).map(({ backup }) => backup.slice("motel/".length, -"T010000Z".length));

    it("copies Monday's and the 1st's sets, and removes what has had its time", async () => {
      const context = rig.context({ settings: { retention, timeZone: "UTC" } });
      await nights(context, "2026-11-20T01:00:00Z", 13);
      assert.deepEqual(await kept(context), [
        "monthly/2026-12-01", "daily/2026-12-02", "daily/2026-12-01", "daily/2026-11-30", "daily/2026-11-29", "weekly/2026-11-30", "weekly/2026-11-23",
      ].sort((one, other) => other.slice(-10).localeCompare(one.slice(-10)) || ["daily", "weekly", "monthly"].indexOf(one.split("/")[0]!) - ["daily", "weekly", "monthly"].indexOf(other.split("/")[0]!)));
      const { parts } = await verify(context, "monthly/2026-12-01T010000Z", rig.stop.signal, rig.tell);
      assert.ok(parts.every(({ ok }) => ok));
    });

    it("never removes the newest verified set, however old, and nothing while the clock can't be trusted", async () => {
      const context = rig.context({ settings: { retention, timeZone: "UTC" } });
      await nights(context, "2026-11-25T01:00:00Z", 3);
      at("2027-06-01T01:00:00Z");
      context.clockTrusted = false;
      await enforceRetention(context);
      assert.equal((await kept(context)).length, 3);
      context.clockTrusted = true;
      await enforceRetention(context);
      assert.deepEqual(await kept(context), ["daily/2026-11-27"]);
    });

    it("removes after a day what killed runs have left, and nothing of one that may be under way", async () => {
      const context = rig.context();
      const { utimesSync } = await import("node:fs");
      for (const [name, ageHours] of [["2026-11-16T010000Z", 48], ["2026-11-18T003000Z", 0.5]] as const) {
        mkdirSync(`${rig.root}/motel/daily/${name}`, { recursive: true });
        for (const file of ["database.dump.gpg", ".redis.rdb.gpg.aabb.partial"]) {
          rig.write(`motel/daily/${name}/${file}`, "half");
          const moment = new Date(rig.now.getTime() - ageHours * 3_600_000);
          utimesSync(`${rig.root}/motel/daily/${name}/${file}`, moment, moment);
        }
      }
      await enforceRetention(context);
      assert.deepEqual(rig.files(), ["motel/daily/2026-11-18T003000Z/.redis.rdb.gpg.aabb.partial", "motel/daily/2026-11-18T003000Z/database.dump.gpg"]);
    });
  });

  it("never writes over a file, whoever else writes the same at once", async () => {
    const store = new DirectoryStore("local", rig.root);
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, at_) => store.put("motel/x", Readable.from([Buffer.from(String(at_))]))));
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    assert.deepEqual(rig.files(), ["motel/x"]);
    await assert.rejects(store.copy("motel/x", "motel/x"), { name: "ExistsError" });
    await assert.rejects(store.put("../x", Readable.from([])), /no name of an object/);
  });
});
