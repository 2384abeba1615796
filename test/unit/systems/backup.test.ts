import assert from "node:assert/strict";
import { systemIds, systems, type BackupSpec, type SystemId } from "../../../systems";

/** The B table of the requirements, restated from the runbooks. */
const table: Record<SystemId, BackupSpec> = {
  mps: { at: "02:00", everyHours: 24, parts: ["database", "redis"], kept: { dailyDays: 30, weeklyWeeks: 12, monthlyMonths: 12 } },
  fetms: { at: "02:00", everyHours: 24, parts: ["database", "uploads"], kept: { dailyDays: 7, weeklyWeeks: 4, monthlyMonths: 3 } },
  memo: { at: "02:00", everyHours: 24, parts: ["database"], kept: { dailyDays: 30 } },
  motel: { at: "02:00", everyHours: 24, parts: ["database", "redis"], kept: { dailyDays: 30 } },
  sms: { at: "02:00", everyHours: 12, parts: ["database"], kept: { dailyDays: 30 } },
};

describe("the catalogue's backups", () => {
  for (const id of systemIds) {
    it(`are when, what and for how long the runbook of ${id} says`, () => assert.deepEqual(systems[id].backup, table[id]));

    it(`have a part for everything that ${id} may not lose, and none that it hasn't`, () => {
      const { backup, redis, uploads } = systems[id];
      assert.ok(backup.parts.includes("database"));
      assert.equal(backup.parts.includes("uploads"), uploads !== undefined);
      assert.ok(!backup.parts.includes("redis") || redis !== undefined);
      // What is written through to disk, or queues work, is no cache.
      if (redis?.appendOnly === true) assert.ok(backup.parts.includes("redis"));
    });
  }

  it("of SMS hold its recovery point of 24 hours when one of them fails", () => assert.ok(2 * systems.sms.backup.everyHours <= 24));
});
