import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { changes, type Project } from "../support";
import { ask, daemonProject, probeContainer, texts, type Wanted } from "./daemonProject";
import { engine, onEngine, stack, want } from "./platformProject";

const first = { "main.conf": "one", "rules/a.conf": "a", "rules/b.conf": "b" };
const secretFiles = { "secrets/key": "hunter2-hunter2-hunter2" };

describe("a daemon and its configuration, on the engine", function () {
  this.timeout(240_000);
  let project: Project;
  before(async () => (project = await daemonProject({ files: first, secretFiles })));
  after(async () => {
    await project.close();
    assert.deepEqual(await onEngine(), [], "a destroyed stack leaves nothing");
  });

  const update = async (wanted: Wanted): Promise<string[]> => {
    await want(project, wanted);
    return changes(await project.mustUp());
  };

  it("starts with its files in place: readable, not writable, secrets for its user alone", async () => {
    await update({ files: first, secretFiles });
    const { seen, writable } = await ask(await probeContainer());
    assert.deepEqual(Object.keys(seen).sort(), ["main.conf", "rules/a.conf", "rules/b.conf", "secrets/key"]);
    assert.deepEqual(seen["main.conf"], { text: "one", mode: "444", uid: 0, gid: 0 });
    assert.deepEqual(seen["secrets/key"], { text: "hunter2-hunter2-hunter2", mode: "400", uid: 1000, gid: 1001 });
    assert.equal(writable, false);
  });

  it("has nothing to do a second time, nor after a refresh", async () => {
    assert.deepEqual(await update({ files: first, secretFiles }), []);
    const refreshed = await project.refresh();
    assert.ok(refreshed.ok, refreshed.output);
    assert.deepEqual(await update({ files: first, secretFiles }), []);
  });

  it("keeps secrets out of the state's plain text, labels and environment", async () => {
    assert.ok(!(await project.stateText()).includes("hunter2"));
    assert.ok(!JSON.stringify(await engine.getContainer(await probeContainer()).inspect()).includes("hunter2"));
  });

  it("marks its log lines with its labels", async () => {
    const { LogPath, HostConfig } = (await engine.getContainer(await probeContainer()).inspect()) as { LogPath: string; HostConfig: { LogConfig: { Config: Record<string, string> } } };
    assert.equal(HostConfig.LogConfig.Config["labels"], "stackbook.stack,stackbook.system,stackbook.service,stackbook.role");
    if (!existsSync(LogPath)) return; // the engine is on another machine
    const line = JSON.parse(readFileSync(LogPath, "utf8").split("\n")[0] ?? "") as { log: string; attrs: Record<string, string> };
    assert.equal(line.log, "probe started\n");
    assert.deepEqual(line.attrs, { "stackbook.stack": stack, "stackbook.system": "stack", "stackbook.service": "probe", "stackbook.role": "monitoring" });
  });

  it("reads changed files by a signal, in the same container; files that went are gone", async () => {
    const before = await probeContainer();
    assert.deepEqual(await update({ files: { "main.conf": "two", "rules/a.conf": "a" }, secretFiles }), ["update probe-config"]);
    const { reloads } = await ask(before);
    assert.equal(await probeContainer(), before);
    assert.equal(reloads, 1);
    assert.deepEqual(await texts(before), { "main.conf": "two", "rules/a.conf": "a", ...secretFiles });
  });

  it("keeps the files before when the check refuses new ones, fails every update until they are repaired, and leaves no helper", async () => {
    const container = await probeContainer();
    for (const files of [{ "main.conf": "bad", "rules/a.conf": "a" }, { "main.conf": "two", "rules/a.conf": "bad" }]) {
      await want(project, { files, secretFiles });
      for (const attempt of ["first", "second"]) {
        const { ok, output } = await project.up();
        assert.equal(ok, false, `${attempt} update`);
        assert.match(output, /configuration of probe was refused by node \(exit code 3\); the one before stays in use/);
        assert.match(output, /\/etc\/probe\/(main|rules\/a)\.conf:1: unknown directive: bad/);
        assert.ok(!output.includes("hunter2"));
      }
    }
    await engine.getContainer(container).restart();
    assert.deepEqual(await retry(() => texts(container)), { "main.conf": "two", "rules/a.conf": "a", ...secretFiles });
    assert.equal((await onEngine()).filter((name) => name.startsWith("/")).length, 1);
    assert.deepEqual(await update({ files: { "main.conf": "three", "more.conf": "m" }, secretFiles }), ["update probe-config"]);
    assert.deepEqual(await texts(container), { "main.conf": "three", "more.conf": "m", ...secretFiles });
  });

  it("empties a file at the top that went, and a folder", async () => {
    await update({ files: { "main.conf": "three" } });
    assert.deepEqual(await texts(await probeContainer()), { "main.conf": "three", "more.conf": "" });
  });

  it("refuses paths that leave the directory, and a file twice, all at once and before anything is done", async () => {
    await want(project, { files: { "../passwd": "", "/etc/passwd": "", "main.conf": "x", "a//b": "" }, secretFiles: { "main.conf": "y", "main.conf/z": "" } });
    const { ok, output, steps } = await project.up();
    assert.equal(ok, false);
    for (const path of ["../passwd", "/etc/passwd", "a//b"]) assert.ok(output.includes(`the path "${path}" leaves its directory`), output);
    assert.match(output, /the path "main\.conf" is among files and secretFiles/);
    assert.match(output, /"main\.conf" is a file and the folder of "main\.conf\/z"/);
    assert.deepEqual(steps.filter(({ op }) => op !== "same"), []);
  });

  it("enters a system's network without a restart, and leaves it again", async () => {
    const files = { "main.conf": "three" };
    const container = await probeContainer();
    const networks = async (): Promise<string[]> => Object.keys((await engine.getContainer(container).inspect()).NetworkSettings.Networks).map((name) => name.replace(/-[0-9a-f]{7}$/, "")).sort();
    await update({ files, secretFiles, sites: ["sms"] });
    assert.deepEqual(await networks(), ["monitoring", "sms-web"]);
    await update({ files, secretFiles });
    assert.deepEqual(await networks(), ["monitoring"]);
    assert.equal(await probeContainer(), container);
  });

  it("writes to a new volume what the old one had", async () => {
    const files = { "main.conf": "three" };
    const steps = await update({ files, secretFiles, tag: "other" });
    assert.ok(steps.includes("update probe-config") && steps.some((step) => /replace.* stack-probe-config/.test(step)), steps.join());
    assert.deepEqual(await texts(await probeContainer()), { "main.conf": "three", ...secretFiles });
    assert.deepEqual(await update({ files, secretFiles, tag: "other" }), []);
  });

  it("starts anew where that is how it reads its files, with a folder of the host that it can't write", async () => {
    const settings = { secretFiles, tag: "other", onChange: "replace", hostFolder: "/etc" } as const;
    await update({ ...settings, files: { "main.conf": "four" } });
    const before = await probeContainer();
    assert.deepEqual(await update({ ...settings, files: { "main.conf": "four" } }), []);
    await update({ ...settings, files: { "main.conf": "five" } });
    assert.notEqual(await probeContainer(), before);
    assert.deepEqual(await texts(await probeContainer()), { "main.conf": "five", ...secretFiles });
    const { Mounts } = await engine.getContainer(await probeContainer()).inspect();
    assert.deepEqual(Mounts.filter(({ Type }) => Type === "bind").map(({ Source, Destination, RW }) => ({ Source, Destination, RW })), [{ Source: "/etc", Destination: "/host", RW: false }]);
  });

  it("fails the update while it doesn't run, with its last lines", async () => {
    await want(project, { files: { "main.conf": "five" }, secretFiles, tag: "other", broken: true });
    const { ok, output } = await project.up();
    assert.equal(ok, false);
    assert.match(output, /monitoring: container probe-[0-9a-f]{7} keeps stopping \(exit code 2\)/);
    assert.match(output, /no such option/);
  });
});

/** A restarted program needs a moment. */
async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
