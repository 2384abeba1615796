import assert from "node:assert/strict";
import { changes, changesTo, type Project } from "../support";
import { containersNamed, docker, program, projects } from "./probe";

const CONTAINER = "docker:index/container:Container";

describe("the docker stand-in's containers", function () {
  this.timeout(120_000);
  const start = projects();

  it("come up healthy with everything the program asks for, and a second update and a refresh change nothing", async () => {
    const full = program(
      `const net = new docker.Network("sbt-net", { internal: true, labels: [{ label: "stackbook.stack", value: "t" }] });`,
      `const vol = new docker.Volume("sbt-vol", { labels: [{ label: "stackbook.stack", value: "t" }] });`,
      `container("sbt-full", {
        wait: true, waitTimeout: 30, healthcheck, mustRun: true, restart: "unless-stopped", init: true,
        envs: ["A=1", "PORT=8081"], labels: [{ label: "stackbook.system", value: "motel" }, { label: "stackbook.role", value: "app" }],
        user: "1000:1000", workingDir: "/", hostname: "probe", memory: 64, memorySwap: 64, cpuShares: 512, cpus: "0.5",
        readOnly: true, tmpfs: { "/tmp": "rw,noexec,size=16m" }, capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"],
        mounts: [{ type: "volume", source: vol.name, target: "/data" }, { type: "volume", source: vol.name, target: "/data-ro", readOnly: true }],
        networksAdvanced: [{ name: net.name, aliases: ["app", "app-a"] }], hosts: [{ host: "edge", ip: "10.0.0.1" }],
        logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" },
        stopSignal: "SIGTERM", stopTimeout: 5, destroyGraceSeconds: 5, ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }], sysctls: { "net.core.somaxconn": "256" },
      });`,
    );
    const { mustUp, refresh } = bound(await start(full));
    await mustUp();
    assert.deepEqual(changes(await mustUp()), []);
    const refreshed = await refresh();
    assert.ok(refreshed.ok, refreshed.output);
    assert.deepEqual(changesTo(refreshed, CONTAINER).filter((step) => !step.startsWith("refresh")), []);
    assert.deepEqual(changes(await mustUp()), []);

    const [made] = await containersNamed("sbt-full-");
    assert.match(made?.name ?? "", /^sbt-full-[0-9a-f]{7}$/);
    const info = await docker.getContainer(made?.id ?? "").inspect();
    assert.equal(info.State.Health?.Status, "healthy");
    assert.deepEqual(Object.keys(info.NetworkSettings.Networks).map((name) => name.replace(/-[0-9a-f]{7}$/, "")), ["sbt-net"]);
    assert.equal(info.HostConfig.Memory, 64 * 1024 * 1024);
    assert.deepEqual(info.HostConfig.CapDrop, ["ALL"]);
    assert.equal(info.Config.User, "1000:1000");
  });

  it("are created before the old ones are deleted when deleteBeforeReplace is false", async () => {
    const version = (tag: string): string => program(`container("sbt-order", { envs: ["V=${tag}"] }, { deleteBeforeReplace: false });`);
    const { mustUp } = bound(await start(version("1")));
    await mustUp();
    const [old] = await containersNamed("sbt-order-");
    const replaced = await mustUp(version("2"));
    assert.deepEqual(changesTo(replaced, CONTAINER), ["create-replacement sbt-order", "replace sbt-order", "delete-replaced sbt-order"]);
    const now = await containersNamed("sbt-order-");
    assert.equal(now.length, 1);
    assert.notEqual(now[0]?.name, old?.name);
    assert.deepEqual(changes(await mustUp()), []);
  });

  it("are deleted before they are replaced unless told otherwise, as under the official plugin", async () => {
    const version = (tag: string): string => program(`container("sbt-dbr", { envs: ["V=${tag}"] });`);
    const { mustUp } = bound(await start(version("1")));
    await mustUp();
    const replaced = await mustUp(version("2"));
    assert.deepEqual(changesTo(replaced, CONTAINER), ["delete-replaced sbt-dbr", "replace sbt-dbr", "create-replacement sbt-dbr"]);
  });

  it("get other limits and another restart policy in place", async () => {
    const limited = (memory: number, restart: string): string =>
      program(`container("sbt-limits", { memory: ${memory}, memorySwap: ${memory}, cpuShares: ${memory}, restart: "${restart}" });`);
    const { mustUp } = bound(await start(limited(64, "no")));
    await mustUp();
    const [before] = await containersNamed("sbt-limits-");
    assert.deepEqual(changes(await mustUp(limited(96, "always"))), ["update sbt-limits"]);
    const [after] = await containersNamed("sbt-limits-");
    assert.equal(after?.id, before?.id);
    const { HostConfig } = await docker.getContainer(after?.id ?? "").inspect();
    assert.equal(HostConfig.Memory, 96 * 1024 * 1024);
    assert.equal(HostConfig.CpuShares, 96);
    assert.equal(HostConfig.RestartPolicy?.Name, "always");
    assert.deepEqual(changes(await mustUp()), []);
  });

  it("that were removed by hand are noticed by a refresh and made again", async () => {
    const { mustUp, refresh } = bound(await start(program(`container("sbt-gone", {});`)));
    await mustUp();
    const [made] = await containersNamed("sbt-gone-");
    await docker.getContainer(made?.id ?? "").remove({ force: true });
    const refreshed = await refresh();
    assert.ok(refreshed.ok, refreshed.output);
    assert.deepEqual(changes(await mustUp()), ["create sbt-gone"]);
    assert.equal((await containersNamed("sbt-gone-")).length, 1);
  });

  it("that ended although they must run are noticed by a refresh and started again", async () => {
    const project = await start(program(`container("sbt-ended", {});`));
    const { mustUp, refresh } = bound(project);
    await mustUp();
    const [made] = await containersNamed("sbt-ended-");
    await docker.getContainer(made?.id ?? "").stop({ t: 1 });
    await refresh();
    assert.equal((await project.resource("sbt-ended")).outputs.mustRun, false);
    assert.deepEqual(changes(await mustUp()), ["update sbt-ended"]);
    assert.deepEqual((await containersNamed("sbt-ended-")).map(({ running }) => running), [true]);
    assert.deepEqual(changes(await mustUp()), []);
  });

  it("publish the port asked for, and a free one when none is", async () => {
    const text = program(`exports.ports = container("sbt-ports", { ports: [{ internal: 8080, ip: "127.0.0.1" }] }).ports;`);
    const project = await start(text);
    const { mustUp } = bound(project);
    await mustUp();
    const { ports } = (await project.outputs()) as { ports: { external: number; ip: string; internal: number; protocol: string }[] };
    assert.equal(ports[0]?.internal, 8080);
    assert.equal(ports[0]?.ip, "127.0.0.1");
    assert.equal((await fetch(`http://127.0.0.1:${ports[0]?.external}/health`)).status, 200);
    assert.deepEqual(changes(await mustUp()), []);
  });

  it("are waited for until they end when attach is set, with their log", async () => {
    const text = program(`const c = container("sbt-attach", { command: ["end", "3"], attach: true, logs: true, mustRun: false });`, `exports.code = c.exitCode; exports.logs = c.containerLogs;`);
    const project = await start(text);
    const { mustUp } = bound(project);
    await mustUp();
    assert.deepEqual(await project.outputs(), { code: 3, logs: "the probe was told to end" });
    assert.deepEqual(changes(await mustUp()), []);
  });
});

function bound(project: Project): Pick<Project, "mustUp" | "refresh"> {
  return { mustUp: project.mustUp.bind(project), refresh: project.refresh.bind(project) };
}
