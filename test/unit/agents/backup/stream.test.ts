import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { canonical } from "../../../../agents/backup/src/manifest/canonical";
import { parseManifest, textOf } from "../../../../agents/backup/src/manifest/manifest";
import { checkSignature, signManifest } from "../../../../agents/backup/src/manifest/signature";
import { generateKeyPairSync } from "node:crypto";
import { pieceBytes, piecesOf } from "../../../../agents/backup/src/stores/pieces";
import { branch, drain, fanOut, measured, verified } from "../../../../agents/backup/src/stream";
import type { Manifest } from "../../../../backups/manifest";
import type { EncryptionSettings } from "../../../../backups/settings";

const sum = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }).map((bytes) => Buffer.from(bytes)), { maxLength: 20 });
const streamOf = (list: readonly Buffer[]): Readable => Readable.from(list, { objectMode: false });
const collected = async (stream: Readable): Promise<Buffer> => Buffer.concat(await (stream as unknown as { toArray(): Promise<Buffer[]> }).toArray());

describe("streams of the backup agent", () => {
  it("are measured without being changed", async () => {
    await fc.assert(fc.asyncProperty(chunks, async (list) => {
      const { stream, sums } = measured(streamOf(list));
      const all = Buffer.concat(list);
      assert.ok((await collected(stream)).equals(all));
      assert.deepEqual(sums(), { sha256: sum(all), bytes: all.length });
    }), { numRuns: 40 });
  });

  it("end with an error when one bit is not what it was, or the end is missing", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(), fc.boolean(), async (bytes, at, cut) => {
      const content = Buffer.from(bytes);
      const expected = { sha256: sum(content), bytes: content.length };
      await drain(verified(streamOf([content]), expected, "it"));
      const changed = cut ? content.subarray(0, -1) : Buffer.from(content);
      if (!cut) changed[at % changed.length]! ^= 1 << at % 8;
      await assert.rejects(drain(verified(streamOf([changed]), expected, "it")), /^SumError: it has/);
    }), { numRuns: 40 });
  });

  it("reach every reader whole, also when another one falls out in the middle", async () => {
    await fc.assert(fc.asyncProperty(chunks.filter((list) => list.length > 3), fc.nat(2), async (list, falls) => {
      const branches = ["a", "b", "c"].map(branch);
      const reading = branches.map(async ({ stream }, at) => {
        if (at !== falls) return collected(stream);
        for await (const _ of stream) break;
        return undefined;
      });
      await fanOut(streamOf(list), branches);
      const all = await Promise.all(reading);
      all.forEach((content, at) => assert.ok(at === falls || content?.equals(Buffer.concat(list))));
    }), { numRuns: 30 });
  });

  it("go as fast as the slowest reader, and no further ahead than their buffers", async () => {
    let given = 0;
    const source = Readable.from((function* () {
      for (let count = 0; count < 100; count += 1) {
        given += 1;
        yield Buffer.alloc(64 * 1024);
      }
    })(), { objectMode: false, highWaterMark: 64 * 1024 });
    const [fast, slow] = [branch("fast"), branch("slow")];
    const fed = fanOut(source, [fast, slow]);
    fast.stream.resume();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(given < 20, `${given} of 100 were taken while one reader stood still`);
    slow.stream.resume();
    await fed;
    assert.equal(given, 100);
  });

  it("never end well for a reader when their source fails", async () => {
    const { stream } = branch("a");
    const source = Readable.from((function* () {
      yield Buffer.from("half");
      throw new Error("the server went away");
    })(), { objectMode: false });
    const reading = collected(stream);
    await assert.rejects(fanOut(source, [{ name: "a", stream }]), /went away/);
    await assert.rejects(reading);
  });

  it("fail when nobody takes them any more", async () => {
    const only = { name: "a", stream: new PassThrough() };
    only.stream.destroy();
    await assert.rejects(fanOut(streamOf([Buffer.from("x")]), [only]), /no store takes it any more/);
  });

  it("are cut into pieces of the size asked for, nothing lost", async () => {
    await fc.assert(fc.asyncProperty(chunks, fc.integer({ min: 1, max: 4000 }), async (list, size) => {
      const pieces: Buffer[] = [];
      for await (const piece of piecesOf(streamOf(list), () => size)) pieces.push(Buffer.from(piece));
      assert.ok(Buffer.concat(pieces).equals(Buffer.concat(list)));
      assert.ok(pieces.slice(0, -1).every(({ length }) => length === size));
    }), { numRuns: 30 });
  });

  it("fit into the 10,000 pieces of a bucket up to 150 GB", () => {
    assert.ok(Array.from({ length: 10_000 }, (_, number) => pieceBytes(number)).reduce((all, bytes) => all + bytes, 0) > 150e9);
  });
});

describe("a manifest", () => {
  const hash = sum(Buffer.from("x"));
  const unsigned: Omit<Manifest, "signature"> = {
    format: 1, stack: "prod", system: "motel", tier: "daily", timestamp: "2026-11-21T020000Z", startedAt: "2026-11-21T02:00:00.000Z", finishedAt: "2026-11-21T02:01:00.000Z",
    reason: "schedule", release: { version: "1.0.0", images: { backend: "motel@sha256:aa" } }, versions: { postgres: "16.14" }, engine: "postgres", database: "motel_manager",
    encryption: { kind: "symmetric", keyId: "k1" },
    parts: [{ name: "database", file: "database.dump.gpg", plainSha256: hash, plainBytes: 1, sha256: hash, bytes: 2, tables: [{ name: "public.users", rows: 1, checksum: hash }] }],
  };
  const symmetric: EncryptionSettings = { kind: "symmetric", keyId: "k1", keys: { k1: "key-1" } };
  const { publicKey, privateKey } = generateKeyPairSync("ed25519", { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
  const asymmetric: EncryptionSettings = { kind: "publicKey", keyId: "AB12", publicKey: "", signingKeyFile: "signing", signingKeyId: "s1", signingPublicKeys: { s1: publicKey } };
  const secrets = (file: string): string => (file === "signing" ? privateKey : "a passphrase");

  for (const encryption of [symmetric, asymmetric]) {
    it(`is refused with any one byte changed (${encryption.kind})`, () => {
      const text = textOf(signManifest(unsigned, encryption, secrets));
      checkSignature(parseManifest(text), encryption, secrets);
      fc.assert(fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = `${text.slice(0, at)}${String.fromCharCode(code)}${text.slice(at + 1)}`;
        if (changed === text) return;
        assert.throws(() => checkSignature(parseManifest(changed), encryption, secrets), { name: "RefusedError" });
      }), { numRuns: 400 });
    });
  }

  it("is refused when another passphrase signed it", () => {
    const signed = signManifest(unsigned, symmetric, secrets);
    assert.throws(() => checkSignature(signed, symmetric, () => "another passphrase"), /signature is wrong \(HMAC-SHA256, key k1\)/);
  });

  it("is written in one form, whatever the order of its keys", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const shuffled = (entry: unknown): unknown => (Array.isArray(entry) ? entry.map(shuffled) : typeof entry === "object" && entry !== null ? Object.fromEntries(Object.entries(entry).reverse().map(([key, inner]) => [key, shuffled(inner)])) : entry);
      assert.equal(canonical(shuffled(value)), canonical(value));
      assert.deepEqual(JSON.parse(canonical(value)), JSON.parse(JSON.stringify(value)));
    }), { numRuns: 200 });
  });
});
