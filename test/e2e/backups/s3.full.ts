// Slow: two stacks of their own
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupEntry, RunAnswer, VerifyAnswer } from "../../../backups/protocol";
import type { Manifest } from "../../../backups/manifest";
import type { Kit } from "../../../operations/backups/kit";
import { Bucket, bucketName, credentials } from "../../support/bucket";
import { containersOf } from "../support/engine";
import { gatewayAddress } from "../support/receivers/gateway";
import { flipByte } from "./support/forge";
import { BackedUpStack, type Sums } from "./support/stage";
import { tableSums } from "./support/sums";

const suite = (number: string): object => ({ number, name: `Suite ${number}`, beds: 3 });

describe("backups of motel in a folder and in a bucket, by plain `pulumi up`", function () {
  this.timeout(900_000);
  const folder = mkdtempSync(join(tmpdir(), "stackbook-bucket-"));
  const bucket = new Bucket(folder);
  let stage: BackedUpStack;
  let first: Sums;
  let backup: string;

  before(async () => {
    const address = await gatewayAddress();
    const port = await bucket.start(address);
    stage = new BackedUpStack("e2e-backups-s3", 28863, { motel: { version: "1.0.0" } }, {
      stores: { offsite: { kind: "s3", bucket: bucketName, prefix: "of/e2e", region: "eu-central-1", endpoint: `http://${address}:${port}`, pathStyle: true } },
    });
    await stage.start(async (stack) => {
      await stack.setSecret("backups:offsite.accessKeyId", credentials.accessKeyId);
      await stack.setSecret("backups:offsite.secretAccessKey", credentials.secretAccessKey);
    });
  });
  after(async () => {
    await stage.end();
    await bucket.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const inBucket = (name: string): readonly string[] => readdirSync(join(folder, bucketName, "of/e2e", name)).flatMap((file) => /^(.*)\._S3rver_object$/.exec(file)?.[1] ?? []).sort();
  const listed = async (name: string): Promise<readonly BackupEntry[]> => (await stage.json<{ backups: BackupEntry[] }>("backups", "list", "motel")).backups.filter((entry) => entry.backup === name);

  it("go to both, byte by byte the same, with the tags that the bucket's rules go by", async () => {
    await stage.write("motel", "/api/suites", [suite("901")]);
    first = await tableSums(stage, "motel");
    const { backups } = await stage.json<{ backups: RunAnswer[] }>("backup", "motel");
    backup = backups[0]?.backup ?? "";
    assert.deepEqual([backups[0]?.stores, backups[0]?.problems], [["local", "offsite"], []]);
    assert.deepEqual((await listed(backup)).map(({ store }) => store).sort(), ["local", "offsite"]);
    const here = readdirSync(join(stage.store, backup)).sort();
    assert.deepEqual(inBucket(backup), here);
    for (const file of here) assert.ok(readFileSync(join(stage.store, backup, file)).equals(readFileSync(join(folder, bucketName, "of/e2e", backup, `${file}._S3rver_object`))), file);
    assert.deepEqual([bucket.tags.get(`of/e2e/${backup}/manifest.json`), bucket.tags.get(`of/e2e/${backup}/database.dump.gpg`)], ["kind=manifest", "kind=part"]);
    const kit = await stage.json<Kit>("recovery-kit");
    assert.deepEqual(kit.storeCredentials, { offsite: credentials });
  });

  it("come back out of the bucket when the folder's copy is damaged", async () => {
    flipByte(join(stage.store, backup, "database.dump.gpg"));
    const { code, out } = await stage.stackbook("verify", backup, "--json");
    assert.equal(code, 1, out);
    const { verified } = JSON.parse(out) as { verified: VerifyAnswer[] };
    const problems = verified.flatMap(({ parts }) => parts.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`])));
    assert.equal(problems.length, 1, out);
    assert.match(problems[0] ?? "", /^database: database\.dump\.gpg in store local(?!.*offsite)/);
    await stage.write("motel", "/api/suites", [suite("902")]);
    assert.notDeepEqual(await tableSums(stage, "motel"), first);
    await stage.must("restore", backup, "--yes");
    assert.deepEqual(await tableSums(stage, "motel"), first);
  });
});

describe("backups of memo to a public key, by plain `pulumi up`", function () {
  this.timeout(900_000);
  const home = mkdtempSync(join(tmpdir(), "stackbook-gpg-"));
  const gpg = (args: readonly string[], encoding: "utf8" | "buffer" = "utf8"): string | Buffer =>
    execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "opens-the-key", ...args], { encoding, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "ignore"] });
  let stage: BackedUpStack;
  let backup: string;

  before(async () => {
    chmodSync(home, 0o700);
    gpg(["--quick-generate-key", "backups@test", "default", "default", "never"]);
    stage = new BackedUpStack("e2e-backups-key", 28873, { memo: { version: "1.0.0" } }, { encryption: { kind: "publicKey", publicKey: String(gpg(["--armor", "--export"])) } });
    await stage.start();
  });
  after(async () => {
    await stage.end();
    execFileSync("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
    rmSync(home, { recursive: true, force: true });
  });

  it("are written and signed by a host that can't read them, and has no container to drill them in", async () => {
    const { backups } = await stage.json<{ backups: RunAnswer[] }>("backup", "memo");
    backup = backups[0]?.backup ?? "";
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(String(gpg(["--with-colons", "--list-keys"])))?.[1] ?? "";
    const manifest = JSON.parse(readFileSync(join(stage.store, backup, "manifest.json"), "utf8")) as Manifest;
    assert.deepEqual([manifest.encryption, manifest.signature.algorithm], [{ kind: "publicKey", keyId: fingerprint }, "Ed25519"]);
    assert.deepEqual(await containersOf(stage.name, { service: "drill" }), []);
    const { backups: all } = await stage.json<{ backups: BackupEntry[] }>("backups", "list");
    assert.equal(all.find((entry) => entry.backup === backup)?.readable, false);
  });

  it("are refused by verify, drill and restore, each with where to do it instead", async () => {
    for (const command of [["verify", backup], ["drill", "memo"], ["restore", backup, "--yes"]]) {
      const { code, output } = await stage.stackbook(...command);
      assert.notEqual(code, 0, command.join(" "));
      assert.match(output, /private key/, command.join(" "));
    }
    assert.equal((await stage.stack.up()).code, 0, "the stack file asks for no restore");
  });

  it("open where the private key is, to what the database's own tools read", async () => {
    const plain = gpg(["--decrypt", join(stage.store, backup, "database.dump.gpg")], "buffer");
    const database = await stage.container({ system: "memo", role: "database" });
    const list = execFileSync("docker", ["exec", "-i", database, "pg_restore", "--list"], { input: plain, encoding: "utf8" });
    for (const table of Object.keys(await tableSums(stage, "memo"))) assert.match(list, new RegExp(`TABLE DATA public ${table} `));
  });
});
