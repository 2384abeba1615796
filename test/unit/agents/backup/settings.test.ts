import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironment } from "../../../../agents/backup/src/environment";
import { alone } from "../../../../agents/backup/src/lock";
import { SecretFolder } from "../../../../agents/backup/src/secrets";
import { parseSettings, readSettings } from "../../../../agents/backup/src/settings";
import { spawn } from "node:child_process";
import { baseSettings, hasTools, removeTemporaryFolders, settingsOf, temporaryFolder } from "./support";

describe("the backup agent's settings", () => {
  after(removeTemporaryFolders);

  it("are taken as the program writes them", () => {
    const s3 = { kind: "s3", name: "offsite", bucket: "b", prefix: "", region: "eu-central-1", pathStyle: false, lifecycle: true };
    const settings = settingsOf({ stores: [baseSettings.stores[0], s3], everyHours: 12, redis: { host: "cache", port: 6379, appendOnly: true } });
    assert.deepEqual([settings.stores.length, settings.everyHours, settings.redis?.host], [2, 12, "cache"]);
  });

  it("are refused with every problem at once, each with its place, what was given and what is allowed", () => {
    const wrong = {
      ...baseSettings, timeZone: "Mars/Olympus", at: "25:00", everyHours: 7, surprise: true, stores: [{ kind: "directory", name: "a", path: "/a" }, { kind: "directory", name: "a", path: "b" }],
      encryption: { kind: "symmetric", keyId: "k9", keys: { k1: "key-1" } },
    };
    assert.throws(() => parseSettings(JSON.stringify(wrong), "/etc/stackbook/backup.json"), (error: Error) => {
      for (const told of [
        "/etc/stackbook/backup.json:", "timeZone is \"Mars/Olympus\": give an IANA time zone", "at is \"25:00\": give a time of day", "everyHours is 7: give 24, 12, 8 or 6",
        "surprise is not known here", "stores.1.path is \"b\": give the store's folder, from / on",
      ]) assert.ok(error.message.includes(told), `${told}\n${error.message}`);
      return true;
    });
    assert.throws(() => settingsOf({ encryption: wrong.encryption }), /encryption.keyId is "k9": give one of the keys that are listed: k1/);
    assert.throws(() => settingsOf({ stores: [baseSettings.stores[0], baseSettings.stores[0]] }), /stores.1.name is "local": give every store a name of its own/);
  });

  it("say what to do when they are not there or no JSON", () => {
    assert.throws(() => readSettings("/nowhere"), /it can't be read \(ENOENT\); run pulumi up to write it/);
    assert.throws(() => parseSettings("{", "backup.json"), /it is no JSON/);
  });

  it("have an environment beside them, checked all at once", () => {
    assert.deepEqual(readEnvironment({ BACKUP_ROLE: "drill", BACKUP_DATA: "/d" }).socketPath, "/d/drill.sock");
    assert.throws(() => readEnvironment({ BACKUP_ROLE: "chief", PORT: "x" }), /BACKUP_ROLE is chief: give backup, drill, once\n {2}- PORT is x: give a number/);
  });
});

describe("the backup agent's secrets", () => {
  after(removeTemporaryFolders);
  let folder: string;
  before(() => {
    folder = temporaryFolder();
    writeFileSync(join(folder, "password"), "pass\"word/1\n");
    writeFileSync(join(folder, "offsite"), JSON.stringify({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "c2VjcmV0" }));
  });

  it("are read without the line's end, and masked wherever they would be written, also as JSON and in addresses", () => {
    const secrets = new SecretFolder(folder);
    assert.equal(secrets.read("password"), "pass\"word/1");
    secrets.read("offsite");
    const text = `postgres://u:${encodeURIComponent("pass\"word/1")}@h ${JSON.stringify("pass\"word/1")} key c2VjcmV0`;
    assert.equal(secrets.mask(text), "postgres://u:***@h \"***\" key ***");
  });

  it("are files of their folder only", () => {
    assert.throws(() => new SecretFolder(folder).read("../etc/passwd"), /is no name of a file/);
    assert.throws(() => new SecretFolder(folder).read("none"), /it can't be read \(ENOENT\); run pulumi up/);
  });
});

describe("the backup agent's lock", function () {
  this.timeout(20_000);
  before(function () {
    if (!hasTools()) this.skip();
  });
  after(removeTemporaryFolders);

  it("keeps two apart, and lets the second in when the first is done", async () => {
    const file = join(temporaryFolder(), "lock");
    const log: string[] = [];
    const work = (name: string, milliseconds: number) => alone([file], { waitSeconds: 5, told: () => log.push(`${name} waits`) }, async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      log.push(`${name} ends`);
    });
    const first = work("first", 400);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await Promise.all([first, work("second", 1)]);
    assert.deepEqual(log, ["first begins", "second waits", "first ends", "second begins", "second ends"]);
  });

  it("says who is in the way when it has waited long enough", async () => {
    const file = join(temporaryFolder(), "lock");
    await alone([file], { waitSeconds: 1 }, () => assert.rejects(alone([file], { waitSeconds: 1 }, () => Promise.resolve()), /another run is under way \(it holds .*lock\) and did not end in 1 s/));
  });

  it("is free as soon as its owner is killed", async () => {
    const file = join(temporaryFolder(), "lock");
    const script = `require("./test/register.cjs"); require("./agents/backup/src/lock").alone([${JSON.stringify(file)}], { waitSeconds: 0 }, () => { console.log("mine"); return new Promise(() => setInterval(() => {}, 1000)); })`;
    const owner = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => owner.stdout.once("data", resolve));
    await assert.rejects(alone([file], { waitSeconds: 0 }, () => Promise.resolve()));
    owner.kill("SIGKILL");
    await alone([file], { waitSeconds: 5 }, () => Promise.resolve());
  });
});
