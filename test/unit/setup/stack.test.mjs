import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { extras, imagesFor, systemIds, systemImages } from "../../../setup/base/catalogue.mjs";
import { dropOldSalt, edgeOf, planConfig } from "../../../setup/stack/config.mjs";
import { childEnvironment, quote, shellExports } from "../../../setup/stack/environment.mjs";
import { readConfigFile, systemsInFile } from "../../../setup/stack/file.mjs";
import { ensurePassphrase, isWrongPassphrase } from "../../../setup/stack/passphrase.mjs";
import { clearUpdateLock } from "../../../setup/stack/repair.mjs";
import { knownToState, readState, removeEmptyAttributes, shortType, updateLocks } from "../../../setup/stack/state.mjs";

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "stackbook-stack-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name, content) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe("setup: what it knows of the catalogue", () => {
  const { systems } = createRequire(import.meta.url)("../../../systems");

  it("is what systems/ says", () => {
    assert.deepEqual(systemIds, Object.keys(systems));
    for (const [id, spec] of Object.entries(systems)) {
      const needed = [spec.database.engine, ...(spec.redis !== undefined && spec.redis.optional !== true ? ["redis"] : []), ...(spec.services.frontend.kind === "static" ? ["web"] : [])];
      assert.deepEqual([...systemImages[id]].sort(), needed.sort(), id);
    }
  });

  it("asks for the images of the chosen systems only, and for what the stack file adds", () => {
    const unwatched = { watched: false, backedUp: false };
    assert.deepEqual(imagesFor(["sms"], unwatched), ["haproxy", "node", "postgres"]);
    const file = write("Pulumi.x.yaml", "config:\n  stackbook:edge:\n    tls: { kind: acme }\n  stackbook:systems:\n    fetms:\n      redis: true\n");
    assert.deepEqual(imagesFor(["fetms"], { ...readConfigFile("x", file), ...unwatched }), ["haproxy", "lego", "mongodb", "node", "redis", "web"]);
    assert.deepEqual(imagesFor(["sms"], { watched: false }), ["haproxy", "node", "postgres", "redis"], "the backup agent has Redis's tools");
    assert.deepEqual(readConfigFile("x", write("Pulumi.y.yaml", "# kind: acme\n")), { acme: false, redisFor: [], watched: true, backedUp: true });
  });

  it("asks for what watches the chosen systems and their stores, unless the stack file says no", () => {
    const watching = ["alertmanager", "blackboxExporter", "cadvisor", "mtail", "nodeExporter", "prometheus"];
    const added = (...args) => imagesFor(...args).filter((name) => !imagesFor(args[0], { ...args[1], watched: false }).includes(name));
    assert.deepEqual(added(["sms"]), [...watching, "postgresExporter"].sort());
    assert.deepEqual(added(["mps"]), [...watching, "mongodbExporter", "redisExporter"].sort());
    assert.deepEqual(added(["fetms"], { redisFor: ["fetms"] }), [...watching, "mongodbExporter", "redisExporter"].sort());
    for (const text of ["  stackbook:monitoring:\n    enabled: false\n", "  stackbook:monitoring: { enabled: \"false\" }\n", "  stackbook:monitoring.enabled: \"false\"\n"]) {
      const read = readConfigFile("x", write("Pulumi.z.yaml", `config:\n${text}`));
      assert.deepEqual([read.watched, read.backedUp], [false, true], text);
      const other = readConfigFile("x", write("Pulumi.z.yaml", `config:\n${text.replace("monitoring", "backups")}`));
      assert.deepEqual([other.watched, other.backedUp], [true, false], text);
    }
    assert.equal(readConfigFile("x", write("Pulumi.z.yaml", "config:\n  stackbook:monitoring:\n    statusPage: { enabled: false }\n")).watched, true);
  });

  it("knows images by the names that the program has for them", () => {
    const { officialImages, ownImages } = createRequire(import.meta.url)("../../../platforms/images");
    for (const name of [...imagesFor(systemIds, { acme: true }), ...Object.values(extras).flat()]) assert.ok(name in officialImages || ownImages.includes(name), name);
  });

  it("finds the systems that a stack file names", () => {
    const file = write("Pulumi.x.yaml", "config:\n  stackbook:systems:\n    sms:\n      version: 1.0.0\n    motel: { version: 2.0.0 }\n");
    assert.deepEqual(systemsInFile("x", systemIds, file), ["motel", "sms"]);
    assert.equal(systemsInFile("x", systemIds, join(folder, "none.yaml")), undefined);
  });
});

describe("setup: the stack file", () => {
  const plan = (values, asked, options = {}) => planConfig({ stack: "dev", values, asked, isNew: false, ...options });

  it("starts with motel and the demo, once", () => {
    assert.deepEqual(plan({}, undefined, { isNew: true }).set, { "stackbook:demo.seed": "true", "stackbook:demo.traffic": "true", "stackbook:systems.motel.version": "1.0.0" });
    assert.deepEqual(plan({ "stackbook:demo": { seed: false } }, ["sms"], { isNew: true }).set, { "stackbook:systems.sms.version": "1.0.0" });
  });

  it("changes nothing when no system is asked for and some are listed", () => {
    assert.deepEqual(plan({ "stackbook:systems": { sms: { version: "3.0.0" }, memo: { enabled: false } } }), { set: {}, systems: ["sms"], off: [] });
  });

  it("switches off what is no longer asked for, and on what is, and leaves every other setting", () => {
    const values = { "stackbook:systems": { motel: { version: "2.0.0" }, sms: { version: "1.5.0", enabled: false } } };
    assert.deepEqual(plan(values, ["sms", "memo"]), {
      set: { "stackbook:systems.sms.enabled": "true", "stackbook:systems.memo.version": "1.0.0", "stackbook:systems.motel.enabled": "false" },
      systems: ["sms", "memo"],
      off: ["motel"],
    });
  });

  it("calls a stack of another name what it is: a dev stack", () => {
    assert.equal(plan({ "stackbook:systems": { motel: {} } }, undefined, { stack: "mine" }).set["stackbook:environment"], "dev");
  });

  it("knows the edge's ports and address", () => {
    assert.deepEqual(edgeOf({}), { httpPort: 8080, httpsPort: 8443, bindAddress: "127.0.0.1", isAcme: false });
    assert.equal(edgeOf({ "stackbook:edge": { httpsPort: 9443 } }).httpsPort, 9443);
  });

  it("drops the salt of a stack that is gone and keeps the settings, unless secrets are in it", () => {
    const file = write("Pulumi.dev.yaml", "encryptionsalt: v1:abc\nconfig:\n  # mine\n  stackbook:domain: localhost\n");
    assert.match(dropOldSalt("dev", file), /salt was taken out, the settings are kept/);
    assert.equal(readFileSync(file, "utf8"), "config:\n  # mine\n  stackbook:domain: localhost\n");
    const secret = write("Pulumi.s.yaml", "encryptionsalt: v1:abc\nconfig:\n  motel:jwtSecret:\n    secure: v1:xyz\n");
    assert.throws(() => dropOldSalt("s", secret), /has secrets that were encrypted with a passphrase which is no longer here/);
    assert.match(readFileSync(secret, "utf8"), /encryptionsalt/);
  });
});

describe("setup: the environment for plain pulumi", () => {
  const chosen = { path: ["/x/it's here/bin"], images: true, dockerHost: "unix:///run/user/7/docker.sock" };

  it("survives any folder's name in a shell", () => {
    const script = `${shellExports(chosen, { PATH: "/usr/bin:/bin" })}\nprintf '%s\\n' "$PATH" "$DOCKER_HOST" "$PULUMI_BACKEND_URL"`;
    const [path, host, backend] = execFileSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" }, encoding: "utf8" }).split("\n");
    assert.equal(path, "/x/it's here/bin:/usr/bin:/bin");
    assert.equal(host, chosen.dockerHost);
    assert.match(backend, /^file:\/\/\/.*\.stackbook\/state$/);
    assert.equal(quote("$(rm -rf /)`x`'"), `'$(rm -rf /)\`x\`'\\'''`);
  });

  it("adds nothing twice, and takes away what would outrank it", () => {
    const base = { PATH: "/x/it's here/bin:/bin", PULUMI_CONFIG_PASSPHRASE: "mine", STACKBOOK_IMAGES: "/old" };
    assert.ok(!shellExports(chosen, base).includes("export PATH"));
    assert.match(shellExports({ ...chosen, images: false }, base), /unset PULUMI_CONFIG_PASSPHRASE\nunset STACKBOOK_IMAGES/);
    const env = childEnvironment({ path: [], images: false }, base);
    assert.equal(env.PULUMI_CONFIG_PASSPHRASE, undefined);
    assert.equal(env.STACKBOOK_IMAGES, undefined);
  });
});

describe("setup: the passphrase", () => {
  const where = () => ({ file: join(folder, "passphrase"), state: join(folder, "state") });

  it("is made once, random and for its owner alone", () => {
    assert.equal(ensurePassphrase(where()).made, true);
    const text = readFileSync(where().file, "utf8");
    assert.match(text, /^[A-Za-z0-9_-]{43}\n$/);
    assert.equal(statSync(where().file).mode & 0o777, 0o600);
    assert.deepEqual(ensurePassphrase(where()), { made: false });
    assert.equal(readFileSync(where().file, "utf8"), text);
  });

  it("gets its mode back, with a line that says so", () => {
    ensurePassphrase(where());
    chmodSync(where().file, 0o640);
    assert.match(ensurePassphrase(where()).said, /mode 0640/);
    assert.equal(statSync(where().file).mode & 0o777, 0o600);
  });

  it("is never made anew over a state that it could not open", () => {
    write("state/.pulumi/stacks/stackbook/dev.json", {});
    assert.throws(() => ensurePassphrase(where()), /the stack's passphrase is lost/);
    assert.equal(existsSync(where().file), false);
    writeFileSync(where().file, "");
    assert.throws(() => ensurePassphrase(where()), /is empty/);
  });

  it("knows the CLI's words for a wrong one", () => {
    assert.ok(isWrongPassphrase("error: constructing secrets manager of type \"passphrase\": incorrect passphrase"));
    assert.ok(!isWrongPassphrase("error: update failed"));
  });
});

describe("setup: the state file", () => {
  it("tells what of the engine the state knows", () => {
    const state = join(folder, "state");
    write("state/.pulumi/stacks/stackbook/dev.json", {
      checkpoint: { latest: { resources: [{ type: "docker:index/volume:Volume", id: "v-1", urn: "u", protect: true, outputs: { name: "v-1" } }, { type: "random:index/randomId:RandomId", id: "r" }], pending_operations: [{ type: "creating", resource: {} }] } },
    });
    const read = readState("dev", state);
    assert.equal(read.pending.length, 1);
    assert.deepEqual([...knownToState(read).volume.keys()], ["v-1"]);
    assert.equal(readState("other", state), undefined);
  });

  it("calls things by short names", () => {
    assert.equal(shortType("docker:index/remoteImage:RemoteImage"), "docker remote image");
    assert.equal(shortType("random:index/randomPassword:RandomPassword"), "random password");
    assert.equal(shortType("pulumi-nodejs:dynamic/stackbook:HealthGate"), "health gate");
  });

  const lock = (holder) => write("state/.pulumi/locks/organization/stackbook/dev/1.json", { username: "me", timestamp: "2026-01-02T03:04:05Z", hostname: hostname(), ...holder });
  const locks = (command) => updateLocks("dev", { state: join(folder, "state"), command });

  it("tells a killed update from one that runs, also when its number was used again", () => {
    lock({ pid: 4711 });
    assert.equal(locks(() => "pulumi up --yes")[0].runs, true);
    assert.equal(locks(() => undefined)[0].runs, false);
    assert.equal(locks(() => "nginx: worker")[0].runs, false);
    lock({ pid: 4711, hostname: "elsewhere" });
    assert.equal(locks(() => undefined)[0].runs, true);
  });

  it("waits for an update that runs, and says who; fails at once with --no-wait", async () => {
    lock({ pid: 4711 });
    const pulumi = { stack: "dev", must: () => assert.fail("nothing is to be cancelled") };
    await assert.rejects(clearUpdateLock(pulumi, { wait: false, tell: () => undefined, locks: () => locks(() => "pulumi up") }), /an update by me@\S+ \(process 4711, since 03:04:05 UTC\) holds the lock of stack dev/);
    const told = [];
    let asked = 0;
    await clearUpdateLock(pulumi, { wait: true, tell: (line) => told.push(line), pollMs: 1, mend: () => [], locks: () => ((asked += 1) > 3 ? [] : locks(() => "pulumi up")) });
    assert.match(told.join("\n"), /waiting +an update by me/);
    assert.equal(told.length, 1);
  });

  it("takes a killed update's lock away", async () => {
    lock({ pid: 4711 });
    const done = [];
    await clearUpdateLock({ stack: "dev", must: async (args) => done.push(args.join(" ")) }, { wait: true, tell: (line) => done.push(line), mend: () => [], locks: () => locks(() => undefined) });
    assert.equal(done[0], "cancel --yes");
    assert.match(done[1], /process 4711 no longer runs/);
  });

  it("removes attributes that a kill left empty before anything reads the state, and no others", async () => {
    lock({ pid: 4711 });
    write("state/.pulumi/stacks/stackbook/dev.json.attrs", {});
    const broken = join(folder, "state/.pulumi/stacks/stackbook/other.json.attrs");
    writeFileSync(broken, "");
    const done = [];
    const pulumi = { stack: "dev", must: async (args) => done.push(args.join(" ")) };
    await clearUpdateLock(pulumi, { wait: true, tell: (line) => done.push(line), mend: () => removeEmptyAttributes(join(folder, "state")), locks: () => locks(() => undefined) });
    assert.match(done[0], /repair +removed stacks\/stackbook\/other\.json\.attrs/);
    assert.equal(done[1], "cancel --yes");
    assert.ok(!existsSync(broken) && existsSync(join(folder, "state/.pulumi/stacks/stackbook/dev.json.attrs")));
  });
});
