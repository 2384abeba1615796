import assert from "node:assert/strict";
import { ended } from "./databases";
import { gatherWeek, weekUpdates } from "../../../../operations/weekly/gather";
import { growthOf } from "../../../../operations/weekly/machine";
import { renderWeek } from "../../../../operations/weekly/markdown";
import type { Update } from "../../../../operations/reading/types";
import { noCli } from "../support/fakes";
import { backup, FakeLooking, facts, series } from "./support";

const update = (change: Partial<Update> = {}): Update => ({
  release: 4, kind: "update", startedAt: new Date("2026-11-20T08:00:00Z"), endedAt: undefined, result: "succeeded", what: "deploy motel 2.0.0", who: "ana@desk", why: "new prices", versions: ["motel 1.0.0 -> 2.0.0"], changes: { update: 3 }, commit: undefined, dirty: false, ...change,
});
const from = new Date("2026-11-14T10:00:00Z");

describe("the weekly report", () => {
  it("tells deploys from rollbacks, and leaves out what changed nothing or is older", () => {
    const found = weekUpdates([update(), update({ what: "rollback motel to 1.0.0" }), update({ changes: {} }), update({ changes: {}, result: "failed" }), update({ startedAt: new Date("2026-11-01T00:00:00Z") }), update({ kind: "preview" }), update({ what: "set a limit", versions: [] })], from);
    assert.deepEqual(found.map(({ kind, result }) => `${kind} ${result}`), ["deploy succeeded", "rollback succeeded", "deploy failed", "other succeeded"]);
  });

  it("forecasts when room is used up, and says when nobody knows", () => {
    const gib = 1024 ** 3;
    assert.equal(growthOf("disk /", 50 * gib, 100 * gib, gib).daysUntilFull, 50);
    assert.equal(growthOf("disk /", 50 * gib, 100 * gib, 1000).daysUntilFull, undefined, "noise");
    assert.equal(growthOf("disk /", 50 * gib, 100 * gib, undefined).bytesPerDay, undefined);
    assert.equal(growthOf("disk /", 101 * gib, 100 * gib, gib).daysUntilFull, 0);
  });

  const only = { systems: facts.systems.filter(({ id }) => id === "sms") };
  const incident = { id: "2026-11-20-sms-slow", system: "sms", severity: 2, issue: "Slow", impact: "", status: "Resolved", eta: "", startedAt: "2026-11-20T08:00:00Z", openedAt: "2026-11-20T08:00:00Z", openedBy: "ops", updates: [], remindAt: "", resolved: { at: "2026-11-20T09:30:00Z", by: "ops", resolution: "an index", nextSteps: "none" } };
  const cli = { ...noCli, run: () => Promise.resolve(JSON.stringify([{ kind: "update", startTime: "2026-11-20T08:00:00.000Z", endTime: "2026-11-20T08:01:00.000Z", message: "deploy sms 2 (by ana@desk): prices", result: "succeeded", resourceChanges: { update: 2 } }])) };
  const looking = (figures: Record<string, ReturnType<typeof series>[]> | undefined, status = true) => new FakeLooking({
    hours: 168, facts: only, backups: [backup({ backup: "sms/daily/1" })], stack: { cli }, outputs: { monitoring: { statusContainer: status ? "status-1" : null, rules: figures === undefined ? undefined : (new FakeLooking().rules) } },
    engine: { exec: () => Promise.resolve(ended(0, JSON.stringify({ incidents: [incident], updateMinutes: 30, timeZone: "UTC", titles: {} }))), containers: () => Promise.resolve([]) }, ...(figures === undefined ? {} : { figures }),
  });

  it("has figures, promises, deploys, incidents, alerts and backups, also as Markdown", async () => {
    const report = await gatherWeek(looking({
      all: [series(10_000)], allBefore: [series(8000)], failed: [series(100)], failedBefore: [series(0)], p50: [series(0.05)], p95: [series(0.3)], p99: [series(1)], p95Before: [series(0.2)], available: [series(0.99)], within: [series(0.97)],
      size: [series(5e9, { mountpoint: "/" })], growth: [series(1e8)], free: [series(4e11, { mountpoint: "/" })], change: [series(-1e10, { mountpoint: "/" })], fired: [series(12, { alertname: "ErrorRate", system: "sms", service: "backend", severity: "page" })], cpu: [series(0.2)],
    }), "2026-10-01T00:00:00.000Z");
    const sms = report.systems[0];
    assert.deepEqual([sms?.requests, sms?.requestsBefore, sms?.errors, sms?.p95], [10_000, 8000, 0.01, 0.3]);
    assert.deepEqual(sms?.promises.map(({ kept }) => kept), [false, true, true]);
    assert.deepEqual(report.incidents?.map(({ id, minutes }) => [id, minutes]), [["2026-11-20-sms-slow", 90]]);
    assert.deepEqual(report.alerts, [{ name: "ErrorRate", system: "sms", service: "backend", severity: "page", minutes: 12 }]);
    assert.deepEqual(sms?.backups?.made, { daily: 1 });
    const text = renderWeek(report);
    assert.match(text, /\| Student Management System \| 1\.0\.0 \| 10000 \(\+25 %\) \| 1 % \| 300 ms \| 99 % \| BROKEN: 99\.5 % uptime a month; kept: 95 % of requests within 500 ms; kept: less than 2 % errors \|/);
    assert.match(text, /\| 2026-11-20 08:00 \| - \| deploy sms 2: prices \| ana@desk \| succeeded \|  \|/);
    assert.match(text, /severity 2, sms: Slow \(2026-11-20-sms-slow; 90 min; resolved: an index\)/);
    assert.match(text, /\| database of sms \| 4\.7 GiB \(4\.66 %\) \| 100\.0 GiB \| 95\.4 MiB \| 1023 days \|/);
    assert.doesNotMatch(text, /undefined|NaN|\[object/);
  });

  it("names what could not be read, and goes on", async () => {
    const report = await gatherWeek(looking(undefined, false), undefined);
    assert.ok(report.missing.some((line) => line.startsWith("requests of sms: the stack prod has no Prometheus")));
    assert.ok(report.missing.some((line) => line.startsWith("incidents: the stack prod has no status agent")));
    assert.equal(report.updates?.length, 1, "history needs no monitoring");
    assert.match(renderWeek(report), /\*\*Not in this report:\*\*\n\n- /);
    assert.match(renderWeek(report), /\| Student Management System \| 1\.0\.0 \| not known \|[^]*Requests are not known\./);
    assert.equal(report.systems[0]?.requests, undefined, "none is another thing than not known");
  });
});
