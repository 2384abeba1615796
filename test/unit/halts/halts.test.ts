import assert from "node:assert/strict";
import { ownerLabels } from "../../../halts/hands";
import { haltText, marksOf, removeMarks, writeMark, type Mark } from "../../../halts/mark";
import { connectAgain, startAll } from "../../../halts/start";
import { cutOff, cutsOf, emergencySeconds, stopAll } from "../../../halts/stop";
import { FakeHands, idOf, motel, piece } from "./fakeHands";

const owner = { stack: "dev", system: "motel" };
const mark: Mark = { at: "2026-11-21T08:00:00Z", by: "ops@desk", why: "a breach", isolated: false, stage: "halted", cuts: [] };
const at = (text: string): Date => new Date(`2026-11-21T${text}Z`);

describe("the mark of a system that was stopped", () => {
  it("is a volume on the engine that says who, when and why, and what was cut", async () => {
    const hands = new FakeHands();
    const cuts = [{ container: "c1", networks: [{ name: "motel-web", aliases: ["backend"] }], restart: "unless-stopped" as const }];
    await writeMark(hands, owner, { ...mark, cuts }, at("08:00:01"));
    const [[name, labels] = ["", {}]] = [...hands.marks];
    assert.match(name, /^stackbook-dev-motel-halt-\d+$/);
    assert.equal(labels["stackbook.role"], "halt");
    assert.deepEqual(await marksOf(hands, "dev"), { motel: { ...mark, cuts } });
    assert.deepEqual(await marksOf(hands, "prod"), {});
  });

  it("is there before the one it replaces is gone, and is the newer one whatever the clocks say", async () => {
    const hands = new FakeHands();
    await writeMark(hands, owner, mark, at("08:00:01"));
    await writeMark(hands, owner, { ...mark, stage: "resuming" }, at("07:00:00"));
    assert.deepEqual(hands.done, ["mark", "mark", "unmark"]);
    assert.equal((await marksOf(hands, "dev"))["motel"]?.stage, "resuming");
    hands.marks.set("left", { ...Object.fromEntries(Object.entries([...hands.marks.values()][0] ?? {})), "stackbook.written": at("06:00:00").toISOString(), "stackbook.halt": JSON.stringify(mark) });
    assert.equal((await marksOf(hands, "dev"))["motel"]?.stage, "resuming");
  });

  it("goes with all that replaced it, and other systems' stay", async () => {
    const hands = new FakeHands();
    await writeMark(hands, owner, mark, at("08:00:01"));
    await writeMark(hands, { ...owner, system: "sms" }, mark, at("08:00:01"));
    await removeMarks(hands, owner);
    assert.deepEqual(Object.keys(await marksOf(hands, "dev")), ["sms"]);
  });

  it("of somebody else's making is none", async () => {
    const hands = new FakeHands();
    hands.marks.set("strange", { ...ownerLabels(owner), "stackbook.role": "halt", "stackbook.halt": "yes" });
    assert.deepEqual(await marksOf(hands, "dev"), {});
    assert.equal(haltText(mark), "since 2026-11-21T08:00:00Z by ops@desk (a breach)");
    assert.equal(haltText({ at: mark.at, by: mark.by }), "since 2026-11-21T08:00:00Z by ops@desk");
  });
});

describe("stopping everything of a system", () => {
  it("begins with who serves and asks, then who looks after the data; the data's servers are last and get most", async () => {
    const hands = new FakeHands(motel());
    const { names, problems } = await stopAll(hands, hands.pieces, emergencySeconds);
    assert.deepEqual(hands.done, ["stop backend 1", "stop frontend 1", "stop traffic 1", "stop backup 1", "stop postgres-exporter 1", "stop database 4", "stop cache 4"]);
    assert.equal(names.length, 7);
    assert.deepEqual(problems, []);
  });

  it("leaves four of ten seconds to the engine", () => {
    assert.ok(emergencySeconds.reduce((sum, seconds) => sum + seconds, 0) <= 6);
  });

  it("touches nothing that doesn't run, and what is restarting or paused as well", async () => {
    const hands = new FakeHands([piece("app", "backend", { state: "created" }), piece("app", "frontend", { state: "restarting" }), piece("database", "database", { state: "paused" }), piece("cache", "cache", { state: "exited" })]);
    await stopAll(hands, hands.pieces, emergencySeconds);
    assert.deepEqual(hands.done, ["stop frontend 1", "stop database 4"]);
  });

  it("is held up by nobody: what can't be stopped is told, what is gone is as good as stopped", async () => {
    const hands = new FakeHands(motel());
    hands.failures = { "stop backend 1": new Error("the engine is busy"), "stop frontend 1": Object.assign(new Error("no such container"), { statusCode: 404 }) };
    const { names, problems } = await stopAll(hands, hands.pieces, emergencySeconds);
    assert.deepEqual(problems, ["backend: the engine is busy"]);
    assert.deepEqual([...names].sort(), ["backup", "cache", "database", "postgres-exporter", "traffic"]);
  });
});

describe("cutting a system off", () => {
  it("disconnects every container from every network, and keeps the engine from starting it into another one", async () => {
    const hands = new FakeHands([piece("app", "backend", { networks: [{ name: "motel-web", aliases: ["backend"] }, { name: "motel-database", aliases: ["backend"] }] }), piece("database")]);
    await cutOff(hands, hands.pieces);
    const of = (name: string): string[] => hands.done.filter((what) => what.includes(` ${name}`));
    assert.deepEqual(of("backend"), ["restart backend no", "disconnect motel-web backend", "disconnect motel-database backend"]);
    assert.deepEqual(of("database"), ["restart database no", "disconnect motel-database database"]);
    assert.deepEqual(hands.pieces.map(({ networks, state }) => [networks.length, state]), [[0, "running"], [0, "running"]]);
  });

  it("knows what to connect again, also what was cut earlier, without the names that the engine gives by itself", () => {
    const first = cutsOf([piece("app", "backend")], []);
    assert.deepEqual(first, [{ container: idOf("backend"), networks: [{ name: "motel-web", aliases: ["backend"] }], restart: "unless-stopped" }]);
    const again = cutsOf([piece("app", "backend", { restart: "no", networks: [{ name: "motel-cache", aliases: ["backend"] }] }), piece("database", "database", { networks: [] })], [...first, { container: "gone", networks: [], restart: "always" }]);
    assert.deepEqual(again, [
      { container: "gone", networks: [], restart: "always" },
      { container: idOf("backend"), networks: [{ name: "motel-web", aliases: ["backend"] }, { name: "motel-cache", aliases: ["backend"] }], restart: "unless-stopped" },
    ]);
  });
});

describe("starting a system again", () => {
  const asleep = (): FakeHands => new FakeHands(motel().map((each) => ({ ...each, state: "exited" })));

  it("begins with database and cache, and goes on when they are well", async () => {
    const hands = asleep();
    const asked: string[] = [];
    await startAll(hands, hands.pieces, (id) => {
      asked.push(`${Buffer.from(id.replace(/0+$/, ""), "hex").toString()} after ${hands.done.length}`);
      return Promise.resolve(undefined);
    });
    assert.deepEqual(hands.done, ["start database", "start cache", "start backend", "start frontend", "start backup", "start postgres-exporter", "start traffic"]);
    assert.deepEqual(asked, ["database after 2", "cache after 2", "backend after 4", "frontend after 4"]);
  });

  it("stops at a database that does not come back, with its last lines", async () => {
    const hands = asleep();
    await assert.rejects(startAll(hands, hands.pieces, (id) => Promise.resolve(id === idOf("database") ? "has stopped with exit code 1; its last lines:\nPANIC" : undefined)), /database has stopped with exit code 1; its last lines:\nPANIC/);
    assert.deepEqual(hands.done, ["start database", "start cache"]);
  });

  it("leaves an application that is unwell to the edge, which waits for it", async () => {
    const hands = asleep();
    await startAll(hands, hands.pieces, (id) => Promise.resolve(id === idOf("backend") ? "is not healthy after 60 s" : undefined));
    assert.ok(hands.done.includes("start traffic"));
  });

  it("starts nothing that runs, and no task that was cut off, which the update runs anew", async () => {
    const hands = new FakeHands([piece("database"), piece("task", "migration", { state: "exited" }), piece("app", "backend", { state: "created" })]);
    assert.deepEqual(await startAll(hands, hands.pieces, () => Promise.resolve(undefined)), ["backend"]);
    assert.deepEqual(hands.done, ["start backend"]);
  });

  it("connects what was cut as it was, and what has been replaced since not at all", async () => {
    const hands = new FakeHands([piece("app", "backend", { networks: [], restart: "no" }), piece("database")]);
    await connectAgain(hands, hands.pieces, [
      { container: idOf("backend"), networks: [{ name: "motel-web", aliases: ["backend"] }], restart: "unless-stopped" },
      { container: idOf("database"), networks: [{ name: "motel-database", aliases: ["database"] }], restart: "unless-stopped" },
      { container: "gone", networks: [{ name: "motel-web", aliases: [] }], restart: "unless-stopped" },
    ]);
    assert.deepEqual(hands.done, ["connect motel-web backend backend", "restart backend unless-stopped", "restart database unless-stopped"]);
  });
});
