import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { changes, Project } from "../support";
import { engine, onEngine, platformProgram, stack, want } from "./platformProject";

/** What a restore is made of; the servers that it stops are the test's own. */
interface Wanted {
  readonly id: string;
  readonly command?: string;
}

const program = platformProgram(`
const site = platform.createSite({ system: "motel", hasCache: false }, {});
const resting = wanted.id === "none";
const task = platform.runExclusively("restore", {
  system: "motel", site, image: { reference: platform.image("node") }, access: [], folders: [], memoryMiB: 128, timeoutSeconds: 60,
  command: resting ? [] : ["sh", "-c", wanted.command], settings: {},
  triggers: [wanted.id], onlyOnTriggers: true, previousTrigger: "BEFORE", stops: "backend", isResting: resting,
}, {});
exports.answer = task.answer;
`);

const labels = { "stackbook.stack": stack, "stackbook.system": "motel", "stackbook.service": "backend", "stackbook.role": "app" };
const restoreLabels = Object.entries({ ...labels, "stackbook.service": "restore", "stackbook.role": "task" }).map(([name, value]) => `${name}=${value}`);

describe("a task that nobody may disturb, on the engine", function () {
  this.timeout(240_000);
  let project: Project;
  let backend: string;
  before(async () => {
    project = await Project.create(program);
    await want(project, { id: "none" });
    await project.mustUp();
    const { id } = await engine.createContainer({ Image: imageName(), Cmd: ["sleep", "600"], Labels: labels, HostConfig: { Init: true } });
    backend = id;
    await engine.getContainer(backend).start();
  });
  after(async () => {
    await engine.getContainer(backend).remove({ force: true });
    await project.close();
    assert.deepEqual(await onEngine(), []);
  });

  const isRunning = async (): Promise<boolean> => (await engine.getContainer(backend).inspect()).State.Running;
  const leftovers = async (): Promise<number> => (await engine.listContainers({ all: true, filters: { label: restoreLabels } })).length;
  const up = async (wanted: Wanted): ReturnType<Project["up"]> => {
    await want(project, { ...wanted });
    return project.up();
  };

  it("rests until something is wanted", async () => {
    assert.deepEqual(changes(await up({ id: "none" })), []);
    assert.equal(await isRunning(), true);
  });

  it("starts what it has stopped when it fails, and the update says why", async () => {
    const failed = await up({ id: "1", command: "echo before=$BEFORE; sleep 1; echo no such backup >&2; exit 7" });
    assert.equal(failed.ok, false);
    assert.match(failed.output, /motel: restore failed with exit code 7; its last lines:\s+before=none\s+no such backup/);
    assert.equal(await isRunning(), true);
    const { State } = await engine.getContainer(backend).inspect();
    assert.ok(Date.parse(State.StartedAt) > Date.now() - 60_000 && Date.parse(State.FinishedAt) > 0, "it was stopped meanwhile");
    assert.equal(await leftovers(), 0);
  });

  it("tries again at every update until it succeeds, and then leaves them stopped", async () => {
    const done = await up({ id: "1", command: "echo working >&2; echo '{\"backup\":\"motel/daily/x\"}'" });
    assert.ok(done.ok, done.output);
    assert.equal((await project.outputs())["answer"], '{"backup":"motel/daily/x"}');
    assert.equal(await isRunning(), false);
    await engine.getContainer(backend).start();
  });

  it("runs once for an id, whatever else changes", async () => {
    assert.deepEqual(changes(await up({ id: "1", command: "exit 1" })), []);
    assert.equal(await isRunning(), true);
  });

  it("is put right by the next update when one is killed in the middle, be the wish withdrawn", async () => {
    const killed = up({ id: "2", command: "sleep 300" });
    await until(async () => !(await isRunning()) && (await leftovers()) === 1);
    killAll(project.folder);
    await killed;
    assert.deepEqual([await isRunning(), await leftovers()], [false, 1]);
    await project.must("cancel", "--yes");
    const repaired = await up({ id: "1", command: "exit 1" });
    assert.ok(repaired.ok, repaired.output);
    assert.deepEqual([await isRunning(), await leftovers()], [true, 0]);
    assert.equal((await project.outputs())["answer"], '{"backup":"motel/daily/x"}', "what was done is not done again");
  });

  it("goes on with what was stopped when the same wish is tried again", async () => {
    const killed = up({ id: "3", command: "sleep 300" });
    await until(async () => !(await isRunning()) && (await leftovers()) === 1);
    killAll(project.folder);
    await killed;
    await project.must("cancel", "--yes");
    const failed = await up({ id: "3", command: "exit 9" });
    assert.match(failed.output, /exit code 9/);
    assert.deepEqual([await isRunning(), await leftovers()], [true, 0]);
    const rested = await up({ id: "none" });
    assert.ok(rested.ok, rested.output);
    assert.deepEqual(changes(await up({ id: "none" })), []);
  });
});

const imageName = (): string => (JSON.parse(readFileSync(process.env["STACKBOOK_IMAGES"] ?? "", "utf8")) as { node: { ref: string } }).node.ref;

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let left = 300; ; left -= 1) {
    if (await condition()) return;
    if (left === 0) throw new Error("it did not come to that in 60 s");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The CLI, the program and its plugins, as a machine that loses its power does. */
function killAll(folder: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone, or another's.
    }
  }
}
