import assert from "node:assert/strict";
import type { Facts } from "../../../../config/facts";
import { Problem } from "../../../../operations/problem";
import { checkHealth, type Check } from "../../../../operations/reading/health";
import type { Stack } from "../../../../operations/stack";
import type { Visit } from "../../../../operations/visitor";
import { stackbook } from "../support/fakes";
import { changed, now, watchedEngine, watchedStack, wellContainers, type Made } from "../support/watched";

/** What of the facts says how a system is reached. */
const facts = { edge: { bindAddress: "0.0.0.0", tls: "self-signed" }, systems: [{ id: "motel", url: "https://motel.example.org" }] } as unknown as Facts;
const stackWithFacts = (made: Made = {}): Stack => watchedStack({ ...made, outputs: { facts, ...made.outputs } });

const answers = (status: number, body = "{}"): Visit => (_site, { path }) => Promise.resolve({ status: path === "/" ? 200 : status, headers: {}, body, milliseconds: 12 });

async function check(visit: Visit, containers = wellContainers, stack = stackWithFacts(), system?: string): Promise<readonly Check[]> {
  return checkHealth(stack, watchedEngine(containers), system, now, visit);
}
const bad = (checks: readonly Check[]): string[] => checks.filter(({ ok }) => !ok).map(({ check: name, system, what }) => `${system} ${name}: ${what}`);

describe("the health of a stack", () => {
  it("is asked as a visitor asks, at the real addresses, and of every container", async () => {
    const asked: string[] = [];
    const visit: Visit = (site, { method, path }) => {
      asked.push(`${method} ${site.origin}${path} at ${site.address}`);
      return Promise.resolve({ status: 200, headers: {}, body: '{"status":"healthy","checks":{"database":{"status":"up"}}}', milliseconds: 12 });
    };
    const checks = await check(visit);
    assert.deepEqual(asked, ["GET https://motel.example.org/health at 127.0.0.1", "GET https://motel.example.org/ at 127.0.0.1"]);
    assert.deepEqual(bad(checks), []);
    assert.deepEqual(checks.map(({ check: name, system }) => `${system} ${name}`), [
      "motel health", "motel page", "motel backend", "motel backup", "motel cache", "motel database", "motel frontend", "stack edge", "stack mtail", "stack prometheus",
    ]);
    assert.equal(checks[0]?.what, "200 on https://motel.example.org/health in 12 ms");
    assert.equal(checks.find(({ check: name }) => name === "mtail")?.what, "runs", "nothing checks its health");
  });

  it("is bad when the backend says so of a part of it, with any status", async () => {
    assert.deepEqual(bad(await check(answers(200, '{"checks":{"database":{"status":"down"},"redis":"disabled","memory":{"status":"up"}}}'))), ["motel health: 200 on https://motel.example.org/health in 12 ms: database is down"]);
    assert.deepEqual(bad(await check(answers(503))), ["motel health: 503 on https://motel.example.org/health in 12 ms"]);
    assert.deepEqual(bad(await check(answers(200, "<html>"))), [], "what is no JSON says nothing more");
  });

  it("is bad when nobody answers, and when a container is not well", async () => {
    const refused: Visit = () => Promise.reject(new Error("nothing listens at 127.0.0.1"));
    assert.deepEqual(bad(await check(refused)), ["motel health: https://motel.example.org/health does not answer: nothing listens at 127.0.0.1", "motel page: https://motel.example.org/ does not answer: nothing listens at 127.0.0.1"]);
    assert.deepEqual(bad(await check(answers(200), changed("motel-database", { state: "exited", health: undefined, exitCode: 1 }))), ["motel database: motel-database-1a2b3c4 ended with exit code 1"]);
  });

  it("is asked of one system, and refused for one that is not there", async () => {
    assert.deepEqual([...new Set((await check(answers(200), wellContainers, stackWithFacts(), "stack")).map(({ system }) => system))], ["stack"]);
    await assert.rejects(check(answers(200), wellContainers, stackWithFacts(), "memo"), (error) => error instanceof Problem && error.exitCode === 2 && /Use one of: motel, stack/.test(error.text()));
  });

  it("takes the 503 of an open maintenance for what it is, and a halted system for ill", async () => {
    const settings = (motel: object): Made => ({ change: { settings: { "stackbook:systems": { value: JSON.stringify({ motel }) } } } });
    const closed: Visit = () => Promise.resolve({ status: 503, headers: {}, body: "", milliseconds: 1 });
    assert.deepEqual(bad(await check(closed, wellContainers, stackWithFacts(settings({ maintenance: [{ until: "2026-11-21T11:00:00Z" }] })))), []);
    assert.equal(bad(await check(closed, wellContainers, stackWithFacts(settings({ maintenance: [{ until: "2026-11-21T09:00:00Z" }] })))).length, 2, "it is over");
    assert.deepEqual(bad(await check(closed, wellContainers, stackWithFacts(settings({ halted: { why: "breach" } })))), ["motel system: halted: breach"]);
  });

  it("leaves out a system that the stack file stops, and says of an old stack that it must be updated", async () => {
    const stopped = stackWithFacts({ outputs: { systems: { motel: { title: "Motel", version: "1", enabled: false, url: "https://motel.example.org" } } } });
    assert.deepEqual((await check(answers(500), wellContainers, stopped, "motel")).map(({ ok, what }) => [ok, what]), [[true, "stopped, as the stack file says"]]);
    assert.match(bad(await check(answers(200), wellContainers, watchedStack()))[0] ?? "", /older than this command; `pulumi up` makes it say so/);
  });
});

describe("stackbook health", () => {
  it("ends with 0 when all is well and with 1 when not, one line for each thing", async () => {
    const well = await stackbook(["health", "stack"], watchedStack(), watchedEngine());
    assert.deepEqual([well.code, well.out], [0, "ok  stack  edge        healthy\nok  stack  mtail       runs\nok  stack  prometheus  healthy\n"]);
    const ill = await stackbook(["health", "stack", "--json"], watchedStack(), watchedEngine(changed("edge", { health: "unhealthy" })));
    assert.equal(ill.code, 1);
    assert.deepEqual((JSON.parse(ill.out) as { ok: boolean; checks: Check[] }).checks.filter(({ ok }) => !ok).map(({ check: name }) => name), ["edge"]);
  });

  it("waits until it is well, says for what, and asks again when the engine is away for a while", async () => {
    let round = 0;
    const engine = watchedEngine();
    const asked = engine.containers;
    engine.containers = (...given) => {
      round += 1;
      if (round === 1) return Promise.reject(new Problem("the engine can't be reached"));
      return round === 2 ? watchedEngine(changed("edge", { health: "starting" })).containers(...given) : asked(...given);
    };
    const { code, progress } = await stackbook(["health", "stack", "--wait", "30s"], watchedStack(), engine);
    assert.deepEqual([code, progress], [0, ["waiting for the engine", "waiting for stack edge"]]);
  }).timeout(10_000);

  it("gives up at the end of the wait, and refuses one that is none", async () => {
    const ill = watchedEngine(changed("edge", { health: "unhealthy" }));
    assert.equal((await stackbook(["health", "stack", "--wait", "1s"], watchedStack(), ill)).code, 1);
    const { code, err } = await stackbook(["health", "--wait", "a while"], watchedStack(), ill);
    assert.deepEqual([code, err], [2, "error: --wait is a while: use 1 s to 1 h, such as 60s, 15m or 1h30m\n"]);
  });
});
