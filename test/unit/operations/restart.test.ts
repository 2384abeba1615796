import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeMark } from "../../../halts/mark";
import type { Context } from "../../../operations/commands/types";
import type { Container } from "../../../operations/engine";
import { exitCodes } from "../../../operations/problem";
import { readAudit } from "../../../operations/change/audit";
import type { Stack } from "../../../operations/stack";
import { piece } from "../halts/fakeHands";
import { FakeContainers } from "./support/containers";
import { FakeCli, stackbook, type Said } from "./support/fakes";

const app = (service: string, replica: number) => {
  const made = piece("app", `${service}-${replica}`);
  return { ...made, name: `motel-${service}-a-${replica}-1a2b3c4`, labels: { ...made.labels, "stackbook.service": service, "stackbook.slot": "a" } };
};
const ofStack = (role: string, service: string) => {
  const made = piece(role, service);
  return { ...made, labels: { ...made.labels, "stackbook.system": "stack" } };
};

/** The edge's table as HAProxy prints it: every server serves, and asks nobody. */
const table = ["motel_backend,a-0", "motel_backend,a-1", "motel_frontend,a-0"].map((place) => `${place},UP,L7OK,0`);
const stats = `HTTP/1.0 200 OK\r\n\r\n# pxname,svname,status,check_status,scur\n${table.join("\n")}\n`;

describe("stackbook restart", () => {
  let engine: FakeContainers;
  let root: string;
  /** What the edge is told, and what is restarted, in order. */
  let order: string[];

  const made = (replicas: number): void => {
    engine = new FakeContainers([...Array.from({ length: replicas }, (_, replica) => app("backend", replica)), app("frontend", 0), piece("database"), piece("cache"), piece("task", "migration"), ofStack("edge", "edge"), ofStack("monitoring", "prometheus")]);
    order = [];
    engine.answer = (container, _command, line) => {
      if (container !== "edge") return undefined;
      const told = /s=(\S+)&action=(\w+)&b=(\S+)/.exec(line);
      if (told === null) return { code: 0, out: stats, err: "" };
      order.push(`${told[3] ?? ""}/${told[1] ?? ""} ${told[2] ?? ""}`);
      return { code: 0, out: "HTTP/1.0 303 See Other\r\nlocation: /stats;st=DONE\r\n\r\n", err: "" };
    };
    const restart = engine.restart;
    engine.restart = (container, seconds) => (order.push(`restart ${engine.hands.pieces.find(({ id }) => id === container)?.name ?? container} ${seconds}`), restart(container, seconds));
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-restart-"));
    writeFileSync(join(root, "Pulumi.dev.yaml"), "config:\n  stackbook:systems:\n    motel:\n      version: 1.0.0\n");
    made(2);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (argv: readonly string[], change: Partial<Context> = {}): Promise<Said> => {
    const stack: Stack = { name: "dev", outputs: {}, dockerHost: undefined, cli: new FakeCli() };
    return stackbook(["restart", ...argv], stack, engine, { root, ...change });
  };

  it("leads visitors past one container after the other, and asks nobody where another serves meanwhile", async () => {
    const { code, err, out, progress } = await run(["motel", "backend"]);
    assert.equal(code, 0, err);
    assert.deepEqual(order, [0, 1].flatMap((replica) => [`motel_backend/a-${replica} maint`, `restart motel-backend-a-${replica}-1a2b3c4 30`, `motel_backend/a-${replica} drain`, `motel_backend/a-${replica} ready`]));
    assert.match(progress.join("\n"), /motel-backend-a-1-1a2b3c4: restarted in .* and visitors reach it again/);
    assert.match(out, /^Restarted 2 containers in/);
    assert.deepEqual(readAudit(root, "dev").map(({ result, what }) => `${what}: ${result}`), ["restart motel backend: begun", "restart motel backend: done"]);
  }).timeout(30_000);

  it("says first what visitors notice, and asks", async () => {
    const questions: string[] = [];
    const confirm = (question: string): Promise<boolean> => Promise.resolve(questions.push(question) < 0);
    const alone = await run(["motel", "frontend"], { confirm });
    assert.equal(alone.code, exitCodes.interrupted);
    assert.match(alone.progress[0] ?? "", /motel frontend has one container: .* npx stackbook scale motel frontend=2/);
    const store = await run(["motel", "database"], { confirm });
    assert.match(store.progress.join("\n"), /motel database ends cleanly and starts again/);
    const hard = await run(["motel", "database", "--hard"], { confirm });
    assert.match(hard.progress.join("\n"), /All at once[^]*motel database is killed after a second; .*loses nothing that was confirmed/);
    const edge = await run(["stack", "edge"], { confirm });
    assert.match(edge.progress.join("\n"), /nobody reaches any for about 5 s/);
    assert.deepEqual([questions, order], [["Restart?", "Restart?", "Restart?", "Restart?"], []]);
  });

  it("gives a store a minute to end, leads nobody past it, and restarts no task", async () => {
    assert.equal((await run(["motel", "database", "--yes"])).code, 0);
    assert.deepEqual(order, ["restart database 60"]);
    order.length = 0;
    assert.equal((await run(["motel", "migration", "--yes"])).code, exitCodes.usage);
    assert.equal((await run(["motel", "cache", "--hard", "--yes"])).code, 0);
    assert.deepEqual(order, ["restart cache 1"]);
  }).timeout(30_000);

  it("stops at the first that does not get well, and names those that it left alone", async () => {
    const gone = new Set<string>();
    const restart = engine.restart;
    engine.restart = (container, seconds) => (gone.add(container), restart(container, seconds));
    engine.more = ({ id }): Partial<Container> => (gone.has(id) ? { state: "exited", exitCode: 1 } : {});
    const { code, err } = await run(["motel", "backend"]);
    assert.equal(code, exitCodes.failed);
    assert.match(err, /motel-backend-a-0-1a2b3c4 has ended with exit code 1; its last lines:[^]*a line of[^]*Not touched, as this one is unwell: motel-backend-a-1-1a2b3c4/);
    assert.ok(!order.some((what) => what.startsWith("restart motel-backend-a-1")));
  }).timeout(60_000);

  it("lets in again whom a restart that was killed has left out", async () => {
    let out = true;
    const { answer } = engine;
    engine.answer = (container, command, line) => {
      if (/s=a-0&action=ready&b=motel_frontend/.test(line)) out = false;
      return line.startsWith("GET") && out ? { code: 0, out: stats.replace("motel_frontend,a-0,UP", "motel_frontend,a-0,MAINT"), err: "" } : answer(container, command, line);
    };
    const { progress } = await run(["motel", "cache", "--yes"]);
    assert.match(progress.join("\n"), /motel-frontend-a-0-1a2b3c4: an earlier restart was cut off and left it without visitors; let in again/);
    assert.ok(order.includes("motel_frontend/a-0 ready"));
  }).timeout(60_000);

  it("refuses what is not there, and what was stopped in an emergency", async () => {
    const refused = async (says: RegExp, ...argv: readonly string[]): Promise<void> => {
      const { code, err } = await run(argv);
      assert.notEqual(code, 0);
      assert.match(err, says);
    };
    await refused(/nope is no system\n {2}Use one of: .*stack\./, "nope");
    await refused(/no container of motel nope\n {2}Its services: backend, cache, database, frontend, migration\./, "motel", "nope");
    await refused(/name the service/, "stack");
    await writeMark(engine.hands, { stack: "dev", system: "motel" }, { at: "2026-11-21T09:00:00Z", by: "ops", isolated: false, stage: "halted", cuts: [] }, new Date());
    await refused(/motel was stopped in an emergency\n {2}Start it again with: npx stackbook resume motel/, "motel");
    assert.deepEqual(order, []);
  });
});
