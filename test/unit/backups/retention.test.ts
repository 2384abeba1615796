import { strict as assert } from "node:assert";
import { timestampOf } from "../../../backups/layout";
import type { Tier } from "../../../backups/manifest";
import { expiredSets, expiryOf, isKept, months, removalOrder, retention, updatesKept, type KeptSet } from "../../../backups/retention";

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1, 2);

function set(tier: Tier, dayNumber: number, verified = true): KeptSet {
  const moment = new Date(start + dayNumber * day);
  return { tier, timestamp: timestampOf(moment), finishedAt: new Date(moment.getTime() + 180_000).toISOString(), verified };
}

const at = (dayNumber: number): Date => new Date(start + dayNumber * day);
const removed = (sets: readonly KeptSet[], now: Date): string[] => expiredSets(sets, retention.mps, now).map(({ tier, timestamp }) => `${tier}/${timestamp}`);

describe("retention", () => {
  it("has the runbooks' table, in days that are never too few", () => {
    assert.deepEqual(retention.mps, { daily: { days: 30 }, weekly: { days: 84 }, monthly: { days: 366 }, deploy: { days: 90 }, safety: { days: 7 } });
    assert.deepEqual(retention.fetms, { daily: { days: 7 }, weekly: { days: 28 }, monthly: { days: 92 }, deploy: { days: 90 }, safety: { days: 7 } });
    for (const id of ["memo", "motel", "sms"] as const) {
      assert.deepEqual(retention[id], { daily: { days: 30 }, weekly: { days: 0 }, monthly: { days: 0 }, deploy: { days: 90 }, safety: { days: 7 } }, id);
      assert.equal(isKept(retention[id], "weekly"), false, `${id} makes no weekly sets`);
    }
    assert.equal(months(1).days, 31);
  });

  it("counts as S3 does: days from when the set was complete, then the next midnight UTC", () => {
    // AWS's own example (Lifecycle configuration elements): created 15 January 2014 10:30, 3 days: 19 January 00:00.
    assert.equal(expiryOf({ finishedAt: "2014-01-15T10:30:00.000Z" }, { days: 3 }).toISOString(), "2014-01-19T00:00:00.000Z");
    assert.equal(expiryOf({ finishedAt: "2026-03-01T00:00:00.000Z" }, { days: 7 }).toISOString(), "2026-03-09T00:00:00.000Z");
    assert.equal(expiryOf({ finishedAt: "2026-03-01T23:59:59.999Z" }, { days: 7 }).toISOString(), "2026-03-09T00:00:00.000Z");
  });

  it("removes at that midnight, and not a millisecond before; oldest first", () => {
    const sets = [set("daily", 1), set("daily", 0), set("daily", 40)];
    const midnight = expiryOf(set("daily", 0), { days: 30 });
    assert.deepEqual(removed(sets, new Date(midnight.getTime() - 1)), []);
    assert.deepEqual(removed(sets, midnight), ["daily/2026-01-01T020000Z"]);
    assert.deepEqual(removed(sets, new Date(midnight.getTime() + day)), ["daily/2026-01-01T020000Z", "daily/2026-01-02T020000Z"]);
  });

  it("keeps the newest verified set for ever once backups stop, and those after it for their days", () => {
    const sets = [set("daily", 0), set("daily", 1), set("daily", 2, false)];
    assert.deepEqual(removed(sets, at(1000)), ["daily/2026-01-01T020000Z", "daily/2026-01-03T020000Z"]);
  });

  it("keeps the newest of all where none was ever verified", () => {
    assert.deepEqual(removed([set("daily", 0, false), set("weekly", 1, false)], at(1000)), ["daily/2026-01-01T020000Z"]);
  });

  it("keeps the sets that the last 50 updates can name, however old, and no more of them than their days", () => {
    const sets = [set("daily", 1999), ...Array.from({ length: 60 }, (_, index) => set("deploy", index * 20))];
    const gone = removed(sets, at(2000));
    assert.equal(gone.length, 60 - updatesKept);
    assert.deepEqual(gone, sets.slice(1, 11).map(({ timestamp }) => `deploy/${timestamp}`));
  });

  it("keeps deploy sets for 90 days even when many are made", () => {
    const sets = [set("daily", 100), ...Array.from({ length: 80 }, (_, index) => set("deploy", index))];
    assert.deepEqual(removed(sets, at(80)), []);
    assert.deepEqual(removed(sets, at(95)).length, 5);
  });

  it("ends sets of a tier that the system no longer keeps", () => {
    const sets = [set("daily", 3), set("weekly", 0)];
    assert.deepEqual(expiredSets(sets, retention.sms, at(3)).map(({ tier }) => tier), ["weekly"]);
  });

  it("leaves alone what lies in the future: a clock that was set back removes nothing", () => {
    assert.deepEqual(removed([set("safety", 100), set("daily", 101)], at(0)), []);
  });

  it("removes the manifest first", () => {
    assert.deepEqual(removalOrder(["config.json.gpg", "database.dump.gpg", "manifest.json", "verified-2026-01-01T020000Z.json"]), ["manifest.json", "config.json.gpg", "database.dump.gpg", "verified-2026-01-01T020000Z.json"]);
  });

  it("refuses what is no backup instead of guessing its age", () => {
    assert.throws(() => expiredSets([{ ...set("daily", 0), timestamp: "lost+found" }], retention.mps, at(0)), /named "lost\+found"/);
    assert.throws(() => expiryOf({ finishedAt: "yesterday" }, { days: 1 }), /finishedAt is "yesterday"/);
  });
});
