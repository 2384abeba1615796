import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Means } from "../../../../operations/change";
import type { Outcome } from "../../../../operations/commands/types";
import { atOnce } from "../../../../operations/deploy/atOnce";
import { gradually } from "../../../../operations/deploy/gradual";
import { readDeploy } from "../../../../operations/deploy/options";
import type { Course } from "../../../../operations/deploy/plan";
import { resume } from "../../../../operations/deploy/resume";
import { writeRequest } from "../../../../operations/deploy/settings";
import type { Container } from "../../../../operations/engine";
import { Problem } from "../../../../operations/problem";
import type { Policies } from "../../../../operations/pulumi";
import type { Stack } from "../../../../operations/stack";
import { StackFile } from "../../../../operations/stackFile";
import { FakeEngine } from "../support/engine";
import { nobody, noCli } from "../support/fakes";
import { container } from "../support/prometheus";

interface Scene {
  /** Of each update in turn: what it throws; undefined: it goes through. */
  readonly fails?: readonly (Problem | undefined)[];
  /** What runs after so many updates, by service; default: what the file says. */
  readonly runs?: (updates: number, wanted: readonly Wanted[]) => readonly Wanted[];
  readonly irreversible?: boolean;
  /** Whether the migration's task is another one after the updates. */
  readonly migrates?: boolean;
  /** Besides the application's. */
  readonly stores?: readonly Container[];
}

interface Wanted {
  readonly slot: string;
  readonly version: string;
}

/** A stack of which every update makes what the stack file says, unless it is told to fail. */
class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "stackbook-deploy-"));
  readonly updates: string[] = [];
  /** What broken rules do to each. */
  readonly rules: (Policies | undefined)[] = [];
  readonly file: StackFile;
  readonly means: Means;
  private readonly first: string;

  constructor(private readonly scene: Scene, motel = "{ version: 1.0.0 }") {
    const path = join(this.folder, "Pulumi.dev.yaml");
    this.first = `config:\n  stackbook:sequence: 4\n  stackbook:systems:\n    motel: ${motel}\n`;
    writeFileSync(path, this.first);
    this.file = new StackFile(path);
    const engine = new FakeEngine({ containers: () => Promise.resolve(this.running().flatMap(({ slot, version }) => ["backend", "frontend"].map((service) => app(service, slot, version))).concat(this.scene.stores ?? [])) });
    this.means = {
      stack: this.stack(), engine, file: this.file, say: () => undefined, record: () => undefined, preview: () => Promise.reject(new Error("no preview was expected")),
      context: { ...nobody, root: this.folder, env: {}, now: () => new Date("2026-11-21T10:00:00Z"), who: "ops@desk", openStack: () => Promise.reject(new Error("not asked")), locate: () => Promise.reject(new Error("not asked")), connect: () => engine, run: () => Promise.reject(new Error("not asked")), repair: () => Promise.reject(new Error("not asked")), ask: () => Promise.reject(new Error("not asked")) },
      update: ({ policies, step = "" } = {}) => {
        this.updates.push(step);
        this.rules.push(policies);
        this.file.set(["sequence"], this.file.sequence + 1);
        this.file.save();
        const problem = scene.fails?.[this.updates.length - 1];
        if (problem !== undefined) return Promise.reject(problem);
        const now = this.stack();
        Object.assign(this.means, { stack: now });
        return Promise.resolve(now);
      },
    };
  }

  wanted(): readonly Wanted[] {
    const { beside, slot = "a", version = "" } = this.file.get(["systems", "motel"]) as { readonly version?: string; readonly slot?: string; readonly beside?: { readonly version: string } };
    return [{ slot, version }, ...(beside === undefined ? [] : [{ slot: slot === "a" ? "b" : "a", version: beside.version }])];
  }

  private running(): readonly Wanted[] {
    return this.scene.runs?.(this.updates.length, this.wanted()) ?? this.wanted();
  }

  private stack(): Stack {
    const [own = { slot: "a", version: "" }, beside] = this.wanted();
    const images = (version: string): object => ({ backend: `sha256:backend-${version}`, frontend: `sha256:frontend-${version}` });
    const release = { number: this.updates.length, config: {}, systems: { motel: { version: own.version, slot: own.slot, images: images(own.version), backup: "motel/deploy/1", ...(beside === undefined ? {} : { beside: { version: beside.version, percent: 0, images: images(beside.version) } }) } } };
    const tasks = (): object[] => [{ urn: "urn:pulumi:dev::stackbook::x::motel-migration-a", outputs: { image: this.scene.migrates === true ? this.updates.length : 0 } }];
    const facts = { edge: { bindAddress: "127.0.0.1", tls: "self-signed" }, systems: [{ id: "motel", url: "https://motel.localhost", smoke: [] }] };
    const found = { name: "dev", dockerHost: undefined, state: { containers: [], pending: [] }, cli: { ...noCli, run: () => Promise.resolve(JSON.stringify({ deployment: { resources: tasks() } })) }, outputs: { environment: "staging", facts, release, systems: { motel: { title: "Motel", version: own.version, enabled: true, url: "" } } } };
    // The parts of a stack that a deploy without watching and without flows looks at.
    return found as unknown as Stack;
  }

  async atOnce(version = "2.0.0"): Promise<Outcome> {
    const request = readDeploy({ watch: "0", yes: true }, "motel", version, ["motel"]);
    const course = this.course(version);
    writeRequest(this.file, request, {}, undefined);
    return atOnce(request, course, this.means);
  }

  async gradually(version = "2.0.0"): Promise<Outcome> {
    const request = readDeploy({ gradual: "10,100", step: "0", hold: "0", yes: true }, "motel", version, ["motel"]);
    const course = this.course(version);
    writeRequest(this.file, request, {}, undefined);
    return gradually(request, course, this.means, request.gradual ?? assert.fail("no steps"));
  }

  course(to: string): Course {
    return { before: this.file.text(), from: "1.0.0", to, images: {}, irreversible: this.scene.irreversible === true, failing: [], setting: { site: { origin: "https://motel.localhost", address: "127.0.0.1", ca: undefined, verified: true } } };
  }

  /** What the file on the disk says of motel, and its number. */
  saved(): readonly [unknown, number] {
    const file = new StackFile(join(this.folder, "Pulumi.dev.yaml"));
    return [file.get(["systems", "motel"]), file.sequence];
  }

  end(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function app(service: string, slot: string, version: string): Container {
  return container(`motel-${service}-${slot}-0`, { image: { id: `sha256:${service}-${version}`, reference: `${service}:${version}` }, labels: { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.service": service, "stackbook.role": "app", "stackbook.slot": slot, "stackbook.version": version } });
}

describe("the course of a deploy", function () {
  // What runs is looked at three times before it is called wrong.
  this.timeout(60_000);
  const stages: Stage[] = [];
  const stage = (scene: Scene = {}, motel?: string): Stage => {
    const made = new Stage(scene, motel);
    // Containers that the stack's own record would name are no matter here.
    stages.push(made);
    return made;
  };
  after(() => stages.forEach((made) => made.end()));
  const stopped = new Problem("stopped before it was done", ["Run it again: it goes on where this stopped."], 130);
  const unhealthy = new Problem("the update failed", ["motel-backend-a-healthy: motel backend 2.0.0: container x is unhealthy"]);

  it("is one update, when all is well", async () => {
    const made = stage();
    withState(made);
    const outcome = await made.atOnce();
    assert.deepEqual([outcome.exitCode, made.updates, made.saved()], [0, [""], [{ version: "2.0.0" }, 5]]);
    assert.match(outcome.text, /motel 2\.0\.0 is deployed\. It was not watched/);
  });

  it("goes back by one more update when the first one fails, and says why in its message", async () => {
    const made = stage({ fails: [unhealthy] });
    withState(made);
    const outcome = await made.atOnce();
    assert.equal(outcome.exitCode, 3);
    assert.deepEqual(made.updates, ["", "rolled back by itself: the update failed: motel-backend-a-healthy: motel backend 2.0.0: container x is unhealthy"]);
    assert.deepEqual(made.saved(), [{ version: "1.0.0" }, 6]);
    assert.deepEqual(made.rules, ["kept", "none"], "no rule keeps it from going back");
    assert.match(outcome.text, /ROLLED BACK to 1\.0\.0 by itself:[\s\S]*1\.0\.0 serves again/);
    assert.equal((outcome.json as { result: string }).result, "rolled back");
  });

  it("goes back when what runs is not what the record says", async () => {
    const made = stage({ runs: (updates, wanted) => (updates === 1 ? wanted.map((one) => ({ ...one, version: "1.0.0" })) : wanted) });
    withState(made);
    const outcome = await made.atOnce();
    assert.equal(outcome.exitCode, 3);
    assert.match(outcome.text, /what runs is not what the record says: motel-backend-a-0 runs sha256:backend-1\.0\.0/);
  });

  it("says both reasons when going back fails too", async () => {
    const made = stage({ fails: [unhealthy, new Problem("the update failed", ["the disk is full"])] });
    withState(made);
    await assert.rejects(made.atOnce(), (error) => error instanceof Problem && error.exitCode === 1 && /going back failed/.test(error.message) && error.remedy.join().includes("is unhealthy") && error.remedy.join().includes("the disk is full"));
    assert.deepEqual(made.saved()[0], { version: "1.0.0" });
  });

  it("takes nothing back that a person has interrupted", async () => {
    const made = stage({ fails: [stopped] });
    withState(made);
    await assert.rejects(made.atOnce(), (error) => error instanceof Problem && error.exitCode === 130 && /part of it may run, and 1\.0\.0 serves/.test(error.message) && /deploy motel 2\.0\.0\n.*deploy motel --abort/.test(error.remedy.join("\n")));
    assert.deepEqual([made.updates.length, made.saved()[0]], [1, { version: "2.0.0" }]);
    const half = stage({ fails: [undefined, stopped] });
    withState(half);
    await assert.rejects(half.gradually(), (error) => error instanceof Problem && error.exitCode === 130 && /--continue\n.*--abort/.test(error.remedy.join("\n")));
    const back = stage({ fails: [unhealthy, stopped] });
    withState(back);
    await assert.rejects(back.atOnce(), (error) => error instanceof Problem && error.exitCode === 130 && /going back was stopped/.test(error.message) && /is unhealthy[\s\S]*says 1\.0\.0 again.*pulumi up --stack dev/.test(error.remedy.join("\n")));
    assert.deepEqual(back.saved()[0], { version: "1.0.0" });
  });

  it("does not go back for want of a database, which going back needs as well", async () => {
    const database = container("motel-database-1", { state: "exited", exitCode: 137, labels: { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.service": "database", "stackbook.role": "database" } });
    for (const run of [(made: Stage) => made.atOnce(), (made: Stage) => made.gradually()]) {
      const made = stage({ fails: [unhealthy], stores: [database] });
      withState(made);
      await assert.rejects(run(made), (error) => error instanceof Problem && error.exitCode === 1 && /motel-database-1 does not run \(exited, exit code 137\)[\s\S]*restart motel database[\s\S]*--abort/.test(error.remedy.join("\n")));
      assert.equal(made.updates.length, 1);
    }
  });

  it("stops in place of going back over a migration that can't be undone, and offers both ways", async () => {
    const made = stage({ irreversible: true, migrates: true, fails: [unhealthy] });
    withState(made);
    const outcome = await made.atOnce();
    assert.deepEqual([outcome.exitCode, made.updates.length, (outcome.json as { result: string }).result], [1, 1, "stopped"]);
    assert.match(outcome.text, /rollback motel --code --data motel\/deploy\/1[\s\S]*deploy motel <version> --despite/);
    // Where it failed before the migration, nothing is in the way.
    const early = stage({ irreversible: true, fails: [unhealthy] });
    withState(early);
    assert.equal((await early.atOnce()).exitCode, 3);
  });

  it("is, gradually, a share after another, a change of places, and the old one let go", async () => {
    const made = stage();
    withState(made);
    const outcome = await made.gradually();
    assert.equal(outcome.exitCode, 0);
    assert.deepEqual(made.updates, ["10 % of the visitors", "100 % of the visitors", "promoted; 1.0.0 kept warm", "1.0.0 let go"]);
    assert.deepEqual(made.saved()[0], { version: "2.0.0", slot: "b" });
  });

  it("goes back from any share", async () => {
    const made = stage({ fails: [undefined, unhealthy] });
    withState(made);
    assert.equal((await made.gradually()).exitCode, 3);
    assert.deepEqual(made.saved()[0], { version: "1.0.0" });
  });

  it("goes on, or back, where it was interrupted", async () => {
    const half = "{ version: 1.0.0, beside: { version: 2.0.0, percent: 10 } }";
    const asked = (options: object): ReturnType<typeof readDeploy> => readDeploy({ yes: true, step: "0", hold: "0", ...options }, "motel", undefined, ["motel"]);
    const on = stage({}, half);
    withState(on);
    assert.equal((await resume(asked({ continue: true, gradual: "10,100" }), on.means)).exitCode, 0);
    assert.deepEqual([on.updates[0], on.saved()[0]], ["10 % of the visitors", { version: "2.0.0", slot: "b" }]);
    const back = stage({}, half);
    withState(back);
    assert.equal((await resume({ ...asked({ continue: true }), mode: "abort" }, back.means)).exitCode, 0, "that was what was asked for");
    assert.deepEqual([back.updates, back.saved()[0]], [["rolled back on request: aborted by ops@desk"], { version: "1.0.0" }]);
    const held = stage({}, "{ version: 2.0.0, slot: b, beside: { version: 1.0.0, percent: 0 } }");
    withState(held);
    await assert.rejects(resume({ ...asked({ continue: true }), mode: "abort" }, held.means), /has all visitors already/);
    assert.equal((await resume(asked({ continue: true }), held.means)).exitCode, 0);
    assert.deepEqual([held.updates, held.saved()[0]], [["1.0.0 let go"], { version: "2.0.0", slot: "b" }]);
    const none = stage();
    withState(none);
    await assert.rejects(resume(asked({ continue: true }), none.means), /nothing to go on with/);
    await assert.rejects(resume({ ...asked({ continue: true }), mode: "abort" }, none.means), /nothing to take back/);
  });

  it("is not taken back over a migration that can't be undone and may have run, unless somebody says why", async () => {
    const half = stage({}, "{ version: 1.0.0, migration: { irreversible: true }, beside: { version: 2.0.0, percent: 10 } }");
    withState(half);
    const asked = readDeploy({ yes: true, abort: true }, "motel", undefined, ["motel"]);
    const before = half.file.text();
    await assert.rejects(resume(asked, half.means), (error) => error instanceof Problem && error.exitCode === 1 && /may have run/.test(error.message) && /rollback motel --code --data motel\/deploy\/1[\s\S]*--abort --despite/.test(error.remedy.join("\n")));
    assert.deepEqual([half.updates, half.file.text()], [[], before]);
    assert.equal((await resume({ ...asked, despite: "stopped before its migration" }, half.means)).exitCode, 0);
  });

  it("is taken back by --abort where it was for all visitors at once, too", async () => {
    const asked = readDeploy({ yes: true, abort: true }, "motel", undefined, ["motel"]);
    const cut = stage({}, "{ version: 2.0.0, maxBodyMiB: 20 }");
    withState(cut);
    const { release } = cut.means.stack.outputs;
    assert.ok(release !== undefined);
    Object.assign(release, { config: { "stackbook:systems": JSON.stringify({ motel: { version: "1.0.0" } }) } });
    Object.assign(release.systems["motel"] ?? {}, { version: "1.0.0" });
    await assert.rejects(resume({ ...asked, mode: "continue" }, cut.means), /that has stopped half-way was no gradual one/);
    assert.equal((await resume(asked, cut.means)).exitCode, 0);
    assert.deepEqual([cut.updates, cut.saved()[0]], [["rolled back on request: aborted by ops@desk"], { version: "1.0.0" }]);
  });
});

/** Every container that runs is one that the stack made. */
function withState(made: Stage): void {
  const { engine } = made.means;
  const containers = engine.containers.bind(engine);
  const refresh = async (): Promise<void> => {
    const found = await containers({});
    Object.assign(made.means.stack, { state: { pending: [], containers: found.map(({ id, image, labels, name }) => ({ id, name, image: image.reference, labels, leaving: false })) } });
  };
  Object.assign(engine, {
    containers: async (labels: Parameters<typeof containers>[0]) => {
      await refresh();
      return containers(labels);
    },
  });
}

describe("a stack file that a deploy has written", () => {
  it("is what `pulumi up` would do again", () => {
    const made = new Stage({});
    writeRequest(made.file, readDeploy({}, "motel", "2.0.0", ["motel"]), {}, undefined);
    made.file.save();
    assert.match(readFileSync(made.file.path, "utf8"), /motel: \{ version: 2\.0\.0 \}/);
    made.end();
  });
});
