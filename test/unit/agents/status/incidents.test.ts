import assert from "node:assert/strict";
import { IncidentStore, isDue, openIncident, remindIncident, resolveIncident, updateIncident, type Incident } from "../../../../agents/status/src/incidents";
import { openedMessage, reminderMessage, resolvedMessage, updatedMessage } from "../../../../agents/status/src/templates";
import { removeFolders, silent, statusConfig, temporaryFolder } from "./support";

after(removeFolders);

const config = statusConfig();
const minutes = (count: number): Date => new Date(Date.parse("2026-11-21T10:00:00Z") + count * 60_000);
const rules = (after = 0): { now: Date; updateMinutes: number } => ({ now: minutes(after), updateMinutes: 30 });
const given = { system: "memo", severity: 2, issue: "Sign-in fails", impact: "Nobody can sign in", eta: "13:00", by: "ops@desk" };

function open(change: object = {}, taken: (id: string) => boolean = () => false): Incident {
  return openIncident({ ...given, ...change }, { ...rules(), systems: ["memo", "motel", "stack"], day: "2026-11-21", taken });
}

describe("an incident", () => {
  it("is told with MemoApp's notification, word for word", () => {
    assert.equal(openedMessage(open(), statusConfig({ publicUrl: null })).text, [
      "INCIDENT ALERT - Severity 2 (High)", "Service: MemoApp", "Issue: Sign-in fails", "Impact: Nobody can sign in", "Status: Investigating", "ETA: 13:00",
      "Updates: Will provide updates every 30 minutes",
    ].join("\n"));
  });

  it("is told to be over with MemoApp's resolution, with the whole downtime", () => {
    const resolved = resolveIncident(open({ since: minutes(-20).toISOString() }), { resolution: "Restarted Redis", nextSteps: "Alert on evictions" }, rules(65));
    assert.equal(resolvedMessage(resolved, statusConfig({ publicUrl: null }), minutes(99)).text, [
      "INCIDENT RESOLVED", "Service: MemoApp", "Issue: Sign-in fails", "Resolution: Restarted Redis", "Duration: 1 h 25 min", "Next Steps: Alert on evictions",
    ].join("\n"));
    assert.match(resolvedMessage(resolved, config, minutes(99)).text, /\nStatus page: https:\/\/status\.example\.org$/);
  });

  it("keeps what an update does not change", () => {
    const updated = updateIncident(open(), { message: "Redis is full", status: "Identified" }, rules(10));
    assert.deepEqual([updated.status, updated.eta, updated.severity, updated.updates.length], ["Identified", "13:00", 2, 2]);
    assert.match(updatedMessage(updated, config).text, /^INCIDENT UPDATE - Severity 2 \(High\)\n.*\nStatus: Identified\nNews: Redis is full\nETA: 13:00\n/s);
  });

  it("asks for the promised update after 30 minutes, then ever more rarely, until it is over", () => {
    const opened = open();
    assert.equal(isDue(opened, minutes(29)), false);
    assert.equal(isDue(opened, minutes(30)), true);
    assert.match(reminderMessage(opened, config, minutes(31)).text, /last word on this incident was 31 min ago.*npx stackbook incident update 2026-11-21-memo-sign-in-fails --message/s);
    const reminded = remindIncident(opened, rules(30));
    assert.equal(reminded.remindAt, minutes(90).toISOString());
    const often = [1, 2, 3, 4, 5].reduce((entry) => remindIncident(entry, rules(100)), reminded);
    assert.equal(often.remindAt, minutes(100 + 240).toISOString());
    assert.equal(updateIncident(often, { status: "Monitoring" }, rules(200)).remindAt, minutes(230).toISOString());
    assert.equal(isDue(resolveIncident(opened, { resolution: "x" }, rules(5)), minutes(500)), false);
  });

  it("is refused with everything that is wrong with it", () => {
    assert.throws(() => open({ severity: "high", issue: " ", impact: undefined }), /severity is "high": give 1 \(critical\).*\n.*issue is "": give what is wrong.*\n.*impact is missing/);
    assert.throws(() => open({ system: "payroll", since: minutes(5).toISOString() }), /system is payroll: use one of memo, motel, stack\n.*since is .*: give a time that has passed/);
    assert.throws(() => updateIncident(open(), {}, rules()), /give a status, a message, an ETA or a severity/);
    const resolved = resolveIncident(open(), { resolution: "x" }, rules(5));
    assert.throws(() => resolveIncident(resolved, { resolution: "y" }, rules(6)), /can't be resolved again:\n.*it was resolved at .*; open a new incident/);
  });

  it("gets a name that can be a file's, free of what it was called before", () => {
    assert.equal(open({ issue: "../../etc/passwd & <b>Ünïcode</b>" }).id, "2026-11-21-memo-etc-passwd-b-unicode-b");
    assert.equal(open({ issue: "登录失败" }).id, "2026-11-21-memo-incident");
    assert.equal(open({}, (id) => !id.endsWith("-3")).id, "2026-11-21-memo-sign-in-fails-3");
    assert.ok(open({ issue: "x".repeat(500) }).id.length < 70);
  });

  it("is found by its id, or as the only one that is open, also after a restart", () => {
    const folder = temporaryFolder();
    const store = new IncidentStore(folder, silent);
    const first = open();
    store.save(first);
    assert.equal(store.find(undefined).id, first.id);
    store.save({ ...open({ issue: "Slow" }), openedAt: minutes(5).toISOString() });
    const again = new IncidentStore(folder, silent);
    assert.throws(() => again.find(undefined), /name it; open: 2026-11-21-memo-slow, 2026-11-21-memo-sign-in-fails/);
    assert.throws(() => again.find("nothing"), /there is no incident nothing; open: /);
    assert.deepEqual(again.find(first.id), first);
    again.save(resolveIncident(first, { resolution: "x" }, rules(5)));
    assert.equal(again.find(undefined).issue, "Slow");
  });
});
