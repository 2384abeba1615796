import assert from "node:assert/strict";
import { Problem } from "../../../../operations/problem";
import { takeSnapshot } from "../../../../operations/reading/snapshot";
import type { Snapshot } from "../../../../operations/reading/types";
import { watch } from "../../../../operations/reading/watch";
import { stackbook } from "../support/fakes";
import { prometheusExec } from "../support/prometheus";
import { changed, figures, now, part, release, valuesBy, watchedEngine, watchedStack, wellContainers } from "../support/watched";

const text = async (...given: Parameters<typeof stackbook>): Promise<string> => {
  const { code, err, out } = await stackbook(...given);
  assert.equal(code, 0, err);
  return out;
};

describe("stackbook status", () => {
  it("shows a stack that is well on one screen of 80 columns", async () => {
    const out = await text(["status"], watchedStack(), watchedEngine(), { screen: { colours: false, columns: 80 } });
    assert.equal(out, `dev (prod) on the local engine, 2026-11-21 10:00 UTC                 all is well

SYSTEM  VERSION  HEALTH    UP  REQ/S    5XX    P95      BACKUP
motel   1.0.0    healthy  5/5   12.3  0.4 %  22 ms  1 h 30 min
stack   -        healthy  3/3      -      -      -           -

Alerts: none is on

Drift: none, what runs is what the last update made

Last updates
  -   30 min ago     failed     deploy motel 1.1.0 (ana@desk)
  #1  1 h 0 min ago  succeeded  deploy motel 1.0.0 (ana@desk)
`);
    for (const line of out.split("\n")) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  });

  it("cuts what is too long for the terminal, and nothing where there is none", async () => {
    const why = `a very long reason${" and another".repeat(10)}`;
    const alert = { labels: { alertname: "ServiceDown", system: "motel", severity: "page" }, annotations: { summary: why }, state: "firing", activeAt: "2026-11-21T09:50:00Z" };
    const engine = watchedEngine(wellContainers, { values: valuesBy(figures), alerts: [alert] });
    const narrow = await text(["status"], watchedStack(), engine, { screen: { colours: false, columns: 80 } });
    for (const line of narrow.split("\n")) assert.ok(line.length <= 80, `${line.length}: ${line}`);
    assert.match(narrow, / {2}page {4}motel: a very long reason.*\.\.\.\n/);
    assert.match(await text(["status"], watchedStack(), engine), new RegExp(`page {4}motel: ${why} \\(10 min\\)`));
  });

  it("colours on a terminal only", async () => {
    const ill = watchedEngine(changed("motel-backend", { state: "exited", health: undefined, exitCode: 137, outOfMemory: true }));
    const colours = /\x1b\[/;
    assert.doesNotMatch(await text(["status"], watchedStack(), ill), colours);
    const painted = await text(["status"], watchedStack(), ill, { screen: { colours: true, columns: 80 } });
    assert.match(painted, colours);
    assert.ok(painted.includes("\x1b[1;31mdown\x1b[0m"), painted);
  });

  it("says what is down and why, and how many run", async () => {
    const ill = changed("motel-backend", { state: "exited", health: undefined, exitCode: 137, outOfMemory: true, restarts: 4 });
    const out = await text(["status"], watchedStack(), watchedEngine(ill));
    assert.match(out, /motel is not well/);
    assert.match(out, /motel {3}1\.0\.0 {4}down {5}4\/5/);
    assert.match(out, /motel: motel-backend-a-0-1a2b3c4 ended with exit code 137 \(out of memory\), 4 restarts/);
  });

  it("shows one system with each of its containers", async () => {
    const out = await text(["status", "motel"], watchedStack(), watchedEngine());
    assert.match(out, /backend +motel-backend-a-0-1a2b3c4 +1\.0\.0 \(a\) +running, healthy +1 h 0 min +- +motel-backend-a-0-1a2b3c4:1/);
    assert.doesNotMatch(out, /edge-1a2b3c4/);
    const { code, err } = await stackbook(["status", "memo"], watchedStack(), watchedEngine());
    assert.equal(code, 2);
    assert.match(err, /memo is no system of the stack dev\n {2}Use one of: motel, stack\./);
  });

  it("shows the version beside, a halted system, maintenance, and backups that failed", async () => {
    const beside = release(1, { systems: { motel: { ...release(1).systems.motel, version: "1.0.0", slot: "a", images: { backend: "x", frontend: "y" }, beside: { version: "1.1.0", percent: 10, images: { backend: "x", frontend: "y" } } } } });
    const settings = { "stackbook:systems": { value: JSON.stringify({ motel: { maintenance: [{ from: "2026-11-21T09:00:00Z", until: "2026-11-21T12:00:00Z" }, { from: "2026-12-01T00:00:00Z" }] } }) } };
    const failed = watchedEngine(wellContainers, { values: valuesBy({ ...figures, last_run_failed: 1 }) });
    const out = await text(["status"], watchedStack({ outputs: { release: beside }, change: { settings } }), failed);
    assert.match(out, /motel {3}1\.0\.0 \+ 1\.1\.0 10 % {2}healthy/);
    assert.match(out, /failed, 1 h 30 min/);
    assert.match(out, /motel: in maintenance until 2026-11-21 12:00 UTC/);
    const halted = { "stackbook:systems": { value: JSON.stringify({ motel: { halted: { at: "2026-11-21T09:00:00Z", by: "ana@desk", why: "breach", isolated: true } } }) } };
    assert.match(await text(["status"], watchedStack({ change: { settings: halted } }), watchedEngine()), /halted[\s\S]*motel: halted since 2026-11-21 09:00 UTC by ana@desk: breach \(cut off from all networks\)/);
  });

  it("speaks JSON with everything in it", async () => {
    const snapshot = JSON.parse(await text(["status", "--json"], watchedStack(), watchedEngine())) as Snapshot;
    assert.deepEqual(snapshot.systems.map(({ health, id, version }) => [id, version, health]), [["motel", "1.0.0", "healthy"], ["stack", undefined, "healthy"]]);
    assert.deepEqual(snapshot.systems[0]?.traffic, { requestsPerSecond: 12.34, errorShare: 0.004, p95Seconds: 0.0221 });
    assert.deepEqual([snapshot.alerts, snapshot.drift, snapshot.missing], [[], [], []]);
    assert.equal(snapshot.updates?.[1]?.release, 1);
  });
});

describe("a stack of which something can't be read", () => {
  const brief = { engine: 100, prometheus: 200, history: 200, agents: 100 };
  const take = (...given: Parameters<typeof watchedEngine>): Promise<Snapshot> => takeSnapshot(watchedStack(), watchedEngine(...given), () => now, brief);

  it("is shown without its engine", async () => {
    const away = (): Promise<never> => Promise.reject(new Problem("the engine at the local socket can't be reached (ECONNREFUSED)"));
    const snapshot = await take([], {}, { containers: away });
    assert.deepEqual(snapshot.missing, ["the engine at the local socket can't be reached (ECONNREFUSED)"]);
    assert.deepEqual(snapshot.systems.map(({ containers, health }) => [health, containers]), [["unknown", undefined], ["unknown", undefined]]);
    assert.deepEqual([snapshot.drift, snapshot.alerts, snapshot.updates?.length], [undefined, undefined, 2]);
    const out = await text(["status"], watchedStack(), watchedEngine([], {}, { containers: away }));
    assert.match(out, /Not known: the engine at the local socket can't be reached/);
  });

  it("is shown when the engine or Prometheus hangs", async () => {
    const hangs = (): Promise<never> => new Promise(() => undefined);
    const snapshot = await take(wellContainers, {}, { exec: hangs });
    assert.deepEqual(snapshot.missing, ["Prometheus did not answer in 0.2 s"]);
    assert.equal(snapshot.systems[0]?.health, "healthy");
    assert.deepEqual((await take([], {}, { containers: hangs })).missing, ["the engine did not answer in 0.1 s", "Prometheus did not answer in 0.2 s"]);
  });

  it("is shown with a Prometheus that is stopped", async () => {
    const stopped = await take(changed("prometheus", { state: "exited", health: undefined, exitCode: 0 }));
    assert.deepEqual(stopped.missing, ["prometheus-1 does not run (exited)"]);
    assert.deepEqual(stopped.systems.map(({ health, traffic }) => [health, traffic]), [["healthy", undefined], ["degraded", undefined]]);
  });

  it("asks the agents for the age of backups where nobody watches", async () => {
    const stack = watchedStack({ outputs: { monitoring: undefined, backups: { motel: { agent: "motel-backup-1a2b3c4", drill: null, keyId: "k", stores: [] } } } });
    const asked: string[] = [];
    const engine = watchedEngine(wellContainers.filter(({ labels }) => labels["stackbook.role"] !== "monitoring"), {}, {
      exec: (name, command) => {
        asked.push(`${name} ${command.slice(2).join(" ")}`);
        const entry = { backup: "motel/daily/1", store: "local", startedAt: "2026-11-21T09:00:00Z", parts: [], ageSeconds: 3600, tier: "daily" };
        return Promise.resolve({ code: 0, out: JSON.stringify([entry, { ...entry, ageSeconds: 60, tier: "safety" }, { ...entry, ageSeconds: 30, problem: "damaged" }]), err: "" });
      },
    });
    const snapshot = await takeSnapshot(stack, engine, () => now);
    assert.deepEqual(asked, ["motel-backup-1a2b3c4 list"]);
    assert.deepEqual(snapshot.systems[0]?.backup, { ageSeconds: 3600, failed: false });
    assert.match(snapshot.missing[0] ?? "", /monitoring is switched off/);
  });

  it("hides no fault of ours behind a line", async () => {
    await assert.rejects(take(wellContainers, {}, { containers: () => Promise.reject(new TypeError("a fault")) }), /a fault/);
    const engine = watchedEngine();
    engine.exec = (...given) => prometheusExec({})(...given).then((ended) => ({ ...ended, out: ended.out.replaceAll("success", "error") }));
    assert.match((await takeSnapshot(watchedStack(), engine, () => now)).missing[0] ?? "", /^Prometheus refused/);
  });
});

describe("status that is drawn anew", () => {
  it("shows what fails for a while, goes on, and ends when it is told", async () => {
    const printed: string[] = [];
    const stop = new AbortController();
    let round = 0;
    const draw = (): Promise<string> => {
      round += 1;
      if (round === 3) stop.abort();
      return round === 2 ? Promise.reject(new Problem("the CLI is busy")) : Promise.resolve(`round ${round}`);
    };
    await watch(0.001, { print: (line) => void printed.push(line), screen: { colours: false, columns: undefined } }, draw, false, stop.signal);
    assert.deepEqual(printed, ["round 1\n", "error: the CLI is busy\n", "round 3\n"]);
  });

  it("begins at the top of a terminal, and refuses a pause that is none", async () => {
    const stop = new AbortController();
    const printed: string[] = [];
    await watch(1, { print: (line) => (printed.push(line), stop.abort()), screen: { colours: false, columns: 80 } }, () => Promise.resolve("x"), false, stop.signal);
    assert.deepEqual(printed, ["\x1b[H\x1b[2J\x1b[3Jx\n"]);
    const { code, err } = await stackbook(["status", "--watch", "soon"], watchedStack(), watchedEngine());
    assert.deepEqual([code, err], [2, "error: --watch is soon: use 1-3600 seconds\n"]);
  });
});

describe("a container that the engine has and the stack does not", () => {
  it("counts for nothing but drift", async () => {
    const snapshot = await takeSnapshot(watchedStack(), watchedEngine([...wellContainers, part("motel-backend-9", "motel", "backend", "app", { state: "exited", health: undefined })]), () => now);
    assert.equal(snapshot.systems[0]?.health, "healthy");
    assert.deepEqual(snapshot.drift?.map(({ kind }) => kind), ["foreign"]);
  });
});
