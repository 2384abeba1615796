import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BSON, Decimal128, Double, Int32, Long, MongoClient, type Db } from "mongodb";
import { DocumentSequence } from "mongodb/lib/cmap/commands";
import { differences } from "../../../agents/backup/src/sources/types";
import type { Manifest, TableFact } from "../../../backups/manifest";
import { docker, imageOf, until } from "../reference-app/docker";
import { passwords, request, settingsFor, Workshop } from "./support/sources";

interface Dumped { readonly facts: readonly TableFact[]; readonly ms: number; readonly rssMiB: number }

describe("MongoDB as a source of backups", function () {
  this.timeout(240_000);
  const shop = new Workshop("mongodb", ["--memory", "256m"]);
  const settings = settingsFor("mongodb");
  const base = { part: "database", settings } as const;
  let server: string;
  let client: MongoClient;
  let db: Db;
  let manifest: Manifest;
  let dumped: Dumped;

  const connect = async (): Promise<void> => {
    const port = (await docker("port", server, "27017")).split("\n")[0]?.split(":").pop() ?? "";
    client = await until("MongoDB", 60, () => new MongoClient(`mongodb://127.0.0.1:${port}/`, { directConnection: true, serverSelectionTimeoutMS: 2000, auth: { username: "root", password: passwords["database-password"] }, authSource: "admin" }).connect());
    db = client.db("fetms");
  };
  /** Of the bytes as the server has them, by name of collection. */
  const everything = async (): Promise<Record<string, readonly string[]>> => {
    const all = await db.listCollections({}, { nameOnly: true }).toArray();
    return Object.fromEntries(await Promise.all(all.map(async ({ name }) => [name, (await db.collection(name).find<Buffer>({}, { raw: true }).toArray()).map((bytes) => createHash("sha256").update(bytes).digest("hex")).sort()] as const)));
  };
  const insertBytes = async (collection: string, bytes: Uint8Array): Promise<void> => {
    const documents = new DocumentSequence("documents");
    documents.push({}, bytes);
    await db.command({ insert: collection, documents });
  };
  const prepared = async (id: string, tables?: readonly string[], file = "one.tar"): Promise<readonly TableFact[]> => {
    const asked = { ...base, request: request(id, tables === undefined ? {} : { tables }) };
    await shop.call({ ...asked, op: "prepare", file: `/work/${file}`, manifest });
    return shop.call<readonly TableFact[]>({ ...asked, op: "facts" });
  };
  const step = (op: "swap" | "revert" | "clean", id: string): Promise<unknown> => shop.call({ ...base, op, request: request(id) });

  before(async () => {
    await shop.open();
    server = await shop.stage.start("database", {
      image: imageOf("mongodb"), environment: { MONGO_INITDB_ROOT_USERNAME: "root", MONGO_INITDB_ROOT_PASSWORD: passwords["database-password"] }, flags: ["-p", "127.0.0.1::27017"],
    });
    await connect();
  });
  after(async () => {
    await client.close();
    await shop.close();
  });

  it("is empty before the first document, and not after it", async () => {
    assert.equal(await shop.call({ ...base, op: "empty" }), true);
    await db.collection<{ _id: number }>("types").insertMany([
      { _id: 1, decimal: Decimal128.fromString("1.10"), long: Long.fromString("9007199254740993"), int: new Int32(5), double: new Double(5), date: new Date(-1), binary: Buffer.from([0, 255]) },
      { _id: "nested", a: [{ b: [1, null, { c: { d: "ü🚪" } }] }], nan: NaN, zero: -0, re: /a.b/i, missing: null },
    ] as unknown as { _id: number }[]);
    // Fields in an order that no object of JavaScript has, and 1.0 beside 1.
    await insertBytes("types", BSON.serialize(new Map<string, unknown>([["_id", 3], ["2", new Double(1)], ["1", new Int32(1)]])));
    const users = db.collection("users");
    await users.insertMany(Array.from({ length: 5000 }, (_, i) => ({ mail: `u${i}@x.test`, at: new Date(i * 1000), group: i % 7, name: "n".repeat(i % 100) })));
    await users.createIndexes([{ key: { mail: 1 }, unique: true, name: "by mail" }, { key: { group: 1, at: -1 } }, { key: { at: 1 }, expireAfterSeconds: 1e9 }]);
    await db.createCollection("empty");
    await db.collection("odd näme/%2F.x y").insertOne({ a: 1 });
    await db.collection("large").insertMany(Array.from({ length: 60 }, (_, i) => ({ i, blob: Buffer.alloc(200_000, i) })));
    assert.equal(await shop.call({ ...base, op: "empty" }), false);
  });

  it("dumps, counts and says its versions", async () => {
    const versions = await shop.call<Record<string, string>>({ ...base, op: "versions" });
    assert.deepEqual(versions, { mongodb: "5.0.0", "mongodb-driver": versions["mongodb-driver"] });
    dumped = await shop.call<Dumped>({ ...base, op: "dump", file: "/work/one.tar" });
    manifest = shop.manifest(settings, { database: "one.tar" }, versions);
    assert.deepEqual(dumped.facts.map(({ name, rows }) => [name, rows]), [["empty", 0], ["large", 60], ["odd näme/%2F.x y", 1], ["types", 3], ["users", 5000]]);
  });

  it("writes mongodump's folder, which tar and any reader of BSON open", async () => {
    await shop.run("sh", "-c", "mkdir /work/out && tar -x -f /work/one.tar -C /work/out");
    assert.equal(await shop.run("ls", "/work/out/fetms"), [
      "empty.bson", "empty.metadata.json", "large.bson", "large.metadata.json", "odd%20n%C3%A4me%2F%252F.x%20y.bson", "odd%20n%C3%A4me%2F%252F.x%20y.metadata.json", "types.bson", "types.metadata.json", "users.bson", "users.metadata.json",
    ].join("\n"));
    const metadata = JSON.parse(await shop.run("cat", "/work/out/fetms/users.metadata.json")) as { indexes: { name: string }[]; collectionName: string; type: string };
    assert.deepEqual([metadata.collectionName, metadata.type], ["users", "collection"]);
    assert.deepEqual(metadata.indexes.find(({ name }) => name === "by mail"), { unique: true, name: "by mail", key: { mail: { $numberInt: "1" } }, v: { $numberInt: "2" } });
    const bytes = Buffer.from(await shop.run("base64", "-w0", "/work/out/fetms/types.bson"), "base64");
    const first = BSON.deserialize(bytes.subarray(0, bytes.readInt32LE(0)), { promoteValues: false });
    assert.deepEqual([(first["decimal"] as Decimal128).toString(), (first["long"] as Long).toString(), first["double"]], ["1.10", "9007199254740993", new Double(5)]);
  });

  it("brings back every byte and every index after all was destroyed", async () => {
    const before = await everything();
    await db.dropDatabase();
    await db.collection("intruder").insertOne({ a: 1 });
    assert.deepEqual(await shop.call({ ...base, op: "check", manifest, request: request("one") }), { replaces: [{ name: "intruder", rows: 1 }] });
    assert.deepEqual(differences(dumped.facts, await prepared("one")), []);
    assert.equal(await db.collection("intruder").countDocuments(), 1, "nothing live was touched");
    await step("swap", "one");
    await step("swap", "one");
    assert.deepEqual(differences(dumped.facts, await shop.call({ ...base, op: "facts", request: request("one") })), []);
    await step("revert", "one");
    assert.deepEqual((await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).filter((name) => !name.startsWith("stackbook_")), ["intruder"]);
    await step("revert", "one");
    await step("swap", "one");
    await step("clean", "one");
    await step("clean", "one");
    assert.deepEqual(await everything(), before);
    await assert.rejects(db.collection("users").insertOne({ mail: "u1@x.test" }), /duplicate key|E11000/);
    const indexes = (await db.collection("users").listIndexes().toArray()) as { name: string; expireAfterSeconds?: number }[];
    assert.deepEqual(indexes.map(({ name }) => name).sort(), ["_id_", "at_1", "by mail", "group_1_at_-1"]);
    assert.equal(indexes.find(({ name }) => name === "at_1")?.expireAfterSeconds, 1e9);
  });

  it("goes on with a swap that was cut off between two names, and with its way back", async () => {
    await db.collection("users").updateMany({}, { $set: { spoilt: true } });
    await prepared("cut");
    const name = (await db.listCollections({}, { nameOnly: true }).toArray()).map((one) => one.name).find((one) => one.endsWith(".users")) ?? "";
    await client.db("admin").command({ renameCollection: "fetms.users", to: `fetms.${name.replace("restore", "before")}` });
    await db.createCollection(name.replace("restore", "before").replace(".users", ""));
    await step("revert", "cut");
    assert.equal(await db.collection("users").countDocuments({ spoilt: true }), 5000);
    await client.db("admin").command({ renameCollection: "fetms.users", to: `fetms.${name.replace("restore", "before")}` });
    await step("swap", "cut");
    await step("clean", "cut");
    assert.deepEqual(differences(dumped.facts, await shop.call({ ...base, op: "facts", request: request("none") })), []);
  });

  it("brings back one collection and leaves the others as they are", async () => {
    await db.collection("users").deleteMany({});
    await db.collection("types").deleteMany({});
    const facts = await prepared("users", ["users"]);
    assert.deepEqual(facts, dumped.facts.filter(({ name }) => name === "users"));
    const asked = { ...base, request: request("users", { tables: ["users"] }) };
    await shop.call({ ...asked, op: "swap" });
    await shop.call({ ...asked, op: "clean" });
    assert.deepEqual([await db.collection("users").countDocuments(), await db.collection("types").countDocuments()], [5000, 0]);
    await assert.rejects(shop.call({ ...base, op: "check", manifest, request: request("x", { tables: ["guests"] }) }), { name: "RefusedError", message: /has no collection guests[\s\S]*users/ });
    await assert.rejects(shop.call({ ...base, op: "check", manifest: { ...manifest, versions: { mongodb: "6.0.1" } }, request: request("x") }), /of MongoDB 6\.0\.1, the server is 5\.0/);
    await prepared("again");
    await step("swap", "again");
    await step("clean", "again");
  });

  it("notices one changed byte, though the counts agree", async () => {
    await db.collection<{ _id: number; int: number }>("types").updateOne({ _id: 1 }, { $set: { int: 6 } });
    const changed = await shop.call<readonly TableFact[]>({ ...base, op: "facts", request: request("none") });
    assert.deepEqual(differences(dumped.facts, changed).map(({ name }) => name), ["types"]);
  });

  it("is drilled in a container without a network, questions included, and leaves nothing on the disk", async () => {
    const alone = await shop.startAgent("drill", ["--memory", "512m"]);
    await docker("network", "disconnect", shop.stage.name, alone);
    const checks = [{ name: "group", collection: "users", filter: { group: 3, at: { $gte: { $date: "1970-01-01T00:00:00Z" } } }, atLeast: 1 }];
    const { facts, answers } = await shop.call<{ facts: { database: readonly TableFact[] }; answers: string[] }>({ ...base, op: "drill", manifest, files: { database: "/work/one.tar" }, checks }, alone);
    assert.deepEqual(differences(dumped.facts, facts.database), []);
    assert.deepEqual(answers, ["714"]);
    assert.equal(await docker("exec", alone, "sh", "-c", "ls -A /scratch; cat /proc/[0-9]*/comm | grep -E 'java|mongod' || true"), "");
  });

  it("fails a restore of a cut or damaged dump, leaving the live data and nothing beside", async () => {
    const before = await everything();
    await shop.run("sh", "-c", "S=$(stat -c %s /work/one.tar); head -c $((S / 2)) /work/one.tar > /work/cut.tar; (head -c $((S / 2)) /work/one.tar; head -c 5000 /dev/zero; tail -c +$((S / 2 + 5001)) /work/one.tar) > /work/torn.tar; head -c 700 /work/one.tar > /work/stub.tar");
    for (const file of ["cut", "stub"]) await assert.rejects(prepared(file, undefined, `${file}.tar`), `${file} was taken`);
    const torn = await prepared("torn", undefined, "torn.tar").catch(() => []);
    assert.notDeepEqual(differences(dumped.facts, torn), []);
    await step("clean", "torn");
    assert.deepEqual(await everything(), before);
  });

  it("ends a dump and a restore with an error when the server dies or the run is ended, and works again after", async () => {
    await shop.call({ ...base, op: "dump", file: "/work/good.tar" });
    const good = shop.factsOf("good.tar");
    // In several, as the stand-in for MongoDB holds a whole collection in memory to answer a query.
    for (let i = 0; i < 8; i += 1) for (let n = 0; n < 5; n += 1) await db.collection(`more${i}`).insertMany(Array.from({ length: 30 }, () => ({ i, blob: Buffer.alloc(200_000, n) })));
    await assert.rejects(shop.call({ ...base, op: "dump", file: "/work/aborted.tar", abortAfterMs: 250 }), /seen enough/);
    const ours = ((await client.db("admin").command({ serverStatus: 1 })) as { connections: { current: number } }).connections.current;
    const restart = async (): Promise<void> => {
      await client.close();
      await docker("start", server);
      await connect();
    };
    const dump = await shop.sluice("dead");
    const dying = shop.call({ ...base, op: "dump", file: dump.file });
    dying.catch(() => undefined);
    await until("the dump's connection", 20, () => client.db("admin").command({ serverStatus: 1 }), ({ connections }) => Number((connections as { current: number }).current) > ours);
    await new Promise((wake) => setTimeout(wake, 1000));
    // Away until the end: the driver finds its way back to one that is there again.
    await docker("kill", server);
    await dump.open();
    await assert.rejects(dying);
    await restart();
    await until("the pipe's end", 10, () => Promise.resolve(shop.size("dead.out")));
    await assert.rejects(prepared("aborted", undefined, "dead.out"));
    const { rssMiB } = await shop.call<Dumped>({ ...base, op: "dump", file: "/work/big.tar" });
    assert.ok(rssMiB < 150, `${rssMiB} MiB for ${shop.size("big.tar")} bytes`);
    const load = await shop.halfOf("big.tar", "load");
    const loading = prepared("dead", undefined, "load");
    loading.catch(() => undefined);
    await until("some of the load", 60, () => db.listCollections({}, { nameOnly: true }).toArray(), (all) => all.some(({ name }) => name.startsWith("stackbook_restore_")));
    await docker("kill", server);
    await load.open();
    await assert.rejects(loading);
    await restart();
    await prepared("dead", undefined, "good.tar");
    await step("swap", "dead");
    await step("clean", "dead");
    assert.deepEqual(differences(good, await shop.call({ ...base, op: "facts", request: request("none") })), []);
    assert.equal(await docker("exec", server, "sh", "-c", "true"), "");
  });
});
