import assert from "node:assert/strict";
import { closedAhead, compareClosings, isClosed } from "../../../../agents/status/src/closed";
import { renderJson } from "../../../../agents/status/src/page/json";
import { renderPage } from "../../../../agents/status/src/page/page";
import { removeFolders, Rig, statusConfig } from "./support";

// The tests' agent starts at noon in Athens: 10:00 UTC.
const from = "2026-11-21T11:00:00.000Z";
const until = "2026-11-21T12:00:00.000Z";
const time = (change: object = {}): object => ({ systems: ["memo"], from, until, message: "New <rooms>.", ...change });

describe("a closed time", () => {
  const config = statusConfig({ closed: [time(), time({ systems: "all", from: "2026-12-01T00:00:00.000Z", until: undefined }), time({ systems: ["motel"], from: undefined, until })] });

  it("is on from its first second to its last, for its systems", () => {
    const is = (system: string, at: string): boolean => isClosed(config, system, new Date(at));
    assert.deepEqual(["2026-11-21T10:59:59.999Z", from, "2026-11-21T11:59:59Z", until].map((at) => is("memo", at)), [false, true, true, false]);
    assert.deepEqual([is("motel", "2020-01-01T00:00:00Z"), is("motel", until)], [true, false]);
    assert.ok(is("memo", "2099-01-01T00:00:00Z") && is("unheard-of", "2099-01-01T00:00:00Z"));
  });

  it("is shown ahead, while it lasts, and no longer", () => {
    const shown = (at: string): string[] => closedAhead(config, new Date(at)).map(({ active, endsAt, startsAt }) => `${startsAt ?? "-"} ${endsAt ?? "-"}${active ? " now" : ""}`);
    assert.deepEqual(shown("2026-11-21T11:30:00Z"), [`- ${until} now`, `${from} ${until} now`, "2026-12-01T00:00:00.000Z - "].map((text) => text.trim()));
    assert.deepEqual(shown("2026-11-21T13:00:00Z"), ["2026-12-01T00:00:00.000Z -"]);
  });

  it("is refused by the name of its field", () => {
    assert.throws(() => statusConfig({ closed: [time({ from: "tomorrow" })] }), /closed\.0\.from is "tomorrow": give a time in UTC/);
  });
});

describe("what people are told of closed times", () => {
  const at = (text: string): Date => new Date(text);

  it("is each of planned, changed, begun and over, once", () => {
    const said: string[] = [];
    let known = {};
    const look = (moment: string, ...closed: object[]): void => {
      const { closings, news } = compareClosings(known, statusConfig({ closed }), at(moment));
      known = JSON.parse(JSON.stringify(closings)) as object;
      said.push(...news.map(({ what }) => what), ";");
    };
    look("2026-11-20T10:00:00Z", time());
    look("2026-11-20T10:01:00Z", time());
    look("2026-11-20T10:02:00Z", time({ until: "2026-11-21T12:30:00.000Z" }));
    look(from, time());
    look("2026-11-21T11:30:00Z", time());
    look(until, time());
    look("2026-11-21T12:01:00Z", time());
    look("2026-11-21T12:02:00Z");
    assert.equal(said.join(" "), "planned ; ; changed ; begun ; ; over ; ; ;");
  });

  it("is that a planned one was called off, and one that was on is over", () => {
    const told = (moment: string): string[] => {
      const { closings } = compareClosings({}, statusConfig({ closed: [time()] }), at(moment));
      return compareClosings(closings, statusConfig(), at(moment)).news.map(({ what }) => what);
    };
    assert.deepEqual([told("2026-11-21T10:00:00Z"), told("2026-11-21T11:30:00Z"), told("2026-11-21T13:00:00Z")], [["cancelled"], ["over"], []]);
  });

  it("keeps two that begin together apart", () => {
    const both = statusConfig({ closed: [time({ from: undefined, until: undefined }), time({ from: undefined, until })] });
    const { closings, news } = compareClosings({}, both, at(from));
    assert.deepEqual(news.map(({ what }) => what), ["begun", "begun"]);
    assert.deepEqual(compareClosings(closings, both, at(from)).news, []);
  });
});

describe("the status agent in maintenance", () => {
  let rig: Rig;
  beforeEach(() => { rig = new Rig(); });
  afterEach(() => rig.stop());
  after(removeFolders);

  it("tells the channels ahead, at the beginning and at the end, over restarts", async () => {
    await rig.start({ closed: [time()] });
    await rig.rounds(2);
    rig.restart();
    await rig.at("2026-11-21T11:00:10Z");
    await rig.rounds(2);
    await rig.at("2026-11-21T12:00:10Z");
    await rig.rounds(2);
    assert.deepEqual(rig.monitoring.titles("maintenance"), ["MAINTENANCE PLANNED: MemoApp, 2026-11-21 13:00 (Europe/Athens)", "MAINTENANCE BEGUN: MemoApp", "MAINTENANCE OVER: MemoApp"]);
    const [planned] = [...rig.monitoring.notices.values()].filter(({ labels }) => labels["kind"] === "maintenance");
    assert.deepEqual([planned?.labels["system"], planned?.labels["alertname"]], ["memo", "MaintenanceNotice"]);
    assert.equal(planned?.annotations["text"], [
      "MemoApp: visitors are turned away during maintenance.", "From: 2026-11-21 13:00 (Europe/Athens)", "Until: 2026-11-21 14:00 (Europe/Athens)", "Visitors read: New <rooms>.", "Status page: https://status.example.org",
    ].join("\n"));
  });

  it("shows it to visitors though checks from inside are answered, and counts it for neither side", async () => {
    const agent = await rig.start({ closed: [time(), time({ systems: "all", from: "2026-12-01T00:00:00.000Z", until: undefined, message: undefined })] });
    rig.monitoring.up = { memo: 1, motel: 1 };
    await rig.at("2026-11-21T11:00:10Z");
    await rig.rounds(1);
    const view = agent.view();
    assert.deepEqual([view.state, ...view.systems.map(({ state }) => state)], ["maintenance", "maintenance", "operational"]);
    assert.ok(agent.history.tally("2026-11-21", "memo").maintenance > 0);
    const html = renderPage(view);
    assert.match(html, /Now:<\/strong> MemoApp, closed from <time [^>]*>13:00<\/time> until <time [^>]*>14:00<\/time>: New &lt;rooms&gt;\./);
    assert.match(html, /All systems, closed from <time [^>]*>2026-12-01 02:00<\/time> until further notice</);
    assert.deepEqual((renderJson(view) as { closed: unknown }).closed, [
      { systems: ["memo"], startsAt: from, endsAt: until, message: "New <rooms>.", active: true },
      { systems: "all", startsAt: "2026-12-01T00:00:00.000Z", endsAt: null, message: null, active: false },
    ]);
  });

  it("says nothing of times that were over before it heard of them", async () => {
    await rig.start({ closed: [time({ from: "2026-11-20T00:00:00.000Z", until: "2026-11-20T01:00:00.000Z" })] });
    await rig.rounds(2);
    assert.deepEqual(rig.monitoring.titles("maintenance"), []);
  });
});
