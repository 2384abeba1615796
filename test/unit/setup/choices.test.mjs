import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chooseDocker } from "../../../setup/engine/find.mjs";
import { chooseImages, engineReachesRegistry } from "../../../setup/engine/images.mjs";
import { chooseCli, isNewEnough, parseVersion } from "../../../setup/tools/cli.mjs";
import { modulesDiffer } from "../../../setup/tools/modules.mjs";
import { choosePlugins, missingPlugins } from "../../../setup/tools/plugins.mjs";
import { announce } from "../../../setup/tools/survey.mjs";

const yes = { reached: true, why: "it answers" };
const no = { reached: false, why: "get.pulumi.com not reached" };

describe("setup: the Pulumi CLI", () => {
  const found = (version, host = true) => ({ file: "/usr/bin/pulumi", version, host });

  it("takes the one on the PATH when it is new enough", () => {
    assert.equal(chooseCli({ found: found([3, 170, 0]), reach: no }).way, "found");
    assert.equal(chooseCli({ found: found([4, 0, 0]), reach: yes }).way, "found");
  });

  it("takes the official installer when it is too old and the installer answers", () => {
    const choice = chooseCli({ found: found([3, 169, 9]), reach: yes });
    assert.equal(choice.way, "official");
    assert.match(choice.why, /\/usr\/bin\/pulumi is 3\.169\.9, and 3\.170\.0 is needed/);
  });

  it("builds it when there is none and nothing answers", () => {
    const choice = chooseCli({ reach: no });
    assert.equal(choice.way, "build");
    assert.match(choice.why, /no pulumi on the PATH; get\.pulumi\.com not reached/);
  });

  it("does not take one that can't run Node programs", () => {
    assert.match(chooseCli({ found: found([3, 200, 0], false), reach: no }).why, /no pulumi-language-nodejs beside it/);
  });

  it("reads versions as the CLI prints them", () => {
    assert.deepEqual(parseVersion("v3.170.0\n"), [3, 170, 0]);
    assert.deepEqual(parseVersion("3.200.1-dev\n"), [3, 200, 1]);
    assert.equal(parseVersion("not a version"), undefined);
    assert.equal(isNewEnough(undefined), false);
  });
});

describe("setup: plugins", () => {
  it("takes the cache's, then the official ones, then the stand-ins", () => {
    assert.equal(choosePlugins({ missing: [], reach: no }).way, "cached");
    assert.equal(choosePlugins({ missing: ["docker"], reach: yes }).way, "official");
    assert.equal(choosePlugins({ missing: ["docker"], reach: no }).way, "standIns");
  });

  it("looks for the exact version in the plugin cache", () => {
    const home = mkdtempSync(join(tmpdir(), "stackbook-plugins-"));
    try {
      const file = join(home, "plugins", "resource-docker-v5.2.0", "pulumi-resource-docker");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "");
      assert.deepEqual(missingPlugins({ docker: "5.2.0", random: "4.21.2" }, home), ["random"]);
      assert.deepEqual(missingPlugins({ docker: "5.3.0" }, home), ["docker"]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe("setup: Docker", () => {
  const debianRoot = { platform: "linux", isDebian: true, isRoot: true, hasSystemd: false, hasDaemon: false };
  const choose = (tried, machine = debianRoot) => chooseDocker({ found: { tried }, machine });
  const socket = { place: { address: "unix:///var/run/docker.sock", from: "socket", name: "/var/run/docker.sock" }, code: "ECONNREFUSED", message: "refused" };

  it("takes an engine that answers", () => {
    assert.equal(chooseDocker({ found: { tried: [], place: socket.place }, machine: debianRoot }).way, "reach");
  });

  it("installs on Debian as root, and starts what is installed", () => {
    assert.equal(choose([]).way, "install");
    assert.equal(choose([socket], { ...debianRoot, hasDaemon: true }).way, "start");
  });

  it("never installs beside an engine that DOCKER_HOST names, and says what to do", () => {
    const choice = choose([{ ...socket, place: { address: "tcp://10.0.0.9:2375", from: "DOCKER_HOST", name: "DOCKER_HOST=tcp://10.0.0.9:2375" } }]);
    assert.equal(choice.way, "give up");
    assert.match(choice.why, /no Docker engine answers at DOCKER_HOST=tcp:\/\/10\.0\.0\.9:2375: connection refused/);
    assert.match(choice.fix.join(), /unset DOCKER_HOST/);
  });

  it("tells a user who may not use the socket how to", () => {
    const choice = choose([{ ...socket, code: "EACCES" }], { ...debianRoot, isRoot: false });
    assert.match(choice.fix.join(), /usermod -aG docker/);
  });

  it("says what to do on machines where it can't install", () => {
    const advice = (machine) => choose([], { ...debianRoot, ...machine }).fix.join(" ");
    assert.match(advice({ isRoot: false }), /sudo apt-get install -y docker\.io iptables/);
    assert.match(advice({ isDebian: false }), /DOCKER_HOST=ssh:/);
    assert.match(advice({ platform: "darwin" }), /colima start/);
    assert.match(advice({ isRoot: false, hasDaemon: true }), /systemctl start docker/);
  });
});

describe("setup: images", () => {
  it("keeps to what the stack's first run used until told to change over", () => {
    assert.equal(chooseImages({ builtBefore: true, reach: yes }).way, "packages");
    assert.equal(chooseImages({ builtBefore: true, reach: yes, force: "online" }).way, "registry");
  });

  it("builds them only when no registry answers, or when told", () => {
    assert.equal(chooseImages({ builtBefore: false, reach: yes }).way, "registry");
    assert.equal(chooseImages({ builtBefore: false, reach: no }).way, "packages");
    assert.equal(chooseImages({ builtBefore: false, reach: yes, force: "offline" }).way, "packages");
  });

  it("believes the engine, which pulls by its own mirrors and proxies", async () => {
    const saying = (message) => ({ ask: () => Promise.reject(new Error(message)) });
    assert.equal((await engineReachesRegistry({ ask: () => Promise.resolve({}) })).reached, true);
    assert.equal((await engineReachesRegistry(saying("toomanyrequests: slow down"))).reached, true);
    assert.match((await engineReachesRegistry(saying("dial tcp: lookup registry: no such host"))).why, /its name is not known here/);
  });
});

describe("setup: what is said before anything is done", () => {
  const nothing = {
    machine: { hasSystemd: false },
    modules: undefined,
    cli: { choice: { way: "found", why: "" } },
    plugins: { way: "cached", why: "" },
    docker: { choice: { way: "reach", why: "" } },
    images: { choice: { way: "registry", why: "" }, names: ["redis"] },
    ready: { toolchain: false, standIns: false, images: false },
  };

  it("says nothing when nothing is missing", () => {
    assert.deepEqual(announce(nothing), { system: [], own: [] });
  });

  it("names what is built into the clone and the cache, once", () => {
    const building = { ...nothing, cli: { choice: { way: "build", why: "no pulumi" } }, plugins: { way: "standIns", why: "none" }, images: { choice: { way: "packages", why: "no registry" }, names: ["redis"] } };
    assert.equal(announce(building).own.length, 3);
    assert.deepEqual(announce({ ...building, ready: { toolchain: true, standIns: true, images: true } }).own, []);
  });

  it("names the packages and the daemon", () => {
    const { system } = announce({ ...nothing, docker: { choice: { way: "install", why: "no Docker engine here" } } });
    assert.match(system[0], /install the Debian packages docker\.io and iptables with apt-get/);
    assert.match(system[1], /start the Docker daemon \(dockerd\) in the background/);
  });
});

describe("setup: node_modules", () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-modules-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name, packages) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify({ packages }));
  };
  const differ = () => modulesDiffer({ lockFile: join(folder, "package-lock.json"), modules: join(folder, "node_modules") });

  it("is installed when missing, incomplete or of another version, and left alone otherwise", () => {
    write("package-lock.json", { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/only-mac": { version: "1.0.0", optional: true } });
    assert.equal(differ(), "node_modules is missing");
    mkdirSync(join(folder, "node_modules"));
    assert.equal(differ(), "node_modules is incomplete");
    write("node_modules/.package-lock.json", { "node_modules/a": { version: "0.9.0" } });
    assert.equal(differ(), "a is 0.9.0, package-lock.json has 1.0.0");
    write("node_modules/.package-lock.json", { "node_modules/a": { version: "1.0.0" } });
    assert.equal(differ(), undefined);
  });
});
