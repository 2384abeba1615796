import assert from "node:assert/strict";
import fc from "fast-check";
import { earliestStart, noticeOf } from "../../../operations/maintenance/notice";
import { mayBeClosed } from "../../../operations/maintenance/pass";
import { dayOf, momentText, nextOccurrence, readMoment, zoned } from "../../../operations/maintenance/times";

describe("times in the stack's zone", () => {
  const berlin = "Europe/Berlin";
  const now = new Date("2026-11-21T10:00:00Z");

  it("are read with a zone, without, and as the next of that clock time", () => {
    const is = (text: string): string | undefined => readMoment(text, berlin, now)?.toISOString();
    assert.deepEqual(["2026-11-22T02:00Z", "2026-11-22 02:00", "2026-11-22T02:00", "11:00", "11:01"].map(is), ["2026-11-22T02:00:00.000Z", "2026-11-22T01:00:00.000Z", "2026-11-22T01:00:00.000Z", "2026-11-22T10:00:00.000Z", "2026-11-21T10:01:00.000Z"]);
    for (const text of ["", "noon", "2026-11-22", "2026-13-01 02:00", "24:00", "2026-11-22T02:00:30Z", "1795255230"]) assert.equal(is(text), undefined, text);
  });

  it("are what a clock there shows, also around its changes", () => {
    // Put back on 25 October at 03:00, put forward on 28 March at 02:00.
    assert.equal(zoned("2026-10-25", "02:30", berlin).toISOString(), "2026-10-25T00:30:00.000Z");
    assert.equal(zoned("2026-10-25", "03:00", berlin).toISOString(), "2026-10-25T02:00:00.000Z");
    assert.equal(momentText(zoned("2027-03-28", "02:30", berlin), berlin), "Sunday 2027-03-28 03:30 (Europe/Berlin)");
    const zones = fc.constantFrom("UTC", berlin, "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Pacific/Apia");
    fc.assert(fc.property(fc.integer({ min: 0, max: 15 * 525_600 }), zones, (minutes, zone) => {
      const at = new Date(Date.UTC(2024, 0, 1) + minutes * 60_000);
      const text = momentText(at, zone);
      const again = zoned(dayOf(at, zone), text.split(" ")[2] ?? "", zone);
      // An hour that comes twice is the first of both.
      assert.equal(momentText(again, zone), text);
      assert.ok(again <= at && at.getTime() - again.getTime() <= 3_600_000);
    }));
  });

  it("find the next weekly window, over midnight and into another zone", () => {
    const window = { name: "w", systems: "all", days: ["sunday"], from: "02:00", to: "04:00" } as const;
    const next = (change: object, from: string): string[] => {
      const { from: begins, until } = nextOccurrence({ ...window, ...change }, berlin, new Date(from));
      return [begins.toISOString(), until.toISOString()];
    };
    assert.deepEqual(next({}, "2026-11-21T10:00Z"), ["2026-11-22T01:00:00.000Z", "2026-11-22T03:00:00.000Z"]);
    assert.deepEqual(next({}, "2026-11-22T01:00Z"), ["2026-11-22T01:00:00.000Z", "2026-11-22T03:00:00.000Z"]);
    assert.deepEqual(next({}, "2026-11-22T01:01Z"), ["2026-11-29T01:00:00.000Z", "2026-11-29T03:00:00.000Z"]);
    assert.deepEqual(next({ days: ["saturday"], from: "23:00", to: "01:00", timeZone: "America/New_York" }, "2026-11-21T10:00Z"), ["2026-11-22T04:00:00.000Z", "2026-11-22T06:00:00.000Z"]);
    assert.deepEqual(next({ from: "22:00", to: "24:00" }, "2026-11-21T10:00Z"), ["2026-11-22T21:00:00.000Z", "2026-11-22T23:00:00.000Z"]);
    // The night in which the clock is put forward has no half past two: an hour later there is one.
    assert.deepEqual(next({ from: "02:30" }, "2027-03-27T10:00Z"), ["2027-03-28T01:30:00.000Z", "2027-03-28T02:00:00.000Z"]);
  });
});

describe("notice of planned maintenance (D6)", () => {
  it("is FETMS's 48 hours, SMS's 24, and the longest of all", () => {
    assert.deepEqual([noticeOf(["fetms"]).hours, noticeOf(["sms"]).hours, noticeOf(["mps", "memo", "motel"]).hours, noticeOf(["sms", "fetms", "motel"]).hours], [48, 24, 0, 48]);
    assert.equal(earliestStart(noticeOf(["sms"]), new Date("2026-11-21T10:00Z")).toISOString(), "2026-11-22T10:00:00.000Z");
  });
});

describe("whether visitors may be turned away", () => {
  const now = new Date("2026-11-21T10:00:00Z");
  const closed = (own: unknown, all?: unknown): boolean =>
    mayBeClosed({ settings: { "stackbook:systems": { value: JSON.stringify({ motel: { maintenance: own }, sms: null }) }, ...(all === undefined ? {} : { "stackbook:maintenance": { value: JSON.stringify(all) } }) } }, "motel", now, 3600);

  it("is so in a window that is on, or opens meanwhile, of the system or of all", () => {
    assert.ok(closed([{}]) && closed([{ from: "2026-11-21T10:59Z" }]) && closed([{ until: "2026-11-21T10:01Z" }]) && closed(undefined, [{ until: "2026-11-22 00:00:00 +0000 UTC" }]));
    assert.ok(!closed(undefined) && !closed([]) && !closed([{ from: "2026-11-21T11:01Z" }]) && !closed([{ until: "2026-11-21T10:00Z" }]) && !closed([], [{ until: "2026-11-20T00:00Z" }]));
    assert.ok(!mayBeClosed({}, "motel", now, 3600) && !mayBeClosed({ settings: { "stackbook:systems": { value: "not json" } } }, "motel", now, 3600));
  });
});
