import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { change } from "../../../operations/change";
import { readAudit } from "../../../operations/change/audit";
import { breakLock, currentHolder, takeLock } from "../../../operations/change/lock";
import { stateFolder } from "../../../operations/change/repair";
import type { Context } from "../../../operations/commands/types";
import type { Volume } from "../../../operations/engine";
import { exitCodes, Problem } from "../../../operations/problem";
import { FakeEngine } from "./support/engine";
import { FakeCli, nobody, stackWith } from "./support/fakes";

/** Volumes as an engine keeps them: the first of a name stays. */
function engineWithVolumes(kept: Map<string, Volume> = new Map()): FakeEngine {
  return new FakeEngine({
    createVolume: (name, labels) => {
      if (!kept.has(name)) kept.set(name, { name, labels });
      return Promise.resolve();
    },
    removeVolume: (name) => {
      kept.delete(name);
      return Promise.resolve();
    },
    volumes: (labels) => Promise.resolve([...kept.values()].filter((volume) => Object.entries(labels).every(([name, value]) => volume.labels[name] === value))),
  });
}

const request = (what: string, said: string[] = []) => ({ stack: "dev", what, who: "ops@desk", now: new Date("2026-11-21T10:00:00Z"), say: (line: string) => void said.push(line) });

describe("what a change works with", () => {
  it("can be handed on in parts: what checks and agents say arrives, and is recorded", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stackbook-change-"));
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    const said: string[] = [];
    const engine = engineWithVolumes();
    // The parts of a context that a change without an update uses.
    const context = { ...nobody, root: folder, env: {}, who: "ops@desk", now: () => new Date("2026-11-21T10:00:00Z"), say: (line: string) => said.push(line), openStack: () => Promise.resolve(stackWith(new FakeCli())), connect: () => engine } as unknown as Context;
    await change({ command: "deploy", what: "deploy motel 2.0.0", systems: ["motel"] }, {}, context, ({ record, say }) => {
      say("database: being verified");
      record("verified");
      return Promise.resolve({ text: "done", json: {} });
    });
    assert.deepEqual(said, ["database: being verified"]);
    assert.deepEqual(readAudit(folder, "dev").map(({ detail, result }) => `${result} ${detail ?? ""}`.trim()), ["begun", "begun verified", "done done"]);
    rmSync(folder, { recursive: true });
  });
});

describe("the lock of a stack", () => {
  it("is one operation's, and free again after it", async () => {
    const engine = engineWithVolumes();
    const unlock = await takeLock(engine, request("deploy motel 2.0.0"));
    await assert.rejects(takeLock(engine, request("scale motel")), (error) => error instanceof Problem && error.exitCode === exitCodes.locked && error.message.includes('"deploy motel 2.0.0" by ops@desk') && error.remedy.join().includes("unlock --stack dev"));
    await unlock();
    assert.equal(await currentHolder(engine, "dev"), undefined);
    await (await takeLock(engine, request("scale motel")))();
  });

  it("is given to one of many who ask at once", async () => {
    const engine = engineWithVolumes();
    const ended = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => takeLock(engine, request(`operation ${at}`))));
    assert.equal(ended.filter(({ status }) => status === "fulfilled").length, 1);
  });

  it("is apart for each stack", async () => {
    const engine = engineWithVolumes();
    await takeLock(engine, request("deploy"));
    await takeLock(engine, { ...request("deploy"), stack: "staging" });
  });

  it("of a process that was killed is taken over, and said so", async () => {
    const kept = new Map<string, Volume>();
    const engine = engineWithVolumes(kept);
    await takeLock(engine, request("deploy motel 2.0.0"));
    const [volume] = kept.values();
    assert.ok(volume);
    kept.set(volume.name, { ...volume, labels: { ...volume.labels, "stackbook.start": "another", "stackbook.token": "its own" } });
    const said: string[] = [];
    await takeLock(engine, request("scale motel", said));
    assert.match(said.join(), /"deploy motel 2\.0\.0" by ops@desk .* was killed and left its lock/);
  });

  it("of another machine is never taken over, but by a person's word", async () => {
    const kept = new Map<string, Volume>();
    const engine = engineWithVolumes(kept);
    await takeLock(engine, request("deploy motel 2.0.0"));
    const [volume] = kept.values();
    assert.ok(volume);
    kept.set(volume.name, { ...volume, labels: { ...volume.labels, "stackbook.host": `not-${hostname()}`, "stackbook.start": "another" } });
    await assert.rejects(takeLock(engine, request("scale motel")), (error) => error instanceof Problem && error.exitCode === exitCodes.locked);
    assert.equal((await breakLock(engine, "dev"))?.what, "deploy motel 2.0.0");
    await takeLock(engine, request("scale motel"));
  });

  it("that was taken over is not given back by who had it", async () => {
    const engine = engineWithVolumes();
    const unlock = await takeLock(engine, request("deploy"));
    await breakLock(engine, "dev");
    await takeLock(engine, request("scale"));
    await unlock();
    assert.equal((await currentHolder(engine, "dev"))?.what, "scale");
  });
});

describe("the record of what was done", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "stackbook-audit-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  it("is appended to, and a line that was cut off spoils no other", async () => {
    const { appendAudit, auditFile } = await import("../../../operations/change/audit");
    const entry = { at: "2026-11-21T10:00:00.000Z", id: "a1", stack: "dev", command: "deploy", what: "deploy motel 2.0.0", systems: ["motel"], who: "ops@desk", result: "begun" } as const;
    appendAudit(root, entry);
    const file = auditFile(root, "dev");
    writeFileSync(file, `${readFileSync(file, "utf8")}{"at": "2026\n`);
    appendAudit(root, { ...entry, result: "done" });
    assert.deepEqual(readAudit(root, "dev").map(({ result }) => result), ["begun", "done"]);
    assert.deepEqual(readAudit(root, "prod"), []);
  });
});

it("knows a backend in a folder from one elsewhere", () => {
  assert.equal(stateFolder("file:///srv/state"), "/srv/state");
  assert.equal(stateFolder("s3://bucket"), undefined);
  assert.equal(stateFolder(undefined), undefined);
});
