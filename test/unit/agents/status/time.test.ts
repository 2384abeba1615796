import assert from "node:assert/strict";
import { nextDigest } from "../../../../agents/status/src/digest/schedule";
import { clockOf, dayOf, daysUntil, shiftDay, shortDay, spanOf, stampOf, weekdayOf } from "../../../../agents/status/src/time";

const at = (text: string): Date => new Date(text);

describe("days and times in a time zone", () => {
  it("change at the zone's own midnight", () => {
    assert.equal(dayOf(at("2026-11-21T21:59:59Z"), "Europe/Athens"), "2026-11-21");
    assert.equal(dayOf(at("2026-11-21T22:00:00Z"), "Europe/Athens"), "2026-11-22");
    assert.equal(stampOf(at("2026-11-21T22:00:00Z"), "Europe/Athens"), "2026-11-22 00:00");
    assert.equal(dayOf(at("2026-11-21T03:00:00Z"), "America/New_York"), "2026-11-20");
    assert.equal(clockOf(at("2026-11-20T18:45:00Z"), "Asia/Kathmandu"), "00:30");
  });

  it("count days by the calendar, over months, leap days and changes of the clock", () => {
    assert.equal(shiftDay("2028-03-01", -1), "2028-02-29");
    assert.equal(shiftDay("2026-10-25", 1), "2026-10-26");
    const days = daysUntil("2026-11-21", 90);
    assert.equal(days.length, 90);
    assert.equal(days[0], "2026-08-24");
    assert.equal(new Set(days).size, 90);
    assert.equal(weekdayOf("2026-11-22"), "sun");
    assert.equal(shortDay("2026-11-02"), "2 Nov");
  });

  it("say spans as people do", () => {
    assert.deepEqual([30_000, 21 * 60_000, 2 * 3600_000, 3 * 3600_000 + 5 * 60_000, 52 * 3600_000].map(spanOf), ["under a minute", "21 min", "2 h", "3 h 5 min", "2 d 4 h"]);
  });
});

describe("the digest's schedule", () => {
  const all = (from: string, until: string, clock: string, zone: string): string[] => {
    const found: string[] = [];
    for (let next = nextDigest(at(from), clock, zone); next < at(until); next = nextDigest(next, clock, zone)) found.push(next.toISOString());
    return found;
  };

  it("keeps eight in the morning eight in the morning over both changes of the clock", () => {
    assert.deepEqual(all("2026-10-23T12:00:00Z", "2026-10-27T00:00:00Z", "08:00", "Europe/Athens"), ["2026-10-24T05:00:00.000Z", "2026-10-25T06:00:00.000Z", "2026-10-26T06:00:00.000Z"]);
    assert.deepEqual(all("2026-03-27T12:00:00Z", "2026-03-31T00:00:00Z", "08:00", "Europe/Athens"), ["2026-03-28T06:00:00.000Z", "2026-03-29T05:00:00.000Z", "2026-03-30T05:00:00.000Z"]);
  });

  it("comes once on the day whose hour is skipped, and once on the day that has it twice", () => {
    // 03:30 does not exist on 29 March in Athens, and comes twice on 25 October.
    assert.equal(all("2026-03-28T12:00:00Z", "2026-03-29T21:00:00Z", "03:30", "Europe/Athens").length, 1);
    assert.equal(all("2026-10-24T12:00:00Z", "2026-10-25T22:00:00Z", "03:30", "Europe/Athens").length, 1);
  });
});
