import assert from "node:assert/strict";
import { systemIds } from "../../../systems";
import { alerts, branchOf, everything, rendered, toldBy, withAlerts, type Route } from "./fixtures";

const seconds = (text = ""): number => Number(text.slice(0, -1)) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[text.slice(-1)] ?? Number.NaN);
const config = rendered();
const last = (labels: Record<string, string>, of = config): Route => branchOf(of, labels).at(-1) ?? assert.fail();
/** As Alertmanager passes grouping and timing on to branches. */
const timing = (labels: Record<string, string>) => {
  const merged: Partial<Route> = Object.assign({}, ...branchOf(config, labels)) as Partial<Route>;
  return { wait: seconds(merged.group_wait), interval: seconds(merged.group_interval), repeat: seconds(merged.repeat_interval), by: merged.group_by };
};

describe("alerts find their people", () => {
  it("tells e-mail everything of SMS, Slack and Teams only what is critical (M3)", () => {
    assert.deepEqual(toldBy(config, { severity: "page", system: "sms" }), ["mail", "sms-slack", "sms-teams"]);
    assert.deepEqual(toldBy(config, { severity: "ticket", system: "sms" }), ["mail"]);
  });

  for (const system of [...systemIds.filter((id) => id !== "sms"), "stack"]) {
    it(`tells nobody of SMS's about ${system}`, () => {
      for (const severity of ["page", "ticket"]) assert.deepEqual(toldBy(config, { severity, system }), ["mail"]);
    });
  }

  it("takes what nobody thought of for work, rather than lose it", () => {
    assert.equal(last({ severity: "catastrophe", system: "mps" }).receiver, "ticket");
    assert.equal(last({}).receiver, "ticket");
  });

  it("sends no alert of the digest by itself", () => {
    for (const system of [...systemIds, "stack"]) assert.equal(last({ severity: "digest", system }).receiver, "nobody");
  });

  it("tells of an escalated ticket those whom a page goes to, and those above them", () => {
    assert.deepEqual(toldBy(config, { severity: "page", system: "mps", escalated: "true" }), ["mail", "pager"]);
    assert.deepEqual(toldBy(config, { severity: "page", system: "sms", escalated: "true" }), ["mail", "sms-slack", "sms-teams", "pager"]);
    assert.deepEqual(toldBy(config, { severity: "page", system: "fetms", escalated: "true" }), ["mail", "pager"]);
    const flat = rendered(withAlerts({ escalation: { afterMinutes: 30, channels: [] } }));
    assert.deepEqual(toldBy(flat, { severity: "page", system: "mps", escalated: "true" }), ["mail"]);
  });

  it("gives a system's silence to that system only", () => {
    const quiet = rendered(withAlerts({ systemRoutes: { motel: { ticket: [] } } }));
    assert.deepEqual(toldBy(quiet, { severity: "ticket", system: "motel" }), []);
    assert.deepEqual(toldBy(quiet, { severity: "page", system: "motel" }), ["mail"]);
    assert.deepEqual(toldBy(quiet, { severity: "ticket", system: "memo" }), ["mail"]);
  });
});

describe("news", () => {
  for (const kind of ["deploy", "rollback", "drill", "incident", "maintenance"]) {
    it(`of kind ${kind} goes to those who asked for it, at once, each for itself, and once`, () => {
      const labels = { kind, severity: "notice", system: "sms" };
      assert.deepEqual(toldBy(config, labels), ["mail", "desk"]);
      assert.deepEqual({ ...timing(labels), interval: 0 }, { wait: 0, interval: 0, repeat: 4 * 86_400, by: ["..."] });
    });
  }

  it("of the night goes to the readers of the digest", () => {
    const other = rendered(withAlerts({ routes: { ...alerts.routes, digest: ["desk"] } }));
    assert.deepEqual(toldBy(other, { kind: "digest", severity: "notice" }), ["desk"]);
  });

  it("is not over when it is told, so that its end is not told too", () => {
    for (const { name, ...ways } of config.receivers) {
      const told = Object.values(ways).flatMap((way) => way as { send_resolved: boolean }[]);
      const isNews = ["notices", "digest", "dead-mans-switch"].includes(String(name));
      for (const way of told) assert.equal(way.send_resolved, !isNews, String(name));
    }
  });
});

describe("timing", () => {
  it("tells of a page within 10 s, so that with two readings of 15 s it stays within `for` + 45 s", () => {
    const { wait, interval } = timing({ severity: "page", system: "motel" });
    assert.ok(wait <= 10 && 2 * 15 + wait <= 45);
    assert.ok(2 * 15 + interval <= 45, "what joins an open fault too");
  });

  it("makes one message of one fault: by system at night, by system and topic in working hours", () => {
    for (const system of systemIds) {
      assert.deepEqual(timing({ severity: "page", system }).by, ["system"]);
      assert.deepEqual(timing({ severity: "ticket", system }).by, ["system", "topic"]);
    }
  });

  it("reminds of a page every hour, of a ticket every day", () => {
    assert.equal(timing({ severity: "page", system: "sms" }).repeat, 3600);
    assert.equal(timing({ severity: "ticket", system: "sms" }).repeat, 86_400);
  });

  it("feeds the dead man's switch every minute", () => {
    const labels = { kind: "watchdog", severity: "none", system: "stack" };
    const { interval, repeat } = timing(labels);
    assert.equal(last(labels).receiver, "dead-mans-switch");
    // Alertmanager looks at each interval whether more than `repeat` has passed since it was last told, some moments after an earlier look.
    assert.equal(Math.ceil(repeat / interval) * interval, 60);
    assert.ok(60 - repeat >= 5);
    const { deadMansSwitch: _, ...without } = alerts;
    assert.equal(last(labels, rendered({ ...everything, alerts: without })).receiver, "nobody");
  });
});

describe("maintenance", () => {
  const muted = (labels: Record<string, string>, of = config) => last(labels, of).mute_time_intervals ?? [];

  it("keeps FETMS's alerts back on Sundays from 2 to 4, and nobody else's", () => {
    for (const severity of ["page", "ticket"]) {
      assert.deepEqual(muted({ severity, system: "fetms", class: "down" }), ["maintenance-fetms-sunday"]);
      for (const system of ["mps", "memo", "motel", "sms", "stack"]) assert.deepEqual(muted({ severity, system, class: "down" }), []);
    }
    assert.deepEqual(config.time_intervals, [
      { name: "maintenance-fetms-sunday", time_intervals: [{ weekdays: ["sunday"], times: [{ start_time: "02:00", end_time: "04:00" }], location: "Europe/Berlin" }] },
    ]);
  });

  it("keeps an escalated one back too, and never what is of security", () => {
    assert.deepEqual(muted({ severity: "page", system: "fetms", escalated: "true" }), ["maintenance-fetms-sunday"]);
    for (const severity of ["page", "ticket"]) assert.deepEqual(muted({ severity, system: "fetms", class: "security" }), []);
    assert.deepEqual(muted({ severity: "page", system: "fetms", class: "security", escalated: "true" }), []);
    assert.deepEqual(toldBy(config, { severity: "page", system: "fetms", class: "security", escalated: "true" }), ["mail", "pager"]);
  });

  it("of all keeps back the stack's own alerts too, and lets news through", () => {
    const all = rendered(withAlerts({ maintenance: [{ name: "late", systems: "all", days: ["friday"], from: "22:00", to: "23:00" }] }));
    for (const system of [...systemIds, "stack"]) assert.deepEqual(muted({ severity: "page", system }, all), ["maintenance-late"]);
    assert.deepEqual(muted({ kind: "deploy", severity: "notice", system: "sms" }, all), []);
    assert.deepEqual(muted({ kind: "watchdog", severity: "none" }, all), []);
    assert.deepEqual(toldBy(all, { severity: "page", system: "sms" }), ["mail", "sms-slack", "sms-teams"], "its own people stay");
  });

  it("over midnight ends the day after, on Monday for Sunday", () => {
    const of = (from: string, to: string) => rendered(withAlerts({ maintenance: [{ name: "night", systems: ["sms"], days: ["saturday", "sunday"], from, to, timeZone: "UTC" }] })).time_intervals[0]?.time_intervals;
    const part = (weekdays: string[], start_time: string, end_time: string) => ({ weekdays, times: [{ start_time, end_time }], location: "UTC" });
    assert.deepEqual(of("23:30", "01:15"), [part(["saturday", "sunday"], "23:30", "24:00"), part(["sunday", "monday"], "00:00", "01:15")]);
    assert.deepEqual(of("22:00", "00:00"), [part(["saturday", "sunday"], "22:00", "24:00")]);
  });
});
