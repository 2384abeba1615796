import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { contextAddress, dockerHostFor, enginePlaces } from "../../../setup/engine/address.mjs";
import { unframe } from "../../../setup/engine/api.mjs";
import { inStartOrder, nameOf, sort } from "../../../setup/engine/belongings.mjs";
import { judgeDisk } from "../../../setup/engine/disk.mjs";
import { haltedLines, haltedSystems, mayStart, mayStop } from "../../../setup/engine/halts.mjs";
import { checkPorts, isFree, listeners, processOn } from "../../../setup/engine/ports.mjs";
import { settled, startContainers, stopContainers } from "../../../setup/engine/power.mjs";

describe("setup: where the engine may be", () => {
  it("tries nothing else when DOCKER_HOST is set", () => {
    const places = enginePlaces({ env: { DOCKER_HOST: "ssh://ops@host" }, exists: () => true });
    assert.deepEqual(places.map(({ address }) => address), ["ssh://ops@host"]);
    assert.equal(dockerHostFor(places[0]), "ssh://ops@host");
  });

  it("tries the sockets that exist, and needs no DOCKER_HOST for the usual one", () => {
    const places = enginePlaces({ env: { XDG_RUNTIME_DIR: "/run/user/7" }, home: "/nowhere", exists: (file) => file === "/var/run/docker.sock" || file === "/run/user/7/docker.sock" });
    assert.deepEqual(places.map(({ address }) => address), ["unix:///var/run/docker.sock", "unix:///run/user/7/docker.sock"]);
    assert.equal(dockerHostFor(places[0]), undefined);
    assert.equal(dockerHostFor(places[1]), "unix:///run/user/7/docker.sock");
  });

  it("reads the current context as the docker CLI keeps it", () => {
    const folder = mkdtempSync(join(tmpdir(), "stackbook-docker-"));
    try {
      assert.equal(contextAddress(folder), undefined);
      const meta = join(folder, "contexts", "meta", createHash("sha256").update("far").digest("hex"));
      mkdirSync(meta, { recursive: true });
      writeFileSync(join(meta, "meta.json"), JSON.stringify({ Endpoints: { docker: { Host: "tcp://far:2375" } } }));
      writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: "far" }));
      assert.deepEqual(contextAddress(folder), { name: "far", address: "tcp://far:2375" });
      writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: "default" }));
      assert.equal(contextAddress(folder), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads logs with and without frames", () => {
    const frame = (text) => Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
    assert.equal(unframe(Buffer.concat([frame("one\n"), frame("two\n")])), "one\ntwo");
    assert.equal(unframe(Buffer.from("plain\n")), "plain");
  });
});

describe("setup: what belongs to the stack", () => {
  const container = (id, more = {}) => ({ Id: id, Names: [`/${id}`], State: "running", Labels: {}, Mounts: [], NetworkSettings: { Networks: {} }, ...more });
  const state = {
    resources: [
      { type: "docker:index/container:Container", id: "known", outputs: { name: "known" } },
      { type: "docker:index/container:Container", id: "gone", outputs: { name: "gone" } },
      { type: "docker:index/container:Container", id: "replaced", outputs: { name: "replaced" }, pendingReplacement: true },
      { type: "docker:index/network:Network", id: "net", outputs: { name: "motel-web-1" } },
      { type: "docker:index/volume:Volume", id: "vol", protect: true, outputs: { name: "vol" } },
    ],
    pending: [{ type: "creating", resource: { type: "docker:index/container:Container", inputs: { name: "cut-off" } } }],
  };
  const have = (containers) => sort({ containers, networks: [{ Id: "net", Name: "motel-web-1" }], volumes: [] }, state);

  it("finds what was made and not written down by name, network or volume", () => {
    const { orphans, containers } = have([
      container("known"),
      container("cut-off"),
      container("on-network", { NetworkSettings: { Networks: { x: { NetworkID: "net" } } } }),
      container("never-started", { NetworkSettings: { Networks: { "motel-web-1": { NetworkID: "" } } } }),
      container("on-volume", { Mounts: [{ Type: "volume", Name: "vol" }] }),
      container("in-its-network", { HostConfig: { NetworkMode: "container:known" } }),
    ]);
    assert.deepEqual(containers.map(nameOf), ["known"]);
    assert.deepEqual(orphans.map(nameOf), ["cut-off", "on-network", "never-started", "on-volume", "in-its-network"]);
  });

  it("leaves another clone's stack of the same name alone", () => {
    const { foreign, orphans } = have([container("known"), container("theirs", { NetworkSettings: { Networks: { other: { NetworkID: "other" } } }, Mounts: [{ Type: "volume", Name: "other" }] })]);
    assert.deepEqual(foreign.map(nameOf), ["theirs"]);
    assert.deepEqual(orphans, []);
  });

  it("knows what is gone, but not what was being replaced anyway", () => {
    assert.deepEqual(have([container("known")]).missing.map(({ name, protect }) => [name, protect]), [["gone", false], ["vol", true]]);
  });

  it("calls everything foreign when there is no state", () => {
    assert.equal(sort({ containers: [container("known")], networks: [], volumes: [] }, undefined).foreign.length, 1);
  });
});

describe("setup: starting and stopping", () => {
  const roles = ["demo", "edge", "app", "cache", "database"];
  const all = roles.map((role) => ({ Id: role, Names: [`/${role}`], State: "exited", Labels: { "stackbook.role": role } }));

  it("starts data first and the demo last", async () => {
    assert.deepEqual(inStartOrder(all).map((group) => group.map(nameOf).sort()), [["cache", "database"], ["app"], ["edge"], ["demo"]]);
    const started = [];
    const engine = { start: async (id) => started.push(id), inspect: async () => ({ State: { Health: { Status: "healthy" } } }) };
    await startContainers(engine, all, { log: () => undefined });
    assert.deepEqual(started, ["cache", "database", "app", "edge", "demo"]);
  });

  it("waits until what others need is healthy", async () => {
    const events = [];
    let looks = 0;
    const engine = {
      start: async (id) => events.push(`start ${id}`),
      inspect: async (id) => {
        const status = id === "database" && (looks += 1) < 2 ? "starting" : "healthy";
        events.push(`${id} ${status}`);
        return { Config: { Healthcheck: { Test: ["CMD", "ask", id] } }, State: { Health: { Status: status } } };
      },
      check: async (id, test) => {
        events.push(test.join(" "));
        return false;
      },
    };
    await startContainers(engine, all.filter(({ Id }) => ["app", "database"].includes(Id)), { log: () => undefined });
    assert.deepEqual(events, ["start database", "database starting", "CMD ask database", "database healthy", "start app", "app healthy"]);
  });

  it("asks those that the engine has not looked at yet", async () => {
    const starting = (Id) => ({ Id, Status: "Up 1 second (health: starting)" });
    const engine = { inspect: async (id) => ({ Config: { Healthcheck: { Test: ["CMD", id] } } }), check: async (id, [, word]) => id === word && id !== "ill" };
    const found = await settled(engine, [starting("well"), starting("ill"), { Id: "old", Status: "Up 2 minutes (unhealthy)" }]);
    assert.deepEqual(found.map(({ Status }) => Status), ["Up 1 second (healthy)", "Up 1 second (health: starting)", "Up 2 minutes (unhealthy)"]);
  });

  it("leaves what runs alone, and stops data last", async () => {
    const engine = { start: () => assert.fail("nothing is stopped") };
    const running = all.map((container) => ({ ...container, State: "running" }));
    assert.deepEqual(await startContainers(engine, running, { log: () => undefined }), []);
    assert.deepEqual(await stopContainers({ stop: async () => undefined }, running, { log: () => undefined }), ["demo", "edge", "app", "cache", "database"]);
  });
});

describe("setup: the engine's disk", () => {
  const gib = 1024 ** 3;
  const disk = (free, total) => ({ folder: "/var/lib/docker", freeBytes: free * gib, totalBytes: total * gib });

  it("refuses below 2 GiB, with what to prune and what not", () => {
    try {
      judgeDisk(disk(1.5, 100));
      assert.fail("accepted");
    } catch (error) {
      assert.match(error.message, /\/var\/lib\/docker .* is nearly full: 1\.5 GiB free, 2 GiB are needed/);
      assert.match(error.fix.join("\n"), /docker image prune --all[^]*Leave `docker volume prune` alone/);
    }
  });

  it("warns above 95 %, and is silent otherwise", () => {
    assert.match(judgeDisk(disk(4, 100)), /96 % used/);
    assert.equal(judgeDisk(disk(6, 100)), undefined);
  });
});

describe("setup: ports", () => {
  const table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1\n   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4343 1\n";

  it("finds who listens, not who is merely connected", () => {
    assert.deepEqual(listeners(table, 8080), ["4242"]);
    assert.deepEqual(listeners(table, 8081), []);
  });

  it("names the process behind a socket", () => {
    const proc = mkdtempSync(join(tmpdir(), "stackbook-proc-"));
    try {
      mkdirSync(join(proc, "net"), { recursive: true });
      writeFileSync(join(proc, "net", "tcp"), table);
      mkdirSync(join(proc, String(process.pid), "fd"), { recursive: true });
      symlinkSync("socket:[4242]", join(proc, String(process.pid), "fd", "5"));
      assert.match(processOn(8080, proc), new RegExp(`\\(process ${process.pid}\\)$`));
      assert.equal(processOn(8081, proc), undefined);
    } finally {
      rmSync(proc, { recursive: true });
    }
  });

  it("sees a taken port and a free one", async () => {
    const server = createServer();
    const port = await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
    assert.equal(await isFree(port, "127.0.0.1"), false);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isFree(port, "127.0.0.1"), true);
  });

  const check = (containers, options = {}) =>
    checkPorts({ address: "unix:///x", ask: async () => containers }, { ports: { httpPort: 8080, httpsPort: 8443 }, address: "127.0.0.1", stack: "dev", stackFile: "/x/Pulumi.dev.yaml", isOurs: () => false, free: async () => true, ...options });
  const publishing = (port, labels = {}) => ({ Id: "0123456789abcdef", Names: ["/web"], Labels: labels, Ports: [{ PublicPort: port, Type: "tcp" }] });

  it("says which container has it, and which key changes it", async () => {
    await assert.rejects(check([publishing(8443)]), (error) => {
      assert.equal(error.message, "port 8443 (stackbook:edge.httpsPort) is taken by the container web");
      assert.match(error.fix.join("\n"), /written into Pulumi\.dev\.yaml[^]*pulumi config set --path stackbook:edge\.httpsPort 9443/);
      return true;
    });
    await assert.rejects(check([publishing(8080, { "stackbook.stack": "dev" })]), /the edge of a stack dev of another clone/);
  });

  it("says which process has it", async () => {
    await assert.rejects(check([], { free: async (port) => port !== 8080, holder: () => "nginx (process 7)" }), /port 8080 \(stackbook:edge\.httpPort\) is taken by nginx \(process 7\)/);
  });

  it("takes its own edge for no stranger, and a passing connection for nobody", async () => {
    await check([publishing(8080)], { isOurs: () => true });
    let looks = 0;
    await check([], { free: async (port) => port !== 8080 || (looks += 1) > 1 });
  });
});

describe("setup: what was stopped in an emergency", () => {
  const mark = (system, halt, written = "2026-11-21T08:00:00.000Z") => ({ Name: `mark-${system}-${written}`, Labels: { "stackbook.system": system, "stackbook.written": written, "stackbook.halt": JSON.stringify(halt) } });
  const engine = (marks) => ({ asked: [], volumes(filters) { this.asked.push(filters); return Promise.resolve(marks); } });
  const halt = { at: "2026-11-21T08:00:00Z", by: "ops", isolated: false, stage: "halted", cuts: [] };
  const of = (system) => ({ Id: system, Labels: { "stackbook.system": system } });

  it("is found by the marks on the engine, the newest of each system", async () => {
    const asked = engine([mark("motel", { ...halt, isolated: true }, "2026-11-21T09:00:00.000Z"), mark("motel", halt), mark("memo", { ...halt, stage: "resuming" })]);
    const halted = await haltedSystems(asked, "dev");
    assert.deepEqual([...halted], [["motel", { at: halt.at, by: "ops", isolated: true }]]);
    assert.deepEqual(asked.asked, [{ label: ["stackbook.stack=dev", "stackbook.role=halt"] }]);
  });

  it("is not started, and what was cut off is not stopped either; everything else is", async () => {
    const halted = await haltedSystems(engine([mark("motel", halt), mark("sms", { ...halt, isolated: true })]), "dev");
    const all = ["motel", "sms", "memo", "stack"].map(of);
    assert.deepEqual(all.filter(mayStart(halted)).map(({ Id }) => Id), ["memo", "stack"]);
    assert.deepEqual(all.filter(mayStop(halted)).map(({ Id }) => Id), ["motel", "memo", "stack"]);
    assert.match(haltedLines(halted).join("\n"), /motel was stopped .* by ops .*resume motel\n.*sms was cut off/);
  });
});
