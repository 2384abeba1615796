import assert from "node:assert/strict";
import type { BackupEntry } from "../../../../backups/protocol";
import { checks } from "../../../../operations/routine/checks";
import { backup, FakeLooking, series, type Given } from "./support";

describe("backups of a list", () => {
  const done = (backups: readonly BackupEntry[], given: Given = {}) => checks.backupDone(new FakeLooking({ backups, ...given }), "motel");
  const earlier = backup({ backup: "motel/daily/2026-11-20T020000Z", startedAt: "2026-11-20T02:00:00.000Z", ageSeconds: 32 * 3600 });

  it("are good when the newest is young, whole and in every store; no monitoring is needed", async () => {
    const finding = await done([backup(), earlier]);
    assert.deepEqual([finding.verdict, finding.says], ["good", "motel/daily/2026-11-21T020000Z, 3.8 MiB, 8 h old"]);
  });

  const bad: readonly (readonly [string, readonly BackupEntry[], RegExp])[] = [
    ["there is none", [], /^there is no backup$/],
    ["only a safety copy is young", [backup({ tier: "safety" })], /^there is no backup$/],
    ["it is too old", [earlier], /: age 32 h \(limit 26 h\)$/],
    ["it has half the size of the one before", [backup({ bytes: 1_900_000 }), earlier], /size against the one before 0\.47 times \(limit 0\.5 times\)/],
    ["one is damaged", [backup(), backup({ backup: earlier.backup, problem: "its signature is wrong" })], /3\.8 MiB, 8 h old; motel\/daily\/2026-11-20T020000Z in local is damaged: its signature is wrong$/],
  ];
  for (const [why, backups, says] of bad) {
    it(`are bad when ${why}`, async () => {
      const finding = await done(backups);
      assert.equal(finding.verdict, "bad");
      assert.match(finding.says, says);
      assert.equal(finding.run?.[0], "npx stackbook --stack prod backup motel");
    });
  }

  it("are bad when a store doesn't have the newest", async () => {
    const facts = { backups: { stores: [{ name: "local", where: "" }, { name: "offsite", where: "" }], encryption: "symmetric", drill: { day: "sunday", at: "04:00" } } } as const;
    const finding = await done([backup(), earlier], { facts });
    assert.deepEqual([finding.verdict, finding.details], ["bad", ["offsite doesn't have it"]]);
  });

  it("of SMS are due twice a day", async () => {
    const finding = await checks.backupDone(new FakeLooking({ backups: [backup({ ageSeconds: 14 * 3600 })] }), "sms");
    assert.match(finding.says, /age 14 h \(limit 13 h\)$/);
  });

  it("that are switched off are bad: every runbook wants them", async () => {
    for (const check of ["backupDone", "backupWhole", "backupKept", "drill"] as const) {
      const finding = await checks[check](new FakeLooking({ outputs: { backups: {} } }), "motel");
      assert.deepEqual([finding.verdict, finding.says], ["bad", "it is not backed up"]);
    }
  });

  it("are read again whole, and a damaged part is named", async () => {
    const asked: string[] = [];
    const answer = (parts: object) => ({ exec: (container: string, command: readonly string[]) => (asked.push(`${container} ${command.at(-1) ?? ""}`), Promise.resolve({ code: 0, out: JSON.stringify({ backup: "motel/daily/x", parts }), err: "" })) });
    const whole = await checks.backupWhole(new FakeLooking({ engine: answer([{ name: "database", ok: true }]) }), "motel");
    assert.deepEqual([whole.verdict, whole.says], ["good", "motel/daily/x: all 1 parts are whole and open"]);
    assert.deepEqual(asked, ["motel-backup verify"]);
    const broken = await checks.backupWhole(new FakeLooking({ engine: answer([{ name: "database", ok: false, problem: "its checksum is another one" }, { name: "redis", ok: true }]) }), "motel");
    assert.deepEqual([broken.verdict, broken.says], ["bad", "motel/daily/x is damaged: database (its checksum is another one)"]);
  });

  it("that are kept too long, or missing a tier, are told", async () => {
    const day = 86_400;
    const of = (backups: readonly BackupEntry[]) => checks.backupKept(new FakeLooking({ backups }), "mps");
    const daily = Array.from({ length: 20 }, (_, at) => backup({ backup: `mps/daily/${at}`, ageSeconds: at * day }));
    const weekly = backup({ backup: "mps/weekly/1", tier: "weekly", ageSeconds: 3 * day });
    assert.equal((await of([...daily.slice(0, 5)])).verdict, "good", "a young stack has no weekly set yet");
    assert.deepEqual((await of(daily)).details, ["there is no weekly set"]);
    assert.equal((await of([...daily, weekly])).verdict, "good");
    const old = await of([...daily, weekly, backup({ backup: "mps/monthly/0", tier: "monthly", ageSeconds: 5 * day }), backup({ backup: "mps/daily/old", ageSeconds: 40 * day })]);
    assert.deepEqual([old.verdict, old.details], ["bad", ["mps/daily/old is 40 days old, daily sets are kept 30 days"]]);
  });

  it("were restored for a rehearsal, when and with what RTO; SMS has promised one", async () => {
    const rehearsed = [backup({ drilledAt: "2026-11-19T04:00:00Z" })];
    const of = (backups: readonly BackupEntry[], rto = 20, failed = 0) => checks.drill(new FakeLooking({ backups, figures: { failed: [series(failed)], seconds: [series(rto)], age: [series(7200)] } }), "sms");
    const good = await of(rehearsed);
    assert.deepEqual([good.verdict, good.says], ["good", "a restore was rehearsed 2.25 days ago, RTO 20 s, RPO 2 h"]);
    assert.match((await of(rehearsed, 1000)).says, /RTO 16\.7 min \(limit 15 min\)/);
    assert.equal((await of(rehearsed, 20, 1)).verdict, "bad");
    assert.match((await of([backup({ drilledAt: "2026-11-10T04:00:00Z" })])).says, /age 11\.3 days \(limit 8 days\)/);
    assert.deepEqual([(await of([backup()])).verdict, (await of([backup({ ageSeconds: 9 * 86_400 })])).verdict], ["look", "bad"], "none yet: of a young stack, of an old one");
    const listed = await checks.drill(new FakeLooking({ backups: rehearsed }), "motel");
    assert.deepEqual([listed.verdict, listed.says], ["good", "a restore was rehearsed 2.25 days ago"], "known without monitoring");
  });

  it("to a public key are rehearsed elsewhere, which this host can't see", async () => {
    const finding = await checks.drill(new FakeLooking({ facts: { backups: { stores: [], encryption: "publicKey" } } }), "motel");
    assert.equal(finding.verdict, "unknown");
  });
});
