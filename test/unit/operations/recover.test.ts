import assert from "node:assert/strict";
import { appendFileSync, chownSync, createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStores } from "../../../agents/backup/src/stores/open";
import { secretsOnly } from "../../../operations/backups/checkpoint";
import type { Kit } from "../../../operations/backups/kit";
import type { Context } from "../../../operations/commands/types";
import type { NewStack } from "../../../operations/newStack";
import { Problem } from "../../../operations/problem";
import { Bucket, bucketName, credentials } from "../../support/bucket";
import { FakeAgents, FakeCli, stackbook, stackWith, type Said } from "./support/fakes";
import { exported, key, kitOf, writeSet } from "./support/sets";

describe("what of a state is taken over on another machine", () => {
  it("is generated secrets with their providers and components, in order, and nothing of an engine", () => {
    const { deployment } = secretsOnly(exported);
    assert.deepEqual(deployment.resources?.map(({ urn }) => urn), ["urn:stack", "urn:random", "urn:data", "urn:password"]);
    const [stack, random, data, password] = deployment.resources ?? [];
    assert.deepEqual([stack?.outputs, data?.dependencies, random?.outputs], [undefined, [], { version: "4" }]);
    assert.deepEqual([password?.outputs, password?.protect, password?.dependencies, password?.propertyDependencies], [{ result: "cipher" }, true, ["urn:data"], { length: [] }]);
    assert.deepEqual(deployment.secrets_providers, exported.deployment.secrets_providers);
  });
});

describe("stackbook recover", () => {
  let folder: string;
  let cli: FakeCli;
  let made: NewStack[];
  let agents: FakeAgents;

  beforeEach(() => {
    agents = new FakeAgents();
    folder = mkdtempSync(join(tmpdir(), "stackbook-recover-"));
    cli = new FakeCli();
    made = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (kit: Kit, argv: readonly string[] = ["--yes"], change: Partial<Context> = {}): Promise<Said> => {
    const file = join(folder, "kit.json");
    writeFileSync(file, JSON.stringify(kit));
    return stackbook(["recover", "--kit", file, ...argv], stackWith(cli), agents, {
      createStack: (wanted) => {
        made.push(wanted);
        return Promise.resolve(cli);
      },
      ...change,
    });
  };
  const imported = (): { deployment: { resources: { urn: string }[] } } => JSON.parse(cli.inputs[0] ?? "{}") as ReturnType<typeof imported>;

  it("takes each system's newest set, its secrets and stack file, and restores all by one update", async () => {
    await writeSet(folder, "motel", "2026-11-20T020000Z", { checkpoint: { version: 3, deployment: { manifest: {} } } });
    const backup = await writeSet(folder, "motel", "2026-11-21T020000Z", { checkpoint: { ...exported, stackFile: "config: { of: set }\n" } });
    await writeSet(folder, "motel", "2026-11-21T030000Z", { tier: "safety" });
    const motel = { id: "r1", backup, safety: "", seconds: 9, tables: [{ name: "public.suites", rows: 4 }] };
    cli.outputs = { backups: { motel: { restored: motel } } };
    const { stores } = kitOf(folder);
    const { code, out, err, progress } = await run(kitOf(folder, { stores: { ...stores, sms: stores["motel"] ?? [] } }));
    assert.equal(code, 0, err);
    assert.deepEqual(made.map(({ name, secrets, stackFile }) => [name, secrets.passphrase, stackFile]), [["dev", "only a test", "config: { of: set }\n"]]);
    assert.deepEqual(imported().deployment.resources.map(({ urn }) => urn), ["urn:stack", "urn:random", "urn:data", "urn:password"]);
    assert.deepEqual(cli.written().slice(0, 2), ["config rm motel.restore", "config rm sms.restore"]);
    assert.match(cli.written()[2] ?? "", /^config set-all --plaintext motel\.restore\.id=r[0-9a-f]{8} --plaintext motel\.restore\.backup=motel\/daily\/2026-11-21T020000Z$/);
    assert.deepEqual(cli.updates, [`recovery of ${backup}`]);
    assert.deepEqual(agents.commands(), ["motel-backup-1 checkpoint", "sms-backup-1 checkpoint"], "the next sets have the new state");
    assert.match(progress.join("\n"), /sms: no backup in local; it will start empty\n[\s\S]*motel +motel\/daily\/2026-11-21T020000Z +8 h 0 min old +.*release 1\.0\.0 +from local/);
    assert.match(out, /^The stack dev is back after .* \(RTO\), with 1 generated secret as before\.\n {2}motel: .*the 8 h 0 min after it is lost \(RPO\); 1 table, 4 rows\n/);
  });

  it("passes over a set whose checkpoint was changed or whose signature is wrong, and says so", async () => {
    const older = await writeSet(folder, "motel", "2026-11-19T020000Z", { checkpoint: exported });
    const changed = await writeSet(folder, "motel", "2026-11-20T020000Z", { checkpoint: exported });
    appendFileSync(join(folder, changed, "checkpoint.json.gpg"), "x");
    const forged = await writeSet(folder, "motel", "2026-11-21T020000Z", { checkpoint: exported });
    const wrongKey = { ...kitOf(folder), encryption: { kind: "symmetric", keyId: "k1", keys: { k1: "another" } } } as const;
    assert.match((await run(wrongKey)).progress.join("\n"), /2026-11-21T020000Z in local is passed over: .*signature is wrong/);
    rmSync(join(folder, forged), { recursive: true });
    const { code, progress } = await run(kitOf(folder));
    assert.equal(code, 0);
    assert.match(progress[0] ?? "", /2026-11-20T020000Z in local is passed over: .*bytes, expected/);
    assert.deepEqual(cli.updates, [`recovery of ${older}`]);
  });

  it("prefers data to what a recovery that was cut off has backed up: a new database without a table", async () => {
    const whole = await writeSet(folder, "motel", "2026-11-20T020000Z", { checkpoint: exported });
    const hollow = await writeSet(folder, "motel", "2026-11-21T020000Z", { tier: "deploy", checkpoint: exported, hollow: true });
    const { progress } = await run(kitOf(folder));
    assert.deepEqual(cli.updates, [`recovery of ${whole}`]);
    assert.match(progress[0] ?? "", /2026-11-21T020000Z in local is of a database without a table; an earlier one is looked for/);
    rmSync(join(folder, whole), { recursive: true });
    await run(kitOf(folder));
    assert.equal(cli.updates[1], `recovery of ${hollow}`, "where there is nothing else");
  });

  it("takes the backup that is named, and the kit's own secrets where the set has none", async () => {
    const named = await writeSet(folder, "motel", "2026-11-20T020000Z");
    await writeSet(folder, "motel", "2026-11-21T020000Z");
    await run(kitOf(folder), ["--yes", "--backup", named]);
    assert.deepEqual(cli.updates, [`recovery of ${named}`]);
    assert.equal(made[0]?.stackFile, "config: { of: kit }\n");
    assert.equal(imported().deployment.resources.length, 4);
    assert.match((await run(kitOf(folder), ["--yes", "--backup", "motel/daily/2026-01-01T020000Z"])).err, /can't be used, or is in none of local/);
  });

  it("reads a volume's copy from the folder it is told, and goes on backing up there", async function () {
    // Owners are given away by root alone.
    if (process.getuid?.() !== 0) this.skip();
    await writeSet(folder, "motel", "2026-11-21T020000Z", { checkpoint: exported });
    const volume = kitOf(folder, { stores: { motel: [{ kind: "directory", name: "local", path: "/stores/local", host: { kind: "volume", volume: "v1" } }] } });
    assert.match((await run(volume)).err, /no store of motel can be reached from here: local \(volume v1 of the engine's host\)\n {2}Say where/);
    chownSync(folder, 0, 0);
    assert.match((await run(volume, ["--yes", "--store", folder])).err, /belongs to user 0: the backup agent is user 1000.*\n {2}chown -R 1000:1000/);
    chownSync(folder, 1000, 1000);
    assert.equal((await run(volume, ["--yes", "--store", `local=${folder}`])).code, 0);
    assert.ok(cli.calls.includes(`config set-all --path --plaintext stackbook:backups.stores.local.kind=directory --plaintext stackbook:backups.stores.local.path=${folder}`));
    const { code, err } = await run(volume, ["--yes", "--store", "offsite=/tmp", "/nowhere-at-all"]);
    assert.equal(code, 2);
    assert.match(err, /--store is offsite=\/tmp: give <name>=<folder>.*: local\n {2}--store is \/nowhere-at-all: there is no/);
  });

  it("reads a bucket with the keys of the kit, and says when they are refused", async () => {
    const backup = await writeSet(join(folder, "sets"), "motel", "2026-11-21T020000Z", { checkpoint: exported });
    const bucket = new Bucket(join(folder, "s3"));
    const store = { kind: "s3", name: "offsite", bucket: bucketName, prefix: "prod", region: "eu-central-1", endpoint: `http://127.0.0.1:${await bucket.start()}`, pathStyle: true, lifecycle: true, credentialsFile: "of-the-agent" } as const;
    try {
      const [writer] = openStores([store], () => JSON.stringify(credentials));
      for (const file of ["checkpoint.json.gpg", "manifest.json"]) await writer?.put(`${backup}/${file}`, createReadStream(join(folder, "sets", backup, file)));
      const kit = kitOf(folder, { stores: { motel: [store] }, storeCredentials: { offsite: credentials } });
      const { code, progress, err } = await run(kit);
      assert.equal(code, 0, err);
      assert.match(progress.join("\n"), /motel +motel\/daily\/2026-11-21T020000Z .*from offsite/);
      bucket.fault = () => 403;
      const refused = await run(kit);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /the backups of motel can't be read:\n {2}store offsite: .*the secret key is wrong/);
    } finally {
      await bucket.stop();
    }
  });

  it("does nothing before it was confirmed, and says how to go on after an update that failed", async () => {
    await writeSet(folder, "motel", "2026-11-21T020000Z", { checkpoint: exported });
    assert.equal((await run(kitOf(folder), [], { confirm: () => Promise.resolve(false) })).code, 130);
    assert.deepEqual([made, cli.calls], [[], []]);
    cli.onUp = () => {
      throw new Problem("the update failed", ["edge: port 443 is taken"]);
    };
    assert.match((await run(kitOf(folder))).err, /not brought up whole:\n {2}edge: port 443 is taken\n {2}Put the cause right, then go on with: pulumi up --stack dev/);
  });

  it("refuses a kit that is none, without quoting it, and sets that only a private key opens", async () => {
    const broken = { ...kitOf(folder), encryption: { kind: "symmetric", keyId: "k1", keys: [key] } } as unknown as Kit;
    const { code, err } = await run(broken);
    assert.equal(code, 2);
    assert.match(err, /is no recovery kit:\n {2}encryption: /);
    assert.ok(!err.includes(key));
    assert.match((await run({ ...kitOf(folder), checkpoint: { version: 3 } as Kit["checkpoint"] })).err, /checkpoint: it is no state of a stack/);
    assert.match((await run(kitOf(folder, { encryption: { kind: "publicKey", keyId: "A", signingKeyId: "s", signingPublicKeys: {} } }))).err, /encrypted to a public key/);
    assert.match((await stackbook(["recover", "--kit", join(folder, "none")], stackWith(cli), new FakeAgents())).err, /can't be read: ENOENT/);
    assert.equal((await stackbook(["recover"], stackWith(cli), new FakeAgents())).code, 2);
    assert.match((await run(kitOf(folder))).err, /there is no backup to recover from/);
  });
});

describe("stackbook recovery-kit", () => {
  const encryption = { kind: "symmetric", keyId: "k2", keys: { k1: "old key", k2: "new key" } };

  it("shows keys, passphrase and stores, warns, and tells which store is lost with its host", async () => {
    const cli = new FakeCli();
    cli.secretOutputs = { recovery: { encryption, storeCredentials: { offsite: { accessKeyId: "AK", secretAccessKey: "SK" } } } };
    cli.exported = exported;
    const { code, out, err } = await stackbook(["recovery-kit"], stackWith(cli), new FakeAgents());
    assert.equal(code, 0, err);
    for (const line of [/Whoever has this can read every backup/, /k1 +old key {2}\(earlier backups\)\n {2}k2 +new key {2}<- new backups/, /Passphrase of the stack's secrets: only a test/, /motel +local +volume v1 of the engine's host {2}<- is lost with that host/, /keys of offsite: AK SK/, /npx stackbook recover --kit kit\.json/]) assert.match(out, line);
  });

  it("is a file for recover as JSON, with generated secrets still encrypted and the stack file", async () => {
    const cli = new FakeCli();
    cli.secretOutputs = { recovery: { encryption, storeCredentials: {} } };
    cli.exported = exported;
    const { out, progress } = await stackbook(["recovery-kit", "--json"], stackWith(cli), new FakeAgents(), { stackFile: () => "config: {}\n" });
    const kit = JSON.parse(out) as Kit;
    assert.deepEqual([kit.stack, kit.secrets, kit.checkpoint.deployment.resources?.length, kit.checkpoint.stackFile], ["dev", { type: "passphrase", passphrase: "only a test", state: { salt: "v1:x" } }, 4, "config: {}\n"]);
    assert.deepEqual(Object.keys(kit.stores), ["motel", "sms"]);
    assert.match(progress.join(" "), /Keep it in a password manager/);
  });

  it("asks for an update when the stack tells nothing of its keys yet", async () => {
    const cli = new FakeCli();
    cli.exported = exported;
    assert.match((await stackbook(["recovery-kit"], stackWith(cli), new FakeAgents())).err, /tells nothing about its keys\n {2}Bring it up once more/);
  });
});
