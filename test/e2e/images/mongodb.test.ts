import * as assert from "node:assert/strict";
import { MongoClient, MongoServerError, type MongoClientOptions } from "mongodb";
import { image, runOnce, TestContainer } from "./support";

const root = { username: "root", password: "root/secret:1" };
const app = { username: "memo_app", password: "app secret" };
const options: MongoClientOptions = { serverSelectionTimeoutMS: 3000, directConnection: true };

/** A refusal with one of MongoDB's own codes. */
const refused = (code: number) => (error: unknown): boolean => error instanceof MongoServerError && error.code === code;
const unauthorized = refused(13);
const wrongPassword = refused(18);

describe("the mongodb image", function () {
  this.timeout(180_000);
  let server: TestContainer;
  const clients: MongoClient[] = [];

  const connect = async (auth: { username: string; password: string } | undefined, authSource: string): Promise<MongoClient> => {
    const client = new MongoClient(`mongodb://127.0.0.1:${await server.port(27017)}/`, auth === undefined ? options : { ...options, auth, authSource });
    clients.push(client);
    return client.connect();
  };
  const listening = (): Promise<void> => server.ready(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"]);

  before(async () => {
    server = await TestContainer.start(await image("mongodb"), {
      user: "999:999", data: "/data/db", tmpfs: ["/data/configdb"], flags: ["-p", "127.0.0.1::27017", "-m", "384m"],
      env: { MONGO_INITDB_ROOT_USERNAME: root.username, MONGO_INITDB_ROOT_PASSWORD: root.password },
      // Everything is slow, so that what is slow can be seen.
      command: ["mongod", "--profile", "1", "--slowms", "-1"],
    });
    await listening();
    const db = (await connect(root, "admin")).db("memo");
    await db.command({ createUser: app.username, pwd: app.password, roles: [{ role: "readWrite", db: "memo" }, { role: "dbAdmin", db: "memo" }] });
    await (clients[0] as MongoClient).db("other").collection("secrets").insertOne({ secret: true });
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.remove();
  });

  it("answers ping to anyone and nothing else to who has not logged in", async () => {
    const stranger = await connect(undefined, "admin");
    assert.equal((await stranger.db("admin").command({ ping: 1 }))["ok"], 1);
    for (const ask of [
      () => stranger.db("memo").collection("notes").find().toArray(),
      () => stranger.db("memo").collection("notes").insertOne({}),
      () => stranger.db("admin").command({ listDatabases: 1 }),
      () => stranger.db("admin").command({ serverStatus: 1 }),
      () => stranger.db("admin").command({ usersInfo: 1 }),
      () => stranger.db("memo").command({ createUser: "me", pwd: "me", roles: ["readWrite"] }),
      () => stranger.db("memo").dropDatabase(),
    ]) await assert.rejects(ask, unauthorized);
  });

  it("refuses a wrong password, an unknown user and a user of another database, all alike", async () => {
    await assert.rejects(connect({ ...root, password: "wrong" }, "admin"), wrongPassword);
    await assert.rejects(connect({ username: "nobody", password: "x" }, "admin"), wrongPassword);
    await assert.rejects(connect(app, "other"), wrongPassword);
  });

  it("does what applications ask of it", async () => {
    const notes = (await connect(app, "memo")).db("memo").collection<{ key: number; group: string; n: number }>("notes");
    await notes.createIndex({ key: 1 }, { unique: true });
    await notes.insertMany([{ key: 1, group: "a", n: 1 }, { key: 2, group: "a", n: 2 }, { key: 3, group: "b", n: 3 }]);
    await assert.rejects(notes.insertOne({ key: 1, group: "c", n: 0 }), refused(11000));
    assert.deepEqual(await notes.aggregate([{ $group: { _id: "$group", sum: { $sum: "$n" } } }, { $sort: { _id: 1 } }]).toArray(), [{ _id: "a", sum: 3 }, { _id: "b", sum: 3 }]);
    assert.equal((await notes.findOneAndUpdate({ key: 1 }, { $inc: { n: 10 } }, { returnDocument: "after" }))?.n, 11);
    assert.equal(await notes.countDocuments({ group: "a" }), 2);
    await notes.insertMany(Array.from({ length: 300 }, (_, i) => ({ key: 100 + i, group: "many", n: i })));
    assert.equal((await notes.find({ group: "many" }, { batchSize: 40 }).toArray()).length, 300);
    assert.equal((await (clients[0] as MongoClient).db("memo").command({ dbStats: 1 }))["ok"], 1);
  });

  it("lets a user into no other database, by no way round", async () => {
    const client = await connect(app, "memo");
    const [memo, other] = [client.db("memo"), client.db("other")];
    for (const ask of [
      () => other.collection("secrets").find().toArray(),
      () => other.collection("secrets").insertOne({}),
      () => other.listCollections().toArray(),
      () => other.dropDatabase(),
      () => memo.collection("notes").aggregate([{ $merge: { into: { db: "other", coll: "secrets" } } }]).toArray(),
      () => client.db("admin").command({ renameCollection: "other.secrets", to: "memo.secrets" }),
      () => memo.command({ grantRolesToUser: app.username, roles: [{ role: "root", db: "admin" }] }),
      () => memo.command({ updateUser: app.username, roles: [{ role: "root", db: "admin" }] }),
      () => memo.command({ usersInfo: 1 }),
      () => client.db("admin").command({ serverStatus: 1 }),
    ]) await assert.rejects(ask, unauthorized);
    assert.deepEqual((await client.db("admin").admin().listDatabases()).databases.map(({ name }) => name), ["memo"]);
  });

  it("accepts sessions, and says that it has no transactions", async () => {
    const client = await connect(app, "memo");
    await client.withSession(async (session) => {
      await client.db("memo").collection("sessions").insertOne({ a: 1 }, { session });
      await assert.rejects(session.withTransaction(() => client.db("memo").collection("sessions").insertOne({ a: 2 }, { session })), refused(20));
    });
  });

  it("notes slow commands, without their values, for who watches the server; he reads nothing else", async () => {
    const admin = (clients[0] as MongoClient).db("admin");
    const watcher = { username: "watcher", password: "watching" };
    await admin.command({ createUser: watcher.username, pwd: watcher.password, roles: [{ role: "clusterMonitor", db: "admin" }, { role: "read", db: "local" }] });
    await (clients[0] as MongoClient).db("other").collection("secrets").findOne({ secret: "a value" });
    const other = (await connect(watcher, "admin")).db("other");
    const [note] = await other.collection("system.profile").find({ op: "query" }).sort({ ts: -1 }).limit(1).toArray();
    assert.deepEqual([note?.["ns"], note?.["command"], typeof note?.["millis"], note?.["ts"] instanceof Date], ["other.secrets", { find: "secrets" }, "number", true]);
    assert.ok((await other.collection("system.profile").countDocuments({ ts: { $gte: new Date(Date.now() - 60_000) } })) > 0);
    const before = await other.collection("system.profile").countDocuments({});
    assert.equal(await other.collection("system.profile").countDocuments({}), before, "reading the notes is not noted");
    await assert.rejects(other.collection("secrets").find().toArray(), unauthorized);
    await assert.rejects(other.collection("system.profile").aggregate([{ $lookup: { from: "secrets", as: "s", pipeline: [] } }]).toArray(), unauthorized);
    await assert.rejects(other.collection("system.profile").deleteMany({}), unauthorized);
    await admin.command({ dropUser: watcher.username });
  });

  it("has a mongosh that makes users, changes their passwords and roles, and removes them", async () => {
    const script = `
      const { NAME, WORD } = process.env;
      const memo = new Mongo("mongodb://root:" + encodeURIComponent(process.env.ROOT) + "@127.0.0.1:27017/admin").getDB("memo");
      memo.createUser({ user: NAME, pwd: "first", roles: ["readWrite"] });
      memo.updateUser(NAME, { pwd: WORD, roles: [{ role: "read", db: "memo" }] });
      print(JSON.stringify(memo.getUser(NAME).roles), memo.getUser("nobody"));`;
    const mongosh = (code: string): Promise<string> => server.mustExec(["mongosh", "--quiet", "--norc", "--nodb", "--eval", code], { HOME: "/tmp", ROOT: root.password, NAME: "reader", WORD: "second" });
    assert.equal(await mongosh(script), '[{"role":"read","db":"memo"}] null');
    await assert.rejects(connect({ username: "reader", password: "first" }, "memo"), wrongPassword);
    const reader = await connect({ username: "reader", password: "second" }, "memo");
    await reader.db("memo").collection("notes").findOne();
    await assert.rejects(reader.db("memo").collection("notes").insertOne({}), unauthorized);
    await clients[0]?.db("memo").command({ dropUser: "reader" });
    await assert.rejects(reader.db("memo").collection("notes").findOne(), unauthorized);
  });

  it("keeps rows, indexes, users and passwords through a SIGKILL, without the first start's variables", async () => {
    const kept = (await connect(app, "memo")).db("memo").collection<{ _id: number }>("kept");
    for (let i = 0; i < 200; i += 1) await kept.insertOne({ _id: i }, { writeConcern: { w: 1, journal: true } });
    await server.kill();
    await server.replace({ env: {} });
    await listening();
    const again = (await connect(app, "memo")).db("memo");
    assert.equal(await again.collection("kept").countDocuments(), 200);
    await assert.rejects(again.collection("notes").insertOne({ key: 1 }), refused(11000));
    await assert.rejects(connect({ ...app, password: "wrong" }, "memo"), wrongPassword);
  });

  it("is not killed by collections that are filled faster than it writes", async () => {
    const much = (await connect(root, "admin")).db("much");
    for (let i = 0; i < 40; i += 1) await much.collection(`m${i}`).insertMany(Array.from({ length: 30 }, () => ({ i, blob: Buffer.alloc(200_000, i) })));
    await Promise.all(Array.from({ length: 40 }, async (_, i) => assert.equal(await much.collection(`m${i}`).countDocuments(), 30)));
    await much.dropDatabase();
  });

  it("keeps no password readable in its data", async () => {
    const found = await server.mustExec(["sh", "-c", "grep -c -a -e 'app secret' -e 'root/secret' /data/db/* || true"]);
    assert.equal(found, "0");
  });

  it("stops when asked, with everything written", async () => {
    await (await connect(app, "memo")).db("memo").collection("last").insertOne({ a: 1 });
    assert.equal(await server.stop(), 0);
    await server.replace();
    await listening();
    assert.equal(await (await connect(app, "memo")).db("memo").collection("last").countDocuments(), 1);
  });

  it("refuses to start without a first user", async () => {
    const { code, output } = await runOnce(await image("mongodb"), "999:999", [], ["--tmpfs", "/data/db:uid=999"]);
    assert.notEqual(code, 0);
    assert.match(output, /set both MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD/);
  });
});
