import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockWatch } from "../../../../agents/backup/src/schedule/clock";
import { dayOf, startOfMonth, startOfWeek } from "../../../../agents/backup/src/schedule/days";
import { backupSlots, drillSlots, dueNow, type Slots } from "../../../../agents/backup/src/schedule/slots";
import { belongsTo } from "../../../../agents/backup/src/tiers";
import { timestampOf } from "../../../../backups/layout";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** When an agent that looks every ten minutes would run, from one moment to another. */
function runs(slots: Slots, from: string, until: string, away: (moment: Date) => boolean = () => false): string[] {
  let attended: Date | undefined;
  const begun: string[] = [];
  for (let moment = Date.parse(from); moment < Date.parse(until); moment += 10 * minuteMs) {
    const now = new Date(moment);
    if (away(now)) continue;
    const due = dueNow(slots, attended, now);
    if (due.kind !== "no") begun.push(now.toISOString().slice(0, 16));
    attended = due.kind === "no" ? (attended ?? slots.last(now)) : due.slot;
  }
  return begun;
}

describe("the backup agent's schedule", () => {
  const berlin = { at: "02:30", everyHours: 24, timeZone: "Europe/Berlin" } as const;

  it("runs each night at the hour of the stack's time zone", () => {
    assert.deepEqual(runs(backupSlots({ ...berlin, at: "02:00" }), "2026-01-10T12:00Z", "2026-01-13T00:00Z"), ["2026-01-11T01:00", "2026-01-12T01:00"]);
  });

  it("runs once in the night whose 02:30 is left out, right after the gap", () => {
    assert.deepEqual(runs(backupSlots(berlin), "2026-03-28T12:00Z", "2026-03-30T12:00Z"), ["2026-03-29T01:00", "2026-03-30T00:30"]);
  });

  it("runs once in the night whose 02:30 comes twice", () => {
    assert.deepEqual(runs(backupSlots(berlin), "2026-10-24T12:00Z", "2026-10-26T12:00Z"), ["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  it("runs exactly once on every day of every zone, at any time of day, over a year", () => {
    const zones = ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Auckland", "Africa/Casablanca", "Asia/Kolkata", "America/Havana", "UTC"];
    fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 364 }), (timeZone, hour, minute, day) => {
      const at = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
      const slots = backupSlots({ at, everyHours: 24, timeZone });
      const found: string[] = [];
      let slot = slots.next(new Date(Date.UTC(2026, 0, 1 + day)));
      for (let count = 0; count < 8; count += 1, slot = slots.next(slot)) found.push(dayOf(slot, timeZone));
      assert.equal(new Set(found).size, 8, `${timeZone} ${at}: ${found.join(" ")}`);
      assert.equal((Date.parse(found[7] ?? "") - Date.parse(found[0] ?? "")) / dayMs, 7, `${timeZone} ${at}: ${found.join(" ")}`);
    }), { numRuns: 150 });
  });

  it("takes the newest slot that is not after a moment for the last one", () => {
    fc.assert(fc.property(fc.date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true }), fc.constantFrom(24, 12, 8, 6), (moment, everyHours) => {
      const slots = backupSlots({ ...berlin, everyHours: everyHours });
      const last = slots.last(moment);
      assert.ok(last <= moment && slots.next(last) > moment, `${last.toISOString()} ${moment.toISOString()}`);
    }), { numRuns: 100 });
  });

  it("runs every 12 hours for SMS", () => {
    assert.deepEqual(runs(backupSlots({ at: "02:00", everyHours: 12, timeZone: "UTC" }), "2026-01-10T03:00Z", "2026-01-11T15:00Z"), ["2026-01-10T14:00", "2026-01-11T02:00", "2026-01-11T14:00"]);
  });

  it("drills once a week, on its day", () => {
    const slots = drillSlots({ timeZone: "UTC", drill: { day: "sunday", at: "04:00", checks: [] } });
    assert.deepEqual(slots && runs(slots, "2026-11-18T00:00Z", "2026-12-01T00:00Z"), ["2026-11-22T04:00", "2026-11-29T04:00"]);
    assert.equal(drillSlots({ timeZone: "UTC", drill: null }), undefined);
  });

  it("makes up for what was missed while the agent was away, once, and at once", () => {
    const away = (moment: Date): boolean => moment > new Date("2026-01-10T13:00Z") && moment < new Date("2026-01-13T09:00Z");
    assert.deepEqual(runs(backupSlots({ ...berlin, at: "02:00" }), "2026-01-10T12:00Z", "2026-01-14T12:00Z", away), ["2026-01-13T09:00", "2026-01-14T01:00"]);
  });

  it("is not silenced by a clock that was years ahead once", () => {
    const slots = backupSlots({ ...berlin, at: "02:00" });
    const now = new Date("2026-01-10T12:00Z");
    assert.deepEqual(dueNow(slots, new Date("2031-05-05T00:00Z"), now), { kind: "clock", slot: new Date("2026-01-10T01:00Z") });
    assert.equal(dueNow(slots, new Date("2026-01-10T01:00Z"), now).kind, "no");
  });

  it("does not run twice when the clock is put back by a little after a run", () => {
    const slots = backupSlots({ ...berlin, at: "02:00" });
    assert.equal(dueNow(slots, new Date("2026-01-10T01:00Z"), new Date("2026-01-10T00:59:50Z")).kind, "no");
  });
});

describe("the agent's trust in the clock", () => {
  const rigged = () => {
    const time = { counted: 0 };
    return { time, watch: new ClockWatch(() => time.counted) };
  };
  const start = Date.parse("2026-11-21T10:00:00Z");

  it("is there while wall and counter agree", () => {
    const { time, watch } = rigged();
    for (const step of [0, 20_000, 40_000]) {
      time.counted = step;
      assert.equal(watch.look(new Date(start + step)), 0);
    }
    assert.ok(watch.trusted);
  });

  for (const hours of [26_000, -3, 2]) {
    it(`is lost for a day after a jump of ${hours} h`, () => {
      const { time, watch } = rigged();
      watch.look(new Date(start));
      time.counted = 20_000;
      const jumped = start + 20_000 + hours * 60 * minuteMs;
      assert.equal(watch.look(new Date(jumped)), hours * 60 * minuteMs);
      assert.ok(!watch.trusted);
      time.counted += dayMs;
      assert.equal(watch.look(new Date(jumped + dayMs)), 0);
      assert.ok(watch.trusted);
    });
  }

  it("is lost when the agent comes back after days, or before it went", () => {
    for (const [away, trusted] of [[3 * dayMs, false], [-2 * 60 * minuteMs, false], [10 * 60 * minuteMs, true]] as const) {
      const { watch } = rigged();
      watch.look(new Date(start), new Date(start - away));
      assert.equal(watch.trusted, trusted, String(away));
    }
  });
});

describe("a day's backup is also the week's and the month's", () => {
  const on = (day: string): Date => new Date(`${day}T02:00:00Z`);
  const sets = (...list: readonly (readonly ["daily" | "weekly" | "monthly", string])[]) => list.map(([tier, day]) => ({ tier, timestamp: timestampOf(on(day)) }));

  it("on Mondays, and on the 1st", () => {
    assert.ok(belongsTo("weekly", on("2026-11-23"), "UTC", []));
    assert.ok(!belongsTo("weekly", on("2026-11-24"), "UTC", []));
    assert.ok(belongsTo("monthly", on("2026-12-01"), "UTC", []));
    assert.ok(!belongsTo("monthly", on("2026-12-02"), "UTC", []));
  });

  it("once, though there are several backups that day", () => {
    assert.ok(!belongsTo("weekly", on("2026-11-23"), "UTC", sets(["weekly", "2026-11-23"])));
  });

  it("on a later day when that one was missed, if the agent was there before", () => {
    assert.ok(belongsTo("weekly", on("2026-11-25"), "UTC", sets(["daily", "2026-11-20"], ["weekly", "2026-11-16"])));
    assert.ok(!belongsTo("weekly", on("2026-11-26"), "UTC", sets(["daily", "2026-11-20"], ["weekly", "2026-11-25"])));
  });

  it("by the days of the stack's time zone", () => {
    const late = new Date("2026-11-22T23:30:00Z");
    assert.ok(belongsTo("weekly", late, "Europe/Berlin", []));
    assert.ok(!belongsTo("weekly", late, "UTC", []));
    assert.deepEqual([dayOf(late, "Europe/Berlin"), startOfWeek("2026-11-22"), startOfWeek("2026-11-23"), startOfMonth("2026-11-22")], ["2026-11-23", "2026-11-16", "2026-11-23", "2026-11-01"]);
  });
});
