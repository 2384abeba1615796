import assert from "node:assert/strict";
import { createPublicKey, sign, verify } from "node:crypto";
import { parseSettings } from "../../../agents/backup/src/settings";
import type { BackupOutput, RecoveryOutput } from "../../../backups/outputs";
import type { BackupSettings } from "../../../backups/settings";
import { publicKey, fingerprint } from "../config/keys";
import { all, build, container, find, labels, task } from "./build";
import { asResource, textOf, violationsOf } from "../../support/policies";
import { isSecret, recorded, type Recorded } from "./mocks";

const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";
const ids = ["mps", "fetms", "memo", "motel", "sms"] as const;
const backups = (value: object = {}): Record<string, string> => ({ "stackbook:backups": JSON.stringify({ enabled: true, ...value }) });
const quiet = { "stackbook:monitoring": JSON.stringify({ enabled: false }) };
const motel = (value: object): Record<string, string> => ({ "stackbook:systems": JSON.stringify({ motel: { version: "2.0.0", ...value } }) });
const s3 = { kind: "s3", bucket: "example-backups", region: "eu-central-1" };

const agents = (): Recorded[] => recorded.filter((made) => made.type === container && labels(made)["stackbook.role"] === "backup");
const networks = (name: string): string[] => (find(container, name).inputs["networksAdvanced"] as { name: string }[]).map((network) => network.name.replace(/-1a2b3c4$/, ""));
const mounts = (name: string): Record<string, string> =>
  Object.fromEntries((find(container, name).inputs["mounts"] as { source: string; target: string; readOnly: boolean }[]).map(({ readOnly, source, target }) => [target, `${source.replace(/-1a2b3c4$/, "")}${readOnly ? ":ro" : ""}`]));
const volumes = (name: string): string[] => (find(task, name).inputs["volumes"] as string[]).map((bind) => bind.replace("-1a2b3c4", "")).sort();
const env = (name: string): string[] => {
  const sent = find(task, name).inputs["env"];
  return (isSecret(sent) ? sent.value : sent) as string[];
};
/** As the agent itself reads it. */
function settings(name: string): BackupSettings {
  const { files } = find(configFiles, `${name}-config`).inputs as { files: Record<string, string> };
  return parseSettings(files["backup.json"] ?? "", name);
}
function secretFiles(name: string): Record<string, string> {
  const sent = find(configFiles, `${name}-config`).inputs["secretFiles"];
  assert.ok(isSecret(sent), "secret on their way");
  return sent.value as Record<string, string>;
}

describe("the program's backups", function () {
  this.timeout(60_000);

  describe("of all five systems", () => {
    let outputs: Record<string, unknown>;
    before(async () => (outputs = await build({ ...all, ...backups() })));

    it("have an agent and a drill for each", () => assert.deepEqual(agents().map(({ name }) => name).sort(), ids.flatMap((id) => [`${id}-backup`, `${id}-drill`]).sort()));

    it("are told what their agent understands, by the runbooks", () => {
      for (const id of ids) for (const name of [`${id}-backup`, `${id}-drill`]) assert.equal(settings(name).system, id);
      const { at, drill, everyHours, redis, release, stores, uploads } = settings("motel-backup");
      assert.deepEqual([at, everyHours, redis, uploads], ["02:00", 24, { host: "cache", port: 6379, appendOnly: true }, null]);
      assert.deepEqual(drill, { day: "sunday", at: "04:00", checks: [] });
      assert.equal(release.version, "1.0.0");
      assert.match(release.images["backend"] ?? "", /motel-backend:1\.0\.0-/);
      assert.deepEqual(stores, [{ kind: "directory", name: "local", path: "/backups/1" }]);
      assert.equal(settings("sms-backup").everyHours, 12);
      assert.equal(settings("memo-backup").redis, null, "its Redis is a cache");
      assert.deepEqual(settings("fetms-backup").uploads, { path: "/uploads" });
      assert.equal(settings("mps-backup").engine, "mongodb");
    });

    it("let the agent into its own system's stores, and the drill into nobody's", () => {
      assert.deepEqual(networks("motel-backup"), ["monitoring", "motel-database", "motel-cache"]);
      assert.deepEqual(networks("sms-backup"), ["monitoring", "sms-database"]);
      for (const id of ids) assert.deepEqual(networks(`${id}-drill`), ["monitoring"]);
    });

    it("give the drill a key, and no password", () => {
      assert.deepEqual(Object.keys(secretFiles("motel-backup")).sort(), ["secrets/database-password", "secrets/key-generation-1", "secrets/redis-password"]);
      assert.deepEqual(Object.keys(secretFiles("motel-drill")), ["secrets/key-generation-1"]);
      assert.match(secretFiles("motel-backup")["secrets/database-password"] ?? "", /^motel-databaseAdminPassword-/);
    });

    it("are written by agents, and read by drills; uploads are read by both", () => {
      assert.deepEqual(mounts("fetms-backup"), {
        "/etc/stackbook": "fetms-backup-config:ro", "/data": "fetms-backup", "/backups/1": "stack-backups-local", "/uploads": "fetms-uploads:ro", "/drill": "fetms-drill:ro",
      });
      assert.deepEqual(mounts("fetms-drill"), { "/etc/stackbook": "fetms-drill-config:ro", "/data": "fetms-drill", "/scratch": "fetms-drill-scratch", "/backups/1": "stack-backups-local:ro" });
    });

    it("run on their own database's image, one for each kind", () => {
      const images = recorded.filter(({ type, name }) => type === "docker:index/image:Image" && name.startsWith("agent-backup"));
      assert.deepEqual(images.map(({ name }) => name).sort(), ["agent-backup-mongodb-redis-image", "agent-backup-postgres-redis-image"]);
      for (const { inputs, name } of images) {
        const { args } = inputs["build"] as { args: Record<string, string> };
        assert.match(args["DATABASE_IMAGE"] ?? "", name.includes("mongodb") ? /^mongo:/ : /^postgres:/);
        assert.match(args["REDIS_IMAGE"] ?? "", /^redis:/);
      }
    });

    it("are taken before anything changes, and only then is the backend exchanged", () => {
      const order = recorded.map(({ type, name }) => `${type} ${name}`);
      const at = (type: string, name: string): number => {
        assert.ok(order.includes(`${type} ${name}`), name);
        return order.indexOf(`${type} ${name}`);
      };
      const gate = "pulumi-nodejs:dynamic/stackbook:HealthGate";
      const steps = [at(gate, "motel-database-healthy"), at(configFiles, "motel-backup-config"), at(task, "motel-before-change-a"), at(task, "motel-restore"), at(task, "motel-migration-a"), at(container, "motel-backend-a-0"), at(task, "edge-routes"), at(gate, "backups-healthy")];
      // The configuration waits for images, not for stores.
      assert.deepEqual([...steps.slice(2)].sort((a, b) => a - b), steps.slice(2));
      assert.ok(Math.max(steps[0] ?? 0, steps[1] ?? 0) < (steps[2] ?? 0));
      assert.ok(at(container, "motel-backup") > at(gate, "motel-database-healthy"));
    });

    it("are taken before a change when version or images change, and at no other time", () => {
      const { inputs } = find(task, "motel-before-change-a");
      assert.equal(inputs["onlyOnTriggers"], true);
      const [trigger] = inputs["triggers"] as string[];
      assert.deepEqual(Object.keys(JSON.parse(trigger ?? "") as object), ["version", "images"]);
      assert.equal(inputs["previousTrigger"], "BACKUP_RELEASE", "what ran is what the data is");
      assert.deepEqual(env("motel-before-change-a"), [`BACKUP_REQUEST={"tier":"deploy","reason":"before 1.0.0"}`]);
      assert.deepEqual(volumes("fetms-before-change-a"), ["fetms-backup-config:/etc/stackbook:ro", "fetms-backup:/data", "fetms-uploads:/uploads:ro", "stack-backups-local:/backups/1"]);
      assert.deepEqual(inputs["networks"], ["motel-database-1a2b3c4", "motel-cache-1a2b3c4"], "a store on the host needs no way out");
    });

    it("are brought back by nobody who wasn't asked", () => {
      for (const id of ids) {
        const { inputs } = find(task, `${id}-restore`);
        assert.deepEqual([inputs["resting"], inputs["triggers"]], [true, ["none"]]);
      }
      assert.ok(!("stackbook.restore" in labels(find(container, "motel-backend-a-0"))));
    });

    it("break no policy", () => assert.deepEqual(violationsOf(recorded.map(asResource), "dev").filter(({ level }) => level === "mandatory").map(textOf), []));

    it("tell operations where they are, and the kit what opens them", () => {
      const { motel: described } = outputs["backups"] as Record<string, BackupOutput>;
      assert.deepEqual(described, {
        agent: "motel-backup-1a2b3c4", drill: "motel-drill-1a2b3c4", keyId: "generation-1",
        stores: [{ kind: "directory", name: "local", path: "/backups/1", host: { kind: "volume", volume: "stack-backups-local-1a2b3c4" } }],
      });
      const { encryption } = outputs["recovery"] as RecoveryOutput;
      assert.ok(encryption.kind === "symmetric");
      assert.match(encryption.keys["generation-1"] ?? "", /^backups-encryptionKey-1-x+$/);
    });

    it("leave no key in plain text, nowhere", () => {
      const keys = recorded.filter(({ type }) => type === "random:index/randomPassword:RandomPassword").map(({ inputs, name }) => `${name}-`.padEnd(Number(inputs["length"]), "x"));
      assert.ok(keys.some((key) => key.startsWith("backups-encryptionKey-1")));
      const plain = JSON.stringify(recorded.map(({ inputs }) => inputs), (_name, value: unknown) => (isSecret(value) ? "secret" : value));
      for (const key of keys.filter((text) => text.startsWith("backups-"))) assert.ok(!plain.includes(key));
      const { recovery: _secret, credentials: _too, ...shown } = outputs;
      for (const key of keys) assert.ok(!JSON.stringify(shown).includes(key));
    });

    it("name the same inputs in every run", async () => {
      const own = (): string[] => recorded.filter(({ name }) => /backup|drill|restore|before-change/.test(name)).map(({ inputs, name, type }) => `${type} ${name} ${JSON.stringify(inputs)}`).sort();
      const first = own();
      await build({ ...all, ...backups() });
      assert.deepEqual(own(), first);
    });
  });

  it("are brought back, with the backend stopped and made anew, and migrated", async () => {
    const restore = { id: "r1", backup: "daily/2026-11-21T020000Z", only: ["database"] };
    const outputs = await build({ ...backups(), ...quiet, ...motel({ restore }) });
    const { inputs } = find(task, "motel-restore");
    const wanted = JSON.stringify({ id: "r1", backup: "motel/daily/2026-11-21T020000Z", only: ["database"] });
    assert.deepEqual([inputs["resting"], inputs["triggers"], env("motel-restore")], [false, [wanted], [`BACKUP_REQUEST=${wanted}`]]);
    assert.deepEqual(inputs["quiesce"], ["stackbook.stack=dev", "stackbook.system=motel", "stackbook.service=backend", "stackbook.role=app"]);
    assert.equal(labels(find(container, "motel-backend-a-0"))["stackbook.restore"], "r1");
    assert.equal((find(task, "motel-migration-a").inputs["triggers"] as string[]).at(-1), "r1");
    assert.ok(volumes("motel-restore").includes("motel-restore-scratch:/scratch"));
    assert.equal((outputs["backups"] as Record<string, BackupOutput>)["motel"]?.restored?.id, "r1");
    assert.ok(!JSON.stringify(settings("motel-backup").config).includes("r1"), "who starts from this backup wants none of its restores");
    assert.ok(JSON.stringify(settings("motel-backup").config).includes("2.0.0"));
  });

  it("go to every store, with its own keys, and only then out of the house", async () => {
    const secrets = { "backups:offsite.accessKeyId": "AKIAEXAMPLE", "backups:offsite.secretAccessKey": "wJalrXUtnFEMI/K7MDENG" };
    const stores = { nas: { kind: "directory", path: "/mnt/nas" }, offsite: { ...s3, prefix: "dev" }, local: { kind: "directory" } };
    const outputs = await build({ ...backups({ stores }), ...quiet, ...motel({}) }, "dev", "", secrets);
    assert.deepEqual(settings("motel-backup").stores, [
      { kind: "directory", name: "nas", path: "/backups/1" },
      { ...s3, name: "offsite", prefix: "dev", pathStyle: false, lifecycle: true, credentialsFile: "store-offsite.json" },
      { kind: "directory", name: "local", path: "/backups/2" },
    ]);
    assert.deepEqual(JSON.parse(secretFiles("motel-backup")["secrets/store-offsite.json"] ?? ""), { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" });
    assert.deepEqual(find("docker:index/volume:Volume", "stack-backups-nas").inputs["driverOpts"], { type: "none", o: "bind", device: "/mnt/nas" });
    assert.deepEqual(find(task, "motel-before-change-a").inputs["networks"], ["monitoring-1a2b3c4", "motel-database-1a2b3c4", "motel-cache-1a2b3c4"]);
    const { storeCredentials } = outputs["recovery"] as RecoveryOutput;
    assert.equal(storeCredentials["offsite"]?.accessKeyId, "AKIAEXAMPLE");
    const [nas] = (outputs["backups"] as Record<string, BackupOutput>)["motel"]?.stores ?? [];
    assert.deepEqual(nas, { kind: "directory", name: "nas", path: "/backups/1", host: { kind: "path", path: "/mnt/nas" } });
    const { recovery: _secret, ...shown } = outputs;
    assert.ok(!JSON.stringify([recorded.map(({ inputs }) => inputs), shown], (_name, value: unknown) => (isSecret(value) ? "secret" : value)).includes("wJalrXUtnFEMI"));
  });

  it("keep earlier keys beside the newest, be they given", async () => {
    await build({ ...backups({ encryption: { kind: "symmetric", generation: 2 } }), ...quiet }, "dev", "", { "backups:encryptionKey.1": "Kq8Wm2Zr7Tn4Yb9Xc3Vd6Fg1Hj5Lp0QsR" });
    const { encryption } = settings("motel-drill");
    assert.deepEqual(encryption, { kind: "symmetric", keyId: "generation-2", keys: { "generation-1": "key-generation-1", "generation-2": "key-generation-2" } });
    const files = secretFiles("motel-drill");
    assert.equal(files["secrets/key-generation-1"], "Kq8Wm2Zr7Tn4Yb9Xc3Vd6Fg1Hj5Lp0QsR");
    assert.match(files["secrets/key-generation-2"] ?? "", /^backups-encryptionKey-2-/);
  });

  it("can be encrypted to a key whose other half is elsewhere: signed here, drilled nowhere", async () => {
    const outputs = await build({ ...backups({ encryption: { kind: "publicKey", publicKey } }), ...quiet });
    assert.deepEqual(agents().map(({ name }) => name), ["motel-backup"]);
    assert.equal((outputs["backups"] as Record<string, BackupOutput>)["motel"]?.drill, null);
    const { encryption } = settings("motel-backup");
    assert.ok(encryption.kind === "publicKey");
    assert.deepEqual([encryption.keyId, encryption.publicKey.trim(), encryption.signingKeyFile], [fingerprint, publicKey, "signing-key.pem"]);
    const key = secretFiles("motel-backup")["secrets/signing-key.pem"] ?? "";
    const text = Buffer.from("a manifest");
    assert.ok(verify(null, text, createPublicKey(encryption.signingPublicKeys[encryption.signingKeyId] ?? ""), sign(null, text, key)));
  });

  it("stop with their system, and with themselves, and what they made stays", async () => {
    await build({ ...backups(), ...quiet, ...motel({ enabled: false }) });
    assert.deepEqual(agents(), []);
    const outputs = await build({ ...backups({ enabled: false }), ...quiet });
    assert.deepEqual([agents(), outputs["backups"]], [[], undefined]);
    assert.ok(!recorded.some(({ name }) => /agent-backup|before-change|restore|drill/.test(name)));
    find("docker:index/volume:Volume", "stack-backups-local");
    find("random:index/randomPassword:RandomPassword", "backups-encryptionKey-1");
  });
});
