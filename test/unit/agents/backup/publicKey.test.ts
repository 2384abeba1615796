import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync } from "node:fs";
import type { Context } from "../../../../agents/backup/src/context";
import { restore } from "../../../../agents/backup/src/restore/restore";
import { run } from "../../../../agents/backup/src/run";
import { execute } from "../../../../agents/backup/src/commands";
import { verify } from "../../../../agents/backup/src/verify";
import type { BackupEntry } from "../../../../backups/protocol";
import { FakeTarget } from "./fakeTarget";
import { hasTools, removeTemporaryFolders, Rig, temporaryFolder } from "./support";

describe("backups to a public key", function () {
  this.timeout(60_000);
  let rig: Rig;
  let fingerprint: string;
  let encryption: object;
  before(function () {
    if (!hasTools()) this.skip();
    const home = temporaryFolder();
    chmodSync(home, 0o700);
    const gpg = (...args: string[]): string => execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "opens-the-key", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    gpg("--quick-generate-key", "backups@test", "default", "default", "never");
    fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg("--with-colons", "--list-keys"))?.[1] ?? "";
    const signing = generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    rig = new Rig();
    rig.secret("signing", signing.privateKey);
    rig.secret("private", gpg("--armor", "--export-secret-keys"));
    rig.secret("private-passphrase", "opens-the-key\n");
    encryption = { kind: "publicKey", keyId: fingerprint, publicKey: gpg("--armor", "--export"), signingKeyFile: "signing", signingKeyId: "s1", signingPublicKeys: { s1: signing.publicKey } };
    execFileSync("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
  });
  after(removeTemporaryFolders);

  const host = (): Context => rig.context({ settings: { encryption } });
  const elsewhere = (more: Parameters<Rig["context"]>[0] = {}): Context =>
    rig.context({ settings: { encryption: { ...encryption, privateKeyFile: "private", privateKeyPassphraseFile: "private-passphrase" } }, ...more });

  it("are written and signed on a host that can't read them, and says so", async () => {
    const context = host();
    const { backup } = await run(context, { tier: "daily", reason: "test" }, rig.stop.signal, rig.tell);
    const set = (await context.vault.find(backup))[0];
    assert.deepEqual([set.manifest?.signature.algorithm, set.manifest?.encryption], ["Ed25519", { kind: "publicKey", keyId: fingerprint }]);
    const [entry] = await execute(context, "list", "{}", rig.stop.signal, rig.tell) as BackupEntry[];
    assert.deepEqual([entry?.readable, entry?.problem], [false, undefined]);
    const { parts } = await verify(context, "latest", rig.stop.signal, rig.tell);
    assert.match(parts[0]?.problem ?? "", /whose private key is not on this host; verify, drill and restore it where the private key is/);
    assert.equal(entry?.verifiedAt, null);
    context.close();
  });

  it("are verified and restored where the private key is, with its passphrase", async () => {
    const database = new FakeTarget("database", Buffer.from("live"));
    const context = elsewhere({ parts: { targets: () => [database] } });
    assert.ok((await verify(context, "latest", rig.stop.signal, rig.tell)).parts.every(({ ok }) => ok));
    await restore(context, { backup: "latest", id: "r1" }, rig.stop.signal, rig.tell);
    assert.ok(database.live.equals(rig.database.content));
    context.close();
  });

  it("are refused when the manifest was signed by a key that is not known", async () => {
    const stranger = generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
    const other = rig.context({ settings: { encryption: { ...encryption, signingPublicKeys: { s1: stranger.publicKey } } } });
    await assert.rejects(verify(other, "latest", rig.stop.signal, rig.tell), /signature is wrong \(Ed25519, key s1\)/);
  });
});
