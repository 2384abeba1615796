import assert from "node:assert/strict";
import fc from "fast-check";
import { intervalsBetween, type DatedInterval } from "../../../alerts/routing/closed";
import { systemIds } from "../../../systems";
import { branchOf, everything, rendered, type Alertmanager } from "./fixtures";

const at = (text: string): string => new Date(text).toISOString();

/** As Alertmanager decides it: every field of one part must fit, ends of ranges included, a day's last minute not. */
function holds(parts: readonly DatedInterval[], moment: Date): boolean {
  const within = (ranges: readonly string[] | undefined, value: number): boolean => ranges === undefined || ranges.some((range) => { const [a = 0, b = a] = range.split(":").map(Number); return a <= value && value <= b; });
  const minute = moment.getUTCHours() * 60 + moment.getUTCMinutes();
  const clock = (text: string): number => { const [hours = 0, minutes = 0] = text.split(":").map(Number); return hours * 60 + minutes; };
  return parts.some(({ days_of_month, months, times, years }) =>
    within(years, moment.getUTCFullYear()) && within(months, moment.getUTCMonth() + 1) && within(days_of_month, moment.getUTCDate()) && (times === undefined || times.some(({ start_time, end_time }) => clock(start_time) <= minute && minute < clock(end_time))));
}

describe("a closed time as Alertmanager's intervals", () => {
  const minutes = (from: string, to: string) => fc.integer({ min: Date.parse(from) / 60_000, max: Date.parse(to) / 60_000 }).map((value) => new Date(value * 60_000));
  const any = minutes("2026-01-01T00:00Z", "2031-12-31T23:59Z");
  // Where months and years meet, and hours after one another.
  const edgy = fc.tuple(fc.constantFrom("2027-12-31T23:59Z", "2028-01-01T00:00Z", "2028-02-29T00:00Z", "2028-03-01T00:00Z", "2027-02-28T12:00Z", "2029-12-01T00:00Z"), fc.integer({ min: -3, max: 3 })).map(([text, hours]) => new Date(Date.parse(text) + hours * 3_600_000));
  const moment = fc.oneof(any, edgy);

  it("holds from its first minute to its last, and at no other time", () => {
    fc.assert(fc.property(moment, moment, moment, (a, b, t) => {
      const [from, until] = a < b ? [a, b] : [b, a];
      const parts = intervalsBetween(from.toISOString(), until.toISOString());
      for (const probe of [t, from, until, new Date(from.getTime() - 60_000), new Date(until.getTime() - 60_000)]) {
        assert.equal(holds(parts, probe), from <= probe && probe < until, `${from.toISOString()} ${until.toISOString()} at ${probe.toISOString()}: ${JSON.stringify(parts)}`);
      }
    }), { numRuns: 2000 });
  });

  it("without an end, or a beginning, holds for as long as anybody lives", () => {
    fc.assert(fc.property(moment, moment, (from, t) => {
      assert.equal(holds(intervalsBetween(from.toISOString()), t), from <= t);
      assert.equal(holds(intervalsBetween(undefined, from.toISOString()), t), t < from);
      assert.ok(holds(intervalsBetween(), t));
    }));
  });

  it("is as short as a person would write it", () => {
    assert.deepEqual(intervalsBetween(at("2026-11-22T02:00Z"), at("2026-11-22T04:00Z")), [{ years: ["2026"], months: ["11"], days_of_month: ["22"], times: [{ start_time: "02:00", end_time: "04:00" }], location: "UTC" }]);
    assert.ok(intervalsBetween(at("2026-11-22T02:30Z"), at("2031-03-05T04:00Z")).length <= 7);
    assert.deepEqual(intervalsBetween(at("2026-11-22T02:00Z"), at("2026-11-22T02:00Z")), []);
  });
});

describe("alerts of a closed system", () => {
  const window = { from: at("2026-11-22T02:00Z"), until: at("2026-11-22T04:00Z") };
  const name = "closed from 2026-11-22T02:00Z until 2026-11-22T04:00Z";
  const closed = (of: Parameters<typeof rendered>[0]): Alertmanager => rendered(of);
  const muted = (config: Alertmanager, labels: Record<string, string>): readonly string[] => branchOf(config, labels).at(-1)?.mute_time_intervals ?? [];

  it("wait, those of security apart, and nobody else's", () => {
    const config = closed({ ...everything, closed: [{ system: "sms", ...window }] });
    for (const severity of ["page", "ticket"]) {
      assert.deepEqual(muted(config, { severity, system: "sms", class: "down" }), [name]);
      assert.deepEqual(muted(config, { severity, system: "sms", class: "security" }), []);
      for (const system of ["mps", "memo", "motel", "stack"]) assert.deepEqual(muted(config, { severity, system }), []);
    }
    assert.deepEqual(muted(config, { severity: "page", system: "sms", escalated: "true" }), [name]);
    assert.deepEqual(muted(config, { severity: "notice", kind: "deploy", system: "sms" }), []);
  });

  it("wait in weekly windows as well, each in its own", () => {
    const config = closed({ ...everything, closed: [{ system: "fetms", from: at("2026-12-01T00:00Z") }] });
    assert.deepEqual(muted(config, { severity: "page", system: "fetms" }), ["maintenance-fetms-sunday", "closed from 2026-12-01T00:00Z"]);
  });

  it("share the interval in which all are closed, the stack's own too", () => {
    const config = closed({ ...everything, closed: [...systemIds, "stack" as const].map((system) => ({ system, ...window })) });
    for (const system of [...systemIds, "stack"]) assert.ok(muted(config, { severity: "page", system }).includes(name), system);
    assert.deepEqual(config.time_intervals.map((interval) => interval.name), ["maintenance-fetms-sunday", name]);
  });
});
