import assert from "node:assert/strict";
import { BSON } from "mongodb";
import { fileName, nameOf, readMetadata, writeMetadata } from "../../../../agents/backup/src/sources/mongodb/layout";
import { split } from "../../../../agents/backup/src/sources/mongodb/documents";
import { ContentDigest } from "../../../../agents/backup/src/sources/digest";
import { newer } from "../../../../agents/backup/src/sources/names";
import { rolesIn } from "../../../../agents/backup/src/sources/postgres/archive";
import { displayName } from "../../../../agents/backup/src/sources/postgres/connection";
import { chosen } from "../../../../agents/backup/src/sources/postgres/tables";
import { intset, listpack, unpack, ziplist } from "../../../../agents/backup/src/sources/redis/bytes";
import { snapshotFact } from "../../../../agents/backup/src/sources/redis/snapshot";
import { dumpOf, pour } from "../../../../agents/backup/src/sources/stream";
import { runTool, startTool } from "../../../../agents/backup/src/sources/tool";
import { differences } from "../../../../agents/backup/src/sources/types";
import { PassThrough } from "node:stream";

const fact = (name: string, rows: number, checksum = "a"): { name: string; rows: number; checksum: string } => ({ name, rows, checksum });
const text = (pieces: readonly Buffer[]): string[] => pieces.map((piece) => piece.toString());
async function* chunks(...parts: readonly (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield await Promise.resolve(Buffer.from(part as string, "latin1"));
}

describe("what the sources of backups are made of", () => {
  it("tells what differs: missing, other counts, other content, one too many", () => {
    assert.deepEqual(differences([fact("a", 1), fact("b", 2), fact("c", 3), fact("d", 4)], [fact("a", 1), fact("b", 3), fact("c", 3, "x"), fact("e", 1)]), [
      { name: "b", problem: "has 3 rows, expected 2" }, { name: "c", problem: "has the 3 rows it should, but not their content" },
      { name: "d", problem: "is missing" }, { name: "e", problem: "is not in the manifest" },
    ]);
  });

  it("sums whatever the order, and counts what comes twice", () => {
    const sum = (...words: readonly string[]): string => {
      const digest = new ContentDigest();
      for (const word of words) digest.add(Buffer.from(word));
      return digest.fact("x").checksum;
    };
    assert.equal(sum("a", "b", "b"), sum("b", "a", "b"));
    assert.equal(new Set([sum(), sum("a"), sum("a", "a"), sum("a", "b"), sum("ab")]).size, 5);
  });

  it("compares versions by as many numbers as count", () => {
    assert.deepEqual([newer("17.1", "16.9", 1), newer("16.14", "16.3", 1), newer("6.0.1", "5.0", 2), newer("7.0.15", "7.0.3", 2), newer("10.0", "9.6", 2), newer("unknown", "1", 1)], [true, false, true, false, true, false]);
  });

  it("finds every role that a dump's definitions name", () => {
    const definitions = [
      'ALTER TABLE public.a OWNER TO "it""s me";', "GRANT SELECT ON TABLE public.a TO reader;", "REVOKE ALL ON SCHEMA public FROM PUBLIC;", "GRANT ALL ON FUNCTION f(a TO_X) TO writer WITH GRANT OPTION;",
      "ALTER DEFAULT PRIVILEGES FOR ROLE giver IN SCHEMA public GRANT SELECT ON TABLES TO taker;", "CREATE POLICY p ON public.a FOR SELECT TO one, two USING (true);", "-- OWNER TO nobody", "COMMENT ON TABLE a IS 'GRANT x TO y';",
    ].join("\n");
    assert.deepEqual(rolesIn(definitions), ["giver", 'it"s me', "one", "reader", "taker", "two", "writer"]);
  });

  it("finds tables by the names people use, and says which there are", () => {
    const facts = [fact("public.users", 1), fact(displayName("public", "Odd Name"), 1), fact("shop.orders", 1), fact("large objects", 2)];
    assert.deepEqual([...(chosen(facts, { backup: "latest", id: "x", tables: ["users", "Odd Name", "shop.orders"] }) ?? [])], ["public.users", 'public."Odd Name"', "shop.orders"]);
    assert.equal(chosen(facts, { backup: "latest", id: "x" }), undefined);
    assert.throws(() => chosen(facts, { backup: "latest", id: "x", tables: ["orders", "large objects"] }), /no table orders, large objects\n.*it has public\.users, public\."Odd Name", shop\.orders/);
  });

  it("names files of collections as mongodump does, and reads its own metadata back with every type", () => {
    assert.deepEqual([fileName("a.b"), fileName("a/b %"), fileName("x$y")], ["a.b", "a%2Fb%20%25", "x$y"]);
    assert.equal(fileName("n".repeat(250)).length, 208 + 3 + 28);
    assert.equal(nameOf("db/a%2Fb.bson"), "a/b");
    const indexes = [{ v: 2, key: { a: new BSON.Double(1) }, name: "a_1", partialFilterExpression: { a: { $gt: BSON.Long.fromNumber(1) } } }];
    const written = writeMetadata({ name: "a", type: "collection", options: { capped: true, size: 4096 } }, indexes).toString();
    assert.match(written, /"key":\{"a":\{"\$numberDouble":"1\.0"\}\}/);
    const read = readMetadata(written, "db/a.metadata.json");
    assert.deepEqual([read.collectionName, read.type, BSON.EJSON.stringify(read.indexes, { relaxed: false })], ["a", "collection", BSON.EJSON.stringify(indexes, { relaxed: false })]);
    assert.throws(() => readMetadata("{", "db/a.metadata.json"), /db\/a\.metadata\.json can't be read/);
  });

  it("cuts documents from chunks of any size, and refuses what is none", async () => {
    const documents = [{ a: 1 }, { b: "x".repeat(1000) }, {}].map((document) => Buffer.from(BSON.serialize(document)));
    const bytes = Buffer.concat(documents);
    for (const size of [1, 3, 7, 500, 5000]) {
      const found: Buffer[] = [];
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      for await (const document of split(chunks(...parts), "x")) found.push(Buffer.from(document));
      assert.deepEqual(found, documents, `${size} bytes at a time`);
    }
    const read = async (...parts: readonly Buffer[]): Promise<void> => { for await (const document of split(chunks(...parts), "x")) void document; };
    await assert.rejects(read(bytes.subarray(0, 20)), /ends in the middle of a document/);
    await assert.rejects(read(Buffer.from([255, 255, 255, 127, 0])), /is no BSON/);
  });

  it("reads Redis's compact forms, old and new, to the same text", () => {
    const list = Buffer.from([0, 0, 0, 0, 0, 0, 5, 1, 0x82, 97, 98, 3, 0xdf, 0xff, 2, 0xf1, 0x00, 0x80, 3, 0xf2, 1, 0, 0x80, 4, 0xff]);
    assert.deepEqual(text(listpack(list)), ["5", "ab", "-1", "-32768", "-8388607"]);
    const zip = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 97, 98, 4, 0xf6, 2, 0xfe, 0xff, 3, 0xc0, 0x00, 0x80, 4, 0xf0, 1, 0, 0x80, 0xfe, 1, 0, 0, 0, 0x40, 3, 120, 121, 122, 0xff]);
    assert.deepEqual(text(ziplist(zip)), ["ab", "5", "-1", "-32768", "-8388607", "xyz"]);
    assert.deepEqual(text(intset(Buffer.from([2, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 7, 0]))), ["-1", "7"]);
    assert.equal(unpack(Buffer.from([1, 97, 98, 0xe0, 3, 1]), 2 + 12).toString(), "abab".repeat(3) + "ab");
  });

  it("has one checksum for a hash in any of Redis's forms, and refuses a cut snapshot", async () => {
    const head = "REDIS0011\xfe\x00\xfb\x01\x00";
    const plain = `${head}\x04\x01k\x02\x01a\x011\x01b\x012\xff12345678`;
    const other = `${head}\x04\x01k\x02\x01b\xc0\x02\x01a\xc0\x01\xff12345678`;
    const packed = `${head}\x10\x01k\x11${String.fromCharCode(17, 0, 0, 0, 4, 0)}\x81a\x02\x01\x01\x81b\x02\x02\x01\xff\xff12345678`;
    const facts = await Promise.all([plain, other, packed].map((bytes) => snapshotFact(chunks(bytes))));
    assert.equal(facts[0]?.rows, 1);
    assert.deepEqual(facts[1], facts[0]);
    assert.deepEqual(facts[2], facts[0]);
    assert.notDeepEqual(await snapshotFact(chunks(plain.replace("\x011", "\x013"))), facts[0]);
    await assert.rejects(snapshotFact(chunks(plain.slice(0, 20))), /ends in the middle/);
    await assert.rejects(snapshotFact(chunks("no snapshot of Redis")), /no snapshot/);
    assert.deepEqual((await snapshotFact(chunks(`${head}\x07\x01kmodule`))).rows, 1, "of a module: as many as announced");
  });

  it("says a tool's own last words, ends it when asked, and never gives a dump that nobody finished", async () => {
    await assert.rejects(runTool("sh", ["-c", "echo why it failed >&2; exit 3"]), /sh ended with 3: why it failed/);
    await assert.rejects(runTool("no-such-tool", []), /can't be started/);
    const stop = new AbortController();
    const tool = startTool("sleep", ["60"], { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(tool.done, /enough/);
    let released = 0;
    const dump = dumpOf(new AbortController().signal, async function* () { yield await Promise.resolve(Buffer.from("x")); return []; }, () => void (released += 1));
    dump.stream.destroy();
    await assert.rejects(dump.facts);
    assert.equal(released, 1);
  });

  it("reads on to the end though the writer has closed, as the end may be an error", async () => {
    const writer = new PassThrough();
    writer.destroy();
    async function* source(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 3; i += 1) yield await Promise.resolve(Buffer.from("x"));
      throw new Error("the checksum is wrong");
    }
    await assert.rejects(pour(source(), writer), /the checksum is wrong/);
  });
});
