import assert from "node:assert/strict";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changes, Project } from "../support";
import { engine, onEngine, platformProgram, stack, want } from "./platformProject";

const program = platformProgram(`
const store = platform.createFolder("stack", { name: "store", path: "/tmp/store", hostPath: wanted.hostPath }, false, {});
const own = platform.createFolder("stack", { name: "own", path: "/var/tmp" }, false, {});
platform.createDaemon({
  name: "writer", image: platform.image("node"), role: "backup", user: "1000:1000", places: [], memoryMiB: 64, cpus: 0.25,
  entrypoint: ["sh", "-c"], command: ["id -u > /tmp/store/who && echo here > /var/tmp/x && exec sleep 600"],
  folders: [store, own],
}, {});
`);

describe("a folder of the host as a daemon's own, on the engine", function () {
  this.timeout(180_000);
  let project: Project;
  const base = mkdtempSync("/var/tmp/stackbook-store-");
  const hostPath = join(base, "backups");
  before(async () => (project = await Project.create(program)));
  after(async () => {
    await project.close();
    assert.deepEqual(await onEngine(), []);
    rmSync(base, { recursive: true });
  });

  it("must be there: the update names it when it isn't", async () => {
    await want(project, { hostPath });
    const failed = await project.up();
    assert.equal(failed.ok, false);
    assert.ok(failed.output.includes(hostPath), failed.output);
    assert.ok(!existsSync(hostPath), "nothing makes it by itself: a disk that isn't mounted would not be noticed");
  });

  it("is written by whom it belongs to", async () => {
    mkdirSync(hostPath);
    writeFileSync(join(hostPath, "before"), "kept");
    chownSync(hostPath, 1000, 1000);
    await project.mustUp();
    for (let left = 50; !existsSync(join(hostPath, "who")) && left > 0; left -= 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(readFileSync(join(hostPath, "who"), "utf8"), "1000\n");
    assert.equal(readFileSync(join(hostPath, "before"), "utf8"), "kept");
  });

  it("is a volume to the engine, so no container mounts the host", async () => {
    const [found] = await engine.listContainers({ filters: { label: [`stackbook.stack=${stack}`, "stackbook.service=writer", "stackbook.role=backup"] } });
    const mounts = found?.Mounts.map(({ Type, Destination, RW }) => `${Type} ${Destination} ${RW}`) ?? [];
    assert.deepEqual(mounts.sort(), ["volume /tmp/store true", "volume /var/tmp true"]);
  });

  it("needs nothing at the next update", async () => assert.deepEqual(changes(await project.mustUp()), []));

  it("stays with all that is in it when the stack goes", async () => {
    await project.must("destroy", "--yes", "--skip-preview");
    assert.equal(readFileSync(join(hostPath, "before"), "utf8"), "kept");
    assert.equal(statSync(join(hostPath, "who")).uid, 1000);
  });
});
