import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { marksOf, writeMark } from "../../../halts/mark";
import { readAudit } from "../../../operations/change/audit";
import type { Context } from "../../../operations/commands/types";
import { keepDown } from "../../../operations/emergency/watch";
import { exitCodes, Problem } from "../../../operations/problem";
import type { Stack } from "../../../operations/stack";
import { motel, piece } from "../halts/fakeHands";
import { FakeContainers } from "./support/containers";
import { FakeCli, stackbook, type Said } from "./support/fakes";

const file = "config:\n  stackbook:systems:\n    motel:\n      version: 1.0.0 # the first\n    sms:\n      version: 1.0.0\n";
const locked = new Problem("an update by ops@other is at work", ["Wait until it has ended."], exitCodes.locked);

describe("stackbook emergency-stop and resume", () => {
  let root: string;
  let engine: FakeContainers;
  let cli: FakeCli;
  let state: Stack["state"];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-emergency-"));
    writeFileSync(join(root, "Pulumi.dev.yaml"), file);
    engine = new FakeContainers([...motel(), piece("edge", "edge", { labels: { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.role": "edge", "stackbook.service": "edge" } })]);
    cli = new FakeCli();
    state = undefined;
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (argv: readonly string[], change: Partial<Context> = {}): Promise<Said> => {
    const stack: Stack = { name: "dev", outputs: {}, dockerHost: undefined, cli, ...(state === undefined ? {} : { state }) };
    return stackbook(argv, stack, engine, { root, locate: () => Promise.resolve({ name: "dev", dockerHost: undefined }), ...change });
  };
  const text = (): string => readFileSync(join(root, "Pulumi.dev.yaml"), "utf8");
  const audit = (): string[] => readAudit(root, "dev").map(({ command, result, what }) => `${command}: ${what}: ${result}`);
  const down = (): string[] => engine.hands.pieces.filter(({ state: now }) => now === "exited").map(({ name }) => name).sort();

  it("stops the system and nothing else, marks it, writes it into the stack file and makes one update", async () => {
    const { code, out, progress } = await run(["emergency-stop", "motel", "--why", "prices are wrong", "--yes"]);
    assert.equal(code, 0, out);
    assert.deepEqual(down(), ["backend", "backup", "cache", "database", "frontend", "postgres-exporter", "traffic"]);
    assert.match(progress[0] ?? "", /^motel: stopped in \d+\.\d s: backend, frontend, traffic, backup/);
    assert.match(text(), /version: 1\.0\.0 # the first\n {6}halted:\n {8}at: "?2026-11-21T10:00:00Z"?\n {8}by: ops@desk\n {8}why: prices are wrong\n {4}sms/);
    assert.deepEqual(cli.updates, ["emergency-stop motel: recorded: prices are wrong"]);
    assert.deepEqual(await marksOf(engine.hands, "dev"), { motel: { at: "2026-11-21T10:00:00Z", by: "ops@desk", why: "prices are wrong", isolated: false, stage: "halted", cuts: [] } });
    assert.deepEqual(audit().slice(0, 2), ["emergency-stop: emergency-stop motel: begun", "emergency-stop: emergency-stop motel: done"]);
    assert.match(out, /Recorded: a plain `pulumi up` keeps it so[^]*npx stackbook resume motel\n$/);
  });

  it("asks first, and without a system that is there says which are", async () => {
    const questions: string[] = [];
    const { code } = await run(["emergency-stop", "motel"], { confirm: (question) => Promise.resolve(questions.push(question) === 0) });
    assert.equal(code, exitCodes.interrupted);
    assert.match(questions[0] ?? "", /Stop everything of motel in the stack dev at once\?/);
    assert.deepEqual([down(), engine.hands.done, cli.updates], [[], [], []]);
    const other = await run(["emergency-stop", "sms", "--yes"]);
    assert.equal(other.code, exitCodes.usage);
    assert.match(other.err, /no container of sms in the stack dev\n {2}Use one of: motel, all\./);
    assert.equal((await run(["emergency-stop", "motel", "--yes", "--wait", "soon"])).code, exitCodes.usage);
    assert.equal((await run(["emergency-stop", "motel", "--yes", "--why", "two\nlines"])).code, exitCodes.usage);
  });

  it("cuts off and leaves running, and writes down what was cut before it does", async () => {
    const { code, out } = await run(["emergency-stop", "all", "--isolate", "--yes"]);
    assert.equal(code, 0, out);
    assert.deepEqual(down(), []);
    const motels = engine.hands.pieces.filter(({ labels }) => labels["stackbook.system"] === "motel");
    assert.ok(motels.every(({ networks, restart }) => networks.length === 0 && restart === "no"));
    assert.equal(engine.hands.pieces.find(({ name }) => name === "edge")?.networks.length, 1, "the edge is the stack's");
    const order = engine.hands.done.indexOf("mark");
    assert.ok(order >= 0 && order < engine.hands.done.findIndex((what) => what.startsWith("disconnect")));
    assert.equal((await marksOf(engine.hands, "dev"))["motel"]?.cuts.length, 7);
    assert.match(text(), /isolated: true/);
    assert.match(out, /npx stackbook evidence motel/);
  });

  it("stops while somebody else is at work, waits as long as it may, and says how to record it later", async () => {
    const { code, out, progress } = await run(["emergency-stop", "motel", "--yes", "--wait", "0"], { repair: () => Promise.reject(locked) });
    assert.equal(code, exitCodes.locked);
    assert.equal(down().length, 7);
    assert.match(out, /NOT YET RECORDED: an update by ops@other is at work[^]*npx stackbook emergency-stop motel --record/);
    assert.deepEqual([cli.updates, text()], [[], file]);
    assert.match(progress[0] ?? "", /^motel: stopped/);
    const later = await run(["emergency-stop", "motel", "--record"]);
    assert.equal(later.code, 0, later.err);
    assert.match(text(), /halted:/);
    assert.deepEqual(cli.updates, ["emergency-stop motel: recorded"]);
  });

  it("records as soon as the other one has ended", async () => {
    let asked = 0;
    const { code, progress } = await run(["emergency-stop", "motel", "--yes"], { now: () => new Date(), repair: () => (asked++ === 0 ? Promise.reject(locked) : Promise.resolve({ sequence: 0, refresh: false })) });
    assert.equal(code, 0);
    assert.ok(progress.some((line) => /what is down stays down\. Waiting up to 10 min/.test(line)));
    assert.match(text(), /halted:/);
  }).timeout(15_000);

  it("tells when something could not be stopped, and is no success then", async () => {
    engine.hands.failures = { "stop backend 1": new Error("the engine is busy") };
    const { code, out } = await run(["emergency-stop", "motel", "--yes"]);
    assert.equal(code, exitCodes.failed);
    assert.match(out, /motel: NOT everything is stopped after [^]*backend: the engine is busy/);
    assert.ok(down().includes("database"), "the others are down");
  });

  it("has nobody paged for what was stopped, until the stack's own rules know of it, or it runs again", async () => {
    engine = new FakeContainers([...motel(), piece("alertmanager", "alertmanager", { labels: { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.service": "alertmanager" } })]);
    let silences: { readonly id: string; readonly comment: string }[] = [{ id: "of-a-person", comment: "known, OPS-7" }];
    const asked: string[] = [];
    engine.answer = (container, [tool, , , what, ...rest]) => {
      if (container !== "alertmanager" || tool !== "amtool") return undefined;
      asked.push(`${what} ${rest.join(" ")}`.trim());
      if (what === "add") silences.push({ id: `s${asked.length}`, comment: rest.find((one) => one.startsWith("--comment="))?.slice(10) ?? "" });
      if (what === "expire") silences = silences.filter(({ id }) => !rest.includes(id));
      return { code: 0, err: "", out: what === "query" ? JSON.stringify(silences) : "" };
    };
    await run(["emergency-stop", "motel", "--yes"]);
    assert.deepEqual(asked, [
      'add --author=ops@desk --comment=emergency stop of motel --duration=2400s system="motel" class!="security"', "query --output=json", "expire s1",
    ]);
    await run(["resume", "motel", "--yes"]);
    await run(["emergency-stop", "motel", "--yes", "--wait", "0"], { repair: () => Promise.reject(locked) });
    assert.deepEqual(silences.map(({ comment }) => comment), ["known, OPS-7", "emergency stop of motel"], "it is not recorded yet");
    await run(["resume", "motel", "--yes"]);
    assert.deepEqual(silences.map(({ comment }) => comment), ["known, OPS-7"]);
  });

  it("stops all the same when Alertmanager does not listen, and says so", async () => {
    engine = new FakeContainers([...motel(), piece("alertmanager", "alertmanager", { labels: { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.service": "alertmanager" } })]);
    engine.answer = (_container, [tool]) => (tool === "amtool" ? { code: 1, err: "connection refused", out: "" } : undefined);
    const { code, progress } = await run(["emergency-stop", "motel", "--yes"]);
    assert.equal(code, 0);
    assert.ok(progress.includes("Alertmanager could not be told, so alerts of what was stopped may be sent until this is recorded: alertmanager: connection refused"), progress.join("\n"));
  });

  it("rather stays unrecorded than lets an update remove what may be evidence", async () => {
    state = { containers: [{ id: "old", name: "motel-backend-a-0-old", image: "", labels: { "stackbook.system": "motel" }, leaving: true }], pending: [] };
    const { code, out } = await run(["emergency-stop", "motel", "--isolate", "--yes"]);
    assert.equal(code, exitCodes.failed);
    assert.match(out, /NOT YET RECORDED: recording it would remove motel-backend-a-0-old[^]*npx stackbook evidence motel/);
    assert.deepEqual(cli.updates, []);
    assert.equal((await run(["emergency-stop", "motel", "--record"])).code, 0, "asked for, it does");
  });

  it("keeps who stopped it first, and what was cut, when it is stopped after it was cut off", async () => {
    await run(["emergency-stop", "motel", "--isolate", "--why", "a breach", "--yes"]);
    await run(["emergency-stop", "motel", "--yes"], { who: "other@desk", now: () => new Date("2026-11-21T11:00:00Z") });
    const mark = (await marksOf(engine.hands, "dev"))["motel"];
    assert.deepEqual([mark?.at, mark?.by, mark?.why, mark?.isolated, mark?.cuts.length], ["2026-11-21T10:00:00Z", "ops@desk", "a breach", false, 7]);
    assert.equal(down().length, 7);
  });

  it("stops again what an update that is at work starts, until the watch ends", async () => {
    const said: string[] = [];
    await run(["emergency-stop", "motel", "--yes"]);
    const watch = keepDown(engine.hands, "dev", ["motel"], false, (line) => said.push(line));
    const backend = engine.hands.pieces.find(({ name }) => name === "backend");
    engine.hands.change(backend?.id ?? "", { state: "running" });
    for (let i = 0; i < 100 && watch.again.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    await watch.end();
    assert.deepEqual(watch.again, ["backend"]);
    assert.match(said[0] ?? "", /backend was started by the update that is at work: stopped again/);
    engine.hands.change(backend?.id ?? "", { state: "running" });
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.deepEqual(watch.again, ["backend"], "it has ended");
  });

  it("is resumed by one update that finds its mark, with the key out of the file", async () => {
    await run(["emergency-stop", "motel", "--why", "a breach", "--yes"]);
    cli.onUp = () => assert.match(text(), /motel:\n {6}version: 1\.0\.0 # the first\n {4}sms:/);
    const { code, err, out, progress } = await run(["resume", "motel", "--yes"]);
    assert.equal(code, 0, err);
    assert.deepEqual(cli.updates.at(-1), "resume motel");
    assert.equal((await marksOf(engine.hands, "dev"))["motel"]?.stage, "resuming", "the update itself takes it away");
    assert.match(progress.join("\n"), /motel: stopped since 2026-11-21T10:00:00Z by ops@desk \(a breach\)/);
    assert.match(out, /^motel runs again/);
  });

  it("is resumed also when it was never recorded, and again when a resume was cut off", async () => {
    await writeMark(engine.hands, { stack: "dev", system: "motel" }, { at: "2026-11-21T09:00:00Z", by: "ops", isolated: true, stage: "halted", cuts: [] }, new Date());
    const first = await run(["resume", "all", "--yes"]);
    assert.match(first.progress.join("\n"), /cut off from its networks .*which was not recorded yet; its processes are ended and begun anew/);
    assert.equal((await run(["resume", "motel", "--yes"])).code, 0);
    assert.deepEqual(cli.updates, ["resume all", "resume motel"]);
  });

  it("says what is halted when something else is to be resumed, and asks first", async () => {
    const none = await run(["resume", "motel", "--yes"]);
    assert.match(none.err, /motel is not halted in the stack dev\n {2}Did a resume break off/);
    await run(["emergency-stop", "motel", "--yes"]);
    assert.match((await run(["resume", "sms", "--yes"])).err, /sms is not halted in the stack dev\n {2}Halted are: motel\./);
    assert.equal((await run(["resume", "motel"], { confirm: () => Promise.resolve(false) })).code, exitCodes.interrupted);
    assert.match(text(), /halted:/);
  });
});
