import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { actions } from "../../../../agents/status/src/actions";
import { createMetrics } from "../../../../agents/status/src/metrics";
import { baseConfig, removeFolders, Rig } from "./support";

describe("the status agent, round by round", () => {
  let rig: Rig;
  beforeEach(() => { rig = new Rig(); });
  afterEach(() => rig.stop());
  after(removeFolders);

  const withVersion = (version: string): object => ({ systems: [{ ...baseConfig.systems[0], version }, baseConfig.systems[1]] });

  it("counts checks per day and system, nothing for a system that is not checked, and goes on after a restart", async () => {
    let agent = await rig.start();
    rig.monitoring.up = { memo: 1 };
    await rig.rounds(3);
    rig.monitoring.up = { memo: 0 };
    await rig.rounds(1);
    agent = rig.restart();
    await rig.rounds(1);
    assert.deepEqual(agent.history.tally("2026-11-21", "memo"), { up: 3, total: 5, maintenance: 0 });
    assert.equal(agent.history.tally("2026-11-21", "motel").total, 0);
    assert.deepEqual(agent.view().systems.map(({ state }) => state), ["outage", "unknown"]);
    assert.equal(rig.monitoring.queries[0], 'min by (system) (probe_success{job="blackbox"})');
  });

  it("counts no time in which Prometheus was away, says so once, and stays healthy", async () => {
    const agent = await rig.start();
    rig.monitoring.up = { memo: 1, motel: 1 };
    await rig.rounds(1);
    rig.monitoring.prometheusDown = true;
    await rig.rounds(10);
    assert.equal(agent.history.tally("2026-11-21", "memo").total, 1);
    assert.equal(agent.view().state, "unknown");
    assert.equal(rig.heard.lines.filter((line) => line.includes("Prometheus does not answer")).length, 1);
    assert.equal(agent.roundAt, rig.now);
  });

  it("counts failures in a maintenance window for neither side", async () => {
    const agent = await rig.start({ maintenance: [{ name: "w", systems: ["memo"], days: ["Saturday"], from: "12:00", to: "13:00" }] });
    rig.monitoring.up = { memo: 0, motel: 0 };
    await rig.rounds(2);
    assert.deepEqual(agent.history.tally("2026-11-21", "memo"), { up: 0, total: 0, maintenance: 2 });
    assert.deepEqual(agent.history.tally("2026-11-21", "motel"), { up: 0, total: 2, maintenance: 0 });
  });

  it("tells each deploy and rollback once, over restarts", async () => {
    await rig.start();
    await rig.rounds(2);
    assert.deepEqual(rig.monitoring.titles(), ["DEPLOY: MemoApp 1.0.0 runs", "DEPLOY: Motel Manager 2.0.0 runs"]);
    rig.configure(withVersion("1.1.0"));
    await rig.rounds(2);
    rig.restart();
    rig.configure(withVersion("1.0.0"));
    await rig.rounds(2);
    assert.deepEqual(rig.monitoring.titles().slice(2), ["DEPLOY: MemoApp 1.0.0 to 1.1.0", "ROLLBACK: MemoApp 1.1.0 back to 1.0.0"]);
    const [notice] = [...rig.monitoring.notices.values()].slice(-1);
    assert.deepEqual({ ...notice?.labels, notice: "" }, { alertname: "RollbackNotice", kind: "rollback", severity: "notice", system: "memo", notice: "" });
    assert.equal(notice?.annotations["title"], notice?.annotations["summary"]);
  });

  it("keeps the configuration it has while a bad one is there, and says what is wrong", async () => {
    const agent = await rig.start();
    await rig.rounds(1);
    writeFileSync(join(rig.folder, "status.json"), '{"stack": "prod", "sys');
    await rig.rounds(1);
    assert.equal(agent.config.systems.length, 2);
    assert.equal(rig.monitoring.notices.size, 2);
    assert.match(rig.heard.lines.join(""), /the configuration was not read.*it is no JSON/);
  });

  it("keeps notices while Alertmanager is away, and repeats them for one that forgot, half a day long", async () => {
    const agent = await rig.start();
    rig.monitoring.alertmanagerDown = true;
    await rig.rounds(3);
    assert.equal(agent.outbox.failures, 3);
    rig.restart();
    rig.monitoring.alertmanagerDown = false;
    await rig.rounds(1);
    assert.equal(rig.monitoring.notices.size, 2);
    rig.monitoring.notices.clear();
    await rig.rounds(1);
    assert.equal(rig.monitoring.notices.size, 2, "an Alertmanager that restarted hears of them again");
    const [alert] = rig.monitoring.notices.values();
    assert.equal((Date.parse(alert?.endsAt ?? "") - rig.now.getTime()) / 3600_000, 12 - 30 / 3600);
    const { posts } = rig.monitoring;
    await rig.at("2026-11-21T22:30:00Z");
    assert.equal(rig.monitoring.posts, posts, "what is half a day old is not repeated");
  });

  it("writes the digest once a day, also when it was away at the hour", async () => {
    await rig.start();
    await rig.rounds(1);
    rig.monitoring.matrix = [{ metric: { alertname: "ServiceDown", severity: "page", system: "memo" }, values: [[Date.parse("2026-11-22T01:00:00Z") / 1000, "1"]] }];
    await rig.at("2026-11-22T05:59:00Z");
    assert.deepEqual(rig.monitoring.titles("digest"), []);
    await rig.at("2026-11-22T06:00:10Z");
    await rig.rounds(3);
    assert.deepEqual(rig.monitoring.titles("digest"), ["Daily digest prod, 22 Nov: 1 fired, 0 still firing"]);
    assert.match([...rig.monitoring.notices.values()].at(-1)?.annotations["text"] ?? "", /ServiceDown, 22 Nov 02:59 to 03:00[\s\S]*DEPLOY: MemoApp 1\.0\.0 runs/);
    // Away from the 23rd's until after the 25th's: one digest of all of it.
    const agent = rig.restart();
    await rig.at("2026-11-25T14:00:00Z");
    await rig.rounds(2);
    assert.equal(rig.monitoring.titles("digest").length, 2);
    const metrics = await createMetrics(agent).metrics();
    assert.match(metrics, new RegExp(`stackbook_digest_last_success_timestamp_seconds ${Date.parse("2026-11-25T14:00:00Z") / 1000}`));
  });

  it("waits an hour for Prometheus with the digest, then sends what it knows", async () => {
    await rig.start();
    await rig.rounds(1);
    rig.monitoring.prometheusDown = true;
    await rig.at("2026-11-22T06:30:00Z");
    assert.deepEqual(rig.monitoring.titles("digest"), []);
    await rig.at("2026-11-22T07:01:00Z");
    assert.deepEqual(rig.monitoring.titles("digest"), ["Daily digest prod, 22 Nov: alerts unknown"]);
  });

  it("takes an incident from its opening to its end, with reminders between", async () => {
    const agent = await rig.start();
    await rig.rounds(1);
    const ask = (name: string, input: object): ReturnType<NonNullable<(typeof actions)[string]>> => {
      const action = actions[name];
      assert.ok(action);
      return action(agent, input);
    };
    const opened = await ask("incident open", { system: "memo", severity: 1, issue: "Down", impact: "All", by: "a@b" });
    assert.equal(opened.notice?.delivered, true);
    assert.equal(agent.view().systems[0]?.state, "outage");
    await rig.at("2026-11-21T10:31:00Z");
    await rig.rounds(2);
    assert.deepEqual(rig.monitoring.titles("incident"), ["INCIDENT: MemoApp: Down", "UPDATE DUE: MemoApp: Down"]);
    await ask("incident update", { status: "Fixing", by: "a@b" });
    await ask("incident resolve", { system: "memo", resolution: "Done", by: "a@b" });
    assert.deepEqual(rig.monitoring.titles("incident").slice(2), ["INCIDENT UPDATE: MemoApp: Down", "RESOLVED: MemoApp: Down"]);
    assert.deepEqual((await ask("incident list", {})).incidents, []);
    assert.equal((await ask("incident list", { all: true })).incidents?.length, 1);
    await assert.rejects(ask("incident update", { status: "x" }), /name it; none is open/);
    assert.equal((await ask("notice", { kind: "drill", system: "memo", title: "Restore drill", text: "passed" })).notice?.delivered, true);
    await assert.rejects(ask("notice", { kind: "digest", title: "x", text: "y" }), /kind is "digest"/);
  });

  it("exports exactly the metrics that alerts and panels name", async () => {
    const agent = await rig.start(withVersion("1.0.0"));
    await rig.rounds(1);
    const text = await createMetrics(agent).metrics();
    assert.match(text, /stackbook_release_info\{system="memo",version="1\.0\.0"\} 1/);
    assert.match(text, /stackbook_updates_total\{system="memo"\} 1/);
    assert.match(text, /stackbook_release_timestamp_seconds\{system="memo"\} \d+/);
    assert.match(text, /stackbook_incidents_open\{system="stack"\} 0/);
    assert.match(text, /stackbook_notices_failed_total 0/);
    // Before the first digest: the first start, so that one that never comes is missed.
    assert.match(text, new RegExp(`^stackbook_digest_last_success_timestamp_seconds ${Date.parse("2026-11-21T10:00:00Z") / 1000}$`, "m"));
    rig.monitoring.alertmanagerDown = true;
    await rig.at("2026-11-22T06:10:00Z");
    assert.match(await createMetrics(rig.restart()).metrics(), /^stackbook_digest_last_success_timestamp_seconds 1795255200$/m);
  });
});
