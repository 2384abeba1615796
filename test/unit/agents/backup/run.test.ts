import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseManifest } from "../../../../agents/backup/src/manifest/manifest";
import { run } from "../../../../agents/backup/src/run";
import { catchUp } from "../../../../agents/backup/src/spread";
import { DirectoryStore } from "../../../../agents/backup/src/stores/directory";
import { StoreError, type Store } from "../../../../agents/backup/src/stores/store";
import { eachWithRig, FakeSource, passphrase, type Rig, temporaryFolder } from "./support";

const daily = { tier: "daily", reason: "by hand" } as const;

/** Takes `bytes` and then has no room, as often as it is told. */
class FullStore extends DirectoryStore {
  constructor(name: string, root: string, private bytes: number, public times = Infinity) {
    super(name, root);
  }

  override put(key: string, content: Readable, signal?: AbortSignal): Promise<void> {
    if (this.times <= 0) return super.put(key, content, signal);
    const { name } = this;
    let left = this.bytes;
    const lose = (): void => void (this.times -= 1);
    async function* some(): AsyncGenerator<Buffer> {
      for await (const chunk of content as AsyncIterable<Buffer>) {
        left -= chunk.length;
        if (left < 0) {
          lose();
          throw new StoreError(name, `${key} can't be written: the disk is full (ENOSPC)`);
        }
        yield chunk;
      }
    }
    return super.put(key, Readable.from(some(), { objectMode: false }), signal);
  }
}

describe("a run of the backup agent", function () {
  this.timeout(30_000);
  let rig: Rig;
  eachWithRig((fresh) => void (rig = fresh));

  it("writes each part encrypted and the manifest last, which tells sums, sizes, rows and versions", async () => {
    const answer = await run(rig.context(), daily, rig.stop.signal, rig.tell);
    const folder = "motel/daily/2026-11-18T010000Z";
    assert.deepEqual({ ...answer, bytes: 0, seconds: 0 }, { backup: folder, bytes: 0, seconds: 0, stores: ["local"], problems: [] });
    assert.deepEqual(rig.files(), ["config.json.gpg", "database.dump.gpg", "manifest.json"].map((file) => `${folder}/${file}`));
    const manifest = parseManifest(rig.read(`${folder}/manifest.json`).toString());
    assert.deepEqual(manifest.parts.map(({ name, plainBytes }) => [name, plainBytes]), [["database", rig.database.content.length], ["config", 15]]);
    assert.deepEqual(manifest.parts[0]?.tables?.map(({ rows }) => rows), [rig.database.content.length]);
    assert.equal(manifest.versions["database"], "16.14");
    assert.match(manifest.versions["gpg"] ?? "", /^2\./);
    assert.equal(answer.bytes, manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it("writes what gpg alone opens with the passphrase", async () => {
    const { backup } = await run(rig.context(), daily, rig.stop.signal, rig.tell);
    const plain = execFileSync("gpg", ["--homedir", temporaryFolder(), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--decrypt", join(rig.root, backup, "database.dump.gpg")], { input: `${passphrase}\n` });
    assert.ok(plain.equals(rig.database.content));
    assert.ok(!rig.read(`${backup}/database.dump.gpg`).includes("rows of the database"));
  });

  it("takes the stack's checkpoint along once it was given one", async () => {
    const context = rig.context();
    const { writeText } = await import("../../../../agents/common/files");
    writeText(context.checkpointFile, "{\"version\":3}");
    const { backup } = await run(context, daily, rig.stop.signal, rig.tell);
    assert.ok(rig.files().includes(`${backup}/checkpoint.json.gpg`));
  });

  it("ends well and writes nothing when the database has never held anything", async () => {
    rig.database.isEmpty = true;
    const answer = await run(rig.context(), { tier: "deploy", reason: "before 1.0.0" }, rig.stop.signal, rig.tell);
    assert.equal(answer.bytes, null);
    assert.deepEqual(rig.files(), []);
  });

  it("keeps no empty database as a backup before a deploy, which a restore of the latest would take; nor calls it unproven", async () => {
    const context = rig.context();
    const { backup } = await run(context, daily, rig.stop.signal, rig.tell);
    rig.database.isEmpty = true;
    assert.equal((await run(context, { tier: "deploy", reason: "before 2.0.0" }, rig.stop.signal, rig.tell)).bytes, null);
    assert.ok(rig.files().every((file) => file.startsWith(`${backup}/`)));
    assert.ok((context.state.value.figures.lastVerified ?? 0) > 0);
  });

  it("removes what has had its time also when it fails: a full store would stay full", async () => {
    const context = rig.context();
    const { backup } = await run(context, { tier: "safety", reason: "before restore" }, rig.stop.signal, rig.tell);
    await run(context, daily, rig.stop.signal, rig.tell);
    rig.now = new Date(rig.now.getTime() + 9 * 86_400_000);
    rig.database.fail = new Error("the server is away");
    await assert.rejects(run(context, daily, rig.stop.signal, rig.tell), /away/);
    assert.ok(rig.files().every((file) => !file.startsWith(`${backup}/`)) && rig.files().length > 0);
  });

  it("backs an emptied database up, so that its size raises the alarm", async () => {
    const context = rig.context();
    await run(context, daily, rig.stop.signal, rig.tell);
    rig.database.isEmpty = true;
    rig.database.content = Buffer.from("nothing");
    assert.ok(((await run(context, daily, rig.stop.signal, rig.tell)).bytes ?? 0) > 0);
    const { bytes = 0, previousBytes = 0 } = context.state.value.figures;
    assert.ok(bytes < previousBytes);
  });

  for (const part of ["database", "redis"] as const) {
    it(`leaves nothing of a set whose ${part} broke off, keeps the backups from before, and tells which part and why`, async () => {
      const redis = new FakeSource("redis", Buffer.from("keys"));
      const context = rig.context({ sources: [rig.database, redis] });
      await run(context, daily, rig.stop.signal, rig.tell);
      const before = rig.files();
      rig.now = new Date("2026-11-19T01:00:00Z");
      (part === "database" ? rig.database : redis).fail = new Error("server closed the connection unexpectedly");
      await assert.rejects(run(context, daily, rig.stop.signal, rig.tell), new RegExp(`^Error: ${part}: server closed the connection unexpectedly$`));
      assert.deepEqual(rig.files(), before);
      assert.deepEqual(readdirSync(join(rig.root, "motel/daily")), ["2026-11-18T010000Z"]);
      assert.deepEqual([context.state.value.figures.lastRunFailed, context.state.value.figures.lastSuccess], [1, Date.parse("2026-11-18T01:00:00Z") / 1000]);
    });
  }

  it("leaves nothing when it is told to stop in the middle, and counts that as no failure", async () => {
    rig.database.hold = new Promise(() => undefined);
    const context = rig.context();
    const under = run(context, daily, rig.stop.signal, rig.tell);
    setTimeout(() => rig.stop.abort(new Error("the agent was told to stop")), 300);
    await assert.rejects(under, /told to stop/);
    assert.deepEqual(rig.files(), []);
    assert.equal(context.state.value.figures.lastRunFailed, undefined);
  });

  it("ends a dump in which nothing moves any more", async () => {
    rig.database.hold = new Promise(() => undefined);
    await assert.rejects(run(rig.context({ parts: { stallMs: 300 } }), daily, rig.stop.signal, rig.tell), /database: nothing moved for/);
    assert.deepEqual(rig.files(), []);
  });

  describe("with two stores", () => {
    const second = (): string => temporaryFolder();
    const two = (other: Store): readonly Store[] => [new DirectoryStore("local", rig.root), other];

    it("writes the same bytes to both at once, from one dump", async () => {
      const other = second();
      await run(rig.context({ stores: two(new DirectoryStore("other", other)) }), daily, rig.stop.signal, rig.tell);
      assert.equal(rig.database.dumps, 1);
      assert.deepEqual(rig.files(other), rig.files());
      execFileSync("diff", ["-r", "-x", ".lock*", other, rig.root]);
    });

    it("keeps what the good one has when the other is full in the middle, removes the half there, and says which", async () => {
      const other = second();
      const context = rig.context({ stores: two(new FullStore("other", other, 1000)) });
      const answer = await run(context, daily, rig.stop.signal, rig.tell);
      assert.deepEqual(answer.stores, ["local"]);
      assert.match(answer.problems.join(), /^store other: .*the disk is full/);
      assert.deepEqual(rig.files(other), []);
      assert.equal(rig.files().length, 3);
      assert.equal(context.state.value.figures.lastRunFailed, 1);
    });

    it("tries the full one again with a pause, copying what the good one has, without a second dump", async () => {
      const other = second();
      const answer = await run(rig.context({ stores: two(new FullStore("other", other, 1000, 2)) }), daily, rig.stop.signal, rig.tell);
      assert.deepEqual([answer.stores, answer.problems], [["local", "other"], []]);
      assert.equal(rig.database.dumps, 1);
      assert.deepEqual(rig.files(other), rig.files());
    });

    it("brings what a store has missed while it was away, later", async () => {
      const other = second();
      const full = new FullStore("other", other, 1000);
      const context = rig.context({ stores: two(full) });
      await run(context, daily, rig.stop.signal, rig.tell);
      full.times = 0;
      assert.equal(await catchUp(context, rig.stop.signal, rig.tell), 1);
      assert.deepEqual(rig.files(other), rig.files());
      assert.equal(await catchUp(context, rig.stop.signal, rig.tell), 0);
    });

    it("fails when no store takes it, with every store's reason, and keeps the old backups", async () => {
      const other = second();
      await run(rig.context({ stores: two(new DirectoryStore("other", other)) }), daily, rig.stop.signal, rig.tell);
      const before = rig.files();
      rig.now = new Date("2026-11-19T01:00:00Z");
      const context = rig.context({ stores: [new FullStore("local", rig.root, 10), new FullStore("other", other, 10)] });
      await assert.rejects(run(context, daily, rig.stop.signal, rig.tell), /no store has taken it:\n {2}- store local: .*full.*\n {2}- store other: .*full/);
      assert.deepEqual([rig.files(), rig.files(other)], [before, before]);
    });
  });

  it("never puts a secret into its log, whatever an error quotes", async () => {
    rig.database.fail = new Error(`login failed with ${passphrase}`);
    await assert.rejects(run(rig.context(), daily, rig.stop.signal, rig.tell));
    assert.ok(rig.lines.some((line) => line.includes("login failed with ***")));
    assert.ok(!rig.lines.join().includes(passphrase));
  });
});
