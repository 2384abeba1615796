import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { BSON, MongoClient } from "mongodb";

/** MongoDB's own tools are not to be had everywhere: the least that a dump can do takes their place, by the official driver. */
async function withCollection(address, work) {
  const client = new MongoClient(`mongodb://${address}:27017`, { auth: { username: "root", password: "only-a-measurement" } });
  try {
    return await work(client.db("bench"));
  } finally {
    await client.close();
  }
}

const batch = 1000;

/** @returns {Promise<number>} bytes of all documents */
export function fillMongo(address, documents) {
  return withCollection(address, async (db) => {
    let bytes = 0;
    for (let at = 0; at < documents; at += batch) {
      const some = Array.from({ length: batch }, (_, one) => ({ _id: at + one, name: `row ${at + one}`, amount: ((at + one) % 99_999) / 7, at: new Date(1.8e12 + (at + one) * 1000), note: `${Math.sin(at + one)}`.repeat(30), facts: { kind: one % 7, tags: ["a", "b"] } }));
      bytes += some.reduce((sum, one) => sum + BSON.calculateObjectSize(one), 0);
      await db.collection("visits").insertMany(some, { ordered: false });
    }
    return bytes;
  });
}

/** Reads every document as it is, and writes it into a file. */
export function readMongo(address, file) {
  return timed(() => withCollection(address, async (db) => {
    const out = createWriteStream(file);
    for await (const bytes of db.collection("visits").find({}, { raw: true, batchSize: batch })) if (!out.write(bytes)) await once(out, "drain");
    out.end();
    await once(out, "close");
  }));
}

/** Puts them into a collection of another name, a thousand at a time. */
export function writeMongo(address, file) {
  return timed(() => withCollection(address, async (db) => {
    // The stand-in for MongoDB may still have the keys of a collection that was just dropped.
    const target = db.collection(`plain${process.hrtime.bigint()}`);
    let rest = Buffer.alloc(0);
    let some = [];
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const length = rest.length < 4 ? Infinity : rest.readInt32LE(0);
        if (rest.length < length) break;
        some.push(BSON.deserialize(rest.subarray(0, length)));
        rest = rest.subarray(length);
        if (some.length === batch) {
          await target.insertMany(some, { ordered: false });
          some = [];
        }
      }
    }
    if (some.length > 0) await target.insertMany(some, { ordered: false });
    await target.drop();
  }));
}

async function timed(work) {
  const began = process.hrtime.bigint();
  await work();
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9 };
}
