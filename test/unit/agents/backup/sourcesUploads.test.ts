import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pack, type Headers } from "tar-stream";
import { differences } from "../../../../agents/backup/src/sources/types";
import { UploadsSource } from "../../../../agents/backup/src/sources/uploads/source";
import { UploadsTarget } from "../../../../agents/backup/src/sources/uploads/target";
import { factsOf } from "../../../../agents/backup/src/sources/uploads/tree";
import type { Manifest, TableFact } from "../../../../backups/manifest";

const manifest = { parts: [] } as unknown as Manifest;
const request = { backup: "latest", id: "one" };
const never = new AbortController().signal;

describe("uploads as a source of backups", () => {
  let root: string;
  let live: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-uploads-"));
    live = join(root, "live");
    mkdirSync(join(live, "avatars/deep"), { recursive: true });
    mkdirSync(join(live, "documents/empty"), { recursive: true });
    writeFileSync(join(live, "avatars/a ü\n.png"), Buffer.alloc(300_000, 7), { mode: 0o640 });
    writeFileSync(join(live, "avatars/deep/b"), "");
    writeFileSync(join(live, "top.txt"), "top");
    utimesSync(join(live, "top.txt"), 1000, 1000);
    symlinkSync("../top.txt", join(live, "avatars/inside"));
    symlinkSync("/etc/passwd", join(live, "avatars/outside"));
    symlinkSync("../../secret", join(live, "avatars/above"));
    chmodSync(join(live, "documents/empty"), 0o555);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const dumped = async (folder = live, meanwhile: (seen: number) => void = () => undefined): Promise<{ tar: Buffer; facts: readonly TableFact[] }> => {
    const { stream, facts } = await new UploadsSource(folder).dump(never);
    const chunks: Buffer[] = [];
    let seen = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      meanwhile((seen += chunk.length));
    }
    return { tar: Buffer.concat(chunks), facts: await facts };
  };
  const prepared = (tar: Buffer): Promise<void> => new UploadsTarget(live).prepare(Readable.from([tar], { objectMode: false }), manifest, request, never);
  const tarOf = async (entries: readonly (Headers & { content?: string })[]): Promise<Buffer> => {
    const tar = pack();
    for (const { content = "", ...header } of entries) tar.entry({ mode: 0o644, ...header }, content);
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  it("brings files, folders, links, modes and times back, and leaves links that lead out", async () => {
    const { tar, facts } = await dumped();
    assert.deepEqual(facts.map(({ name, rows }) => [name, rows]), [[".", 1], ["avatars", 2], ["documents", 0]]);
    chmodSync(join(live, "documents/empty"), 0o755);
    rmSync(join(live, "avatars"), { recursive: true });
    writeFileSync(join(live, "intruder"), "x");
    const target = new UploadsTarget(live);
    await prepared(tar);
    assert.deepEqual(differences(facts, await target.facts(request)), []);
    assert.ok(existsSync(join(live, "intruder")), "nothing live was touched");
    await target.swap(request);
    await target.swap(request);
    assert.deepEqual(differences(facts, await target.facts(request)), []);
    assert.deepEqual(readdirSync(live).filter((name) => !name.startsWith(".")).sort(), ["avatars", "documents", "top.txt"]);
    assert.deepEqual(readdirSync(join(live, "avatars")).sort(), ["a ü\n.png", "deep", "inside"]);
    assert.equal(readlinkSync(join(live, "avatars/inside")), "../top.txt");
    assert.deepEqual([lstatSync(join(live, "avatars/a ü\n.png")).mode & 0o777, statSync(join(live, "documents/empty")).mode & 0o777, statSync(join(live, "top.txt")).mtimeMs], [0o640, 0o555, 1_000_000]);
    await target.revert(request);
    await target.revert(request);
    assert.deepEqual(readdirSync(live).filter((name) => !name.startsWith(".")).sort(), ["documents", "intruder", "top.txt"]);
    await target.swap(request);
    await target.clean(request);
    await target.clean(request);
    assert.deepEqual(readdirSync(live).sort(), ["avatars", "documents", "top.txt"]);
  });

  it("goes on, or back, from wherever a swap was cut off", async () => {
    const { tar, facts } = await dumped();
    writeFileSync(join(live, "new"), "x");
    const target = new UploadsTarget(live);
    const old = await factsOf(live);
    await prepared(tar);
    const folder = (what: string): string => join(live, readdirSync(live).find((name) => name.startsWith(".stackbook-restore-"))?.replace("restore", what) ?? `.stackbook-${what}`);
    const before = folder("before");
    // Cut off with half of the old names aside.
    mkdirSync(before);
    for (const name of ["new", "avatars"]) renameSync(join(live, name), join(before, name));
    await target.revert(request);
    assert.deepEqual(differences(old, await factsOf(live)), []);
    mkdirSync(before);
    renameSync(join(live, "new"), join(before, "new"));
    await target.swap(request);
    assert.deepEqual(differences(facts, await factsOf(live)), []);
    await target.revert(request);
    assert.deepEqual(differences(old, await factsOf(live)), []);
    await target.clean(request);
    assert.deepEqual(readdirSync(live).filter((name) => name.startsWith(".")), []);
  });

  it("is not disturbed by files that go, shrink or grow while it reads", async () => {
    for (let i = 0; i < 40; i += 1) writeFileSync(join(live, `avatars/f${i}`), Buffer.alloc(400_000, i));
    let done = false;
    const { tar, facts } = await dumped(live, (seen) => {
      if (done || seen < 500_000) return;
      done = true;
      for (const i of [7, 8, 9]) rmSync(join(live, `avatars/f${i}`));
      truncateSync(join(live, "avatars/f5"), 10);
      truncateSync(join(live, "avatars/f6"), 900_000);
      rmSync(join(live, "documents"), { recursive: true, force: true });
      symlinkSync("/etc", join(live, "documents"));
    });
    assert.ok(done);
    await prepared(tar);
    assert.deepEqual(differences(facts, await new UploadsTarget(live).facts(request)), []);
  });

  it("writes nothing outside, whatever the tar says", async () => {
    const bad: readonly (readonly (Headers & { content?: string })[])[] = [
      [{ name: "../out", content: "x" }],
      [{ name: "/tmp/stackbook-uploads-out", content: "x" }],
      [{ name: "a/../../out", content: "x" }],
      [{ name: "link", type: "symlink", linkname: "/etc" }],
      [{ name: "a/link", type: "symlink", linkname: "../../out" }],
      [{ name: "a", type: "directory" }, { name: "l", type: "symlink", linkname: "a" }, { name: "l/x", content: "x" }],
      [{ name: "hard", type: "link", linkname: "top.txt" }],
      [{ name: "pipe", type: "fifo" }],
    ];
    for (const entries of bad) {
      await assert.rejects(prepared(await tarOf(entries)), /leads out|no folder|which uploads have not/, JSON.stringify(entries));
      assert.deepEqual(readdirSync(live).filter((name) => name.startsWith(".")), []);
    }
    assert.equal(readFileSync(join(live, "top.txt"), "utf8"), "top");
  });

  it("fails with the stream's own error, also when that comes at its very end", async () => {
    const { tar } = await dumped();
    const stream = new PassThrough();
    stream.write(tar);
    setTimeout(() => stream.destroy(new Error("the checksum is wrong")), 50);
    await assert.rejects(new UploadsTarget(live).prepare(stream, manifest, request, never), /the checksum is wrong/);
    const stop = new AbortController();
    const { stream: dump, facts } = await new UploadsSource(live).dump(stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(async () => { for await (const chunk of dump) void chunk; }, /enough/);
    await assert.rejects(facts, /enough/);
  });

  it("is empty as long as there are folders only", async () => {
    const empty = join(root, "other");
    mkdirSync(join(empty, "avatars"), { recursive: true });
    assert.equal(await new UploadsSource(empty).empty(), true);
    assert.equal(await new UploadsSource(live).empty(), false);
  });
});
