import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { openStores } from "../../../../agents/backup/src/stores/open";
import { S3Store } from "../../../../agents/backup/src/stores/s3";
import type { Store } from "../../../../agents/backup/src/stores/store";
import { Bucket, bucketName, credentials } from "../../../support/bucket";
import { removeTemporaryFolders, temporaryFolder } from "./support";

const folder = "motel/daily/2026-11-21T020000Z";
const mebibyte = 1024 * 1024;

describe("a bucket as a store", function () {
  this.timeout(60_000);
  let bucket: Bucket;
  let store: Store;
  const open = (port: number, keys: object = credentials, prefix = "prod"): Store => {
    const settings = { kind: "s3", name: "offsite", bucket: bucketName, prefix, region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, pathStyle: true, lifecycle: true, credentialsFile: "offsite" } as const;
    const [opened] = openStores([settings], () => JSON.stringify(keys));
    assert.ok(opened);
    return opened;
  };
  let port: number;
  beforeEach(async () => {
    bucket = new Bucket(temporaryFolder());
    port = await bucket.start();
    store = open(port);
  });
  afterEach(async () => {
    await bucket.stop();
    removeTemporaryFolders();
  });

  const put = (key: string, content: Buffer): Promise<void> => store.put(`${folder}/${key}`, Readable.from([content]));
  const get = async (key: string): Promise<Buffer> => Buffer.concat(await (await store.get(`${folder}/${key}`)).toArray() as Buffer[]);

  it("takes what is small at once and what is large by pieces, tagged by what it is", async () => {
    const large = randomBytes(20 * mebibyte);
    await put("database.dump.gpg", large);
    await put("manifest.json", Buffer.from("{}"));
    assert.ok((await get("database.dump.gpg")).equals(large));
    assert.equal((await get("manifest.json")).toString(), "{}");
    assert.equal(bucket.requests.filter((request) => request.includes("partNumber=")).length, 4);
    assert.deepEqual([...bucket.tags], [[`prod/${folder}/database.dump.gpg`, "kind=part"], [`prod/${folder}/manifest.json`, "kind=manifest"]]);
  });

  it("never writes over what is there", async () => {
    for (const content of [Buffer.from("small"), randomBytes(9 * mebibyte)]) {
      await put(`part-${content.length}`, content);
      await assert.rejects(put(`part-${content.length}`, content), { name: "ExistsError" });
      await assert.rejects(store.copy(`${folder}/part-${content.length}`, `${folder}/part-${content.length}`), { name: "ExistsError" });
    }
  });

  it("lists by prefix, sizes and all, and copies within", async () => {
    await put("b", Buffer.from("12345"));
    await put("a", Buffer.from("1"));
    await store.copy(`${folder}/b`, "motel/weekly/2026-11-21T020000Z/b");
    assert.deepEqual((await store.list("motel/")).map(({ key, bytes }) => [key, bytes]), [[`${folder}/a`, 1], [`${folder}/b`, 5], ["motel/weekly/2026-11-21T020000Z/b", 5]]);
    assert.deepEqual((await store.list("motel/weekly/")).length, 1);
    assert.deepEqual(await store.list("mps/"), []);
  });

  it("lists more than a page holds", async () => {
    const page = (key: string, NextContinuationToken?: string) => ({ Contents: [{ Key: `prod/motel/${key}`, Size: 1, LastModified: new Date(0) }], NextContinuationToken });
    const asked: unknown[] = [];
    const client = { send: ({ input }: { input: { ContinuationToken?: string } }) => Promise.resolve((asked.push(input.ContinuationToken), asked.length === 1 ? page("b", "more") : page("a"))) };
    const paged = new S3Store(client as unknown as S3Client, { kind: "s3", name: "offsite", bucket: bucketName, prefix: "prod", region: "us-east-1", pathStyle: true, lifecycle: true });
    assert.deepEqual((await paged.list("motel/")).map(({ key }) => key), ["motel/a", "motel/b"]);
    assert.deepEqual(asked, [undefined, "more"]);
  });

  it("says what is missing, and which store it is", async () => {
    await assert.rejects(store.get(`${folder}/none`), (error: Error) => error.name === "MissingError" && error.message === `store offsite: ${folder}/none is missing`);
  });

  it("goes on where a connection broke while it was read", async () => {
    const content = randomBytes(6 * mebibyte);
    await put("database.dump.gpg", content);
    bucket.breakAnswerAfter = 2 * mebibyte;
    assert.ok((await get("database.dump.gpg")).equals(content));
    assert.equal(bucket.requests.filter((request) => request.startsWith("GET") && request.includes("database.dump.gpg")).length, 2);
  });

  it("sends a piece again that was refused for a moment, and the object is whole", async () => {
    let refused = 0;
    bucket.fault = (_, url) => (url.includes("partNumber=2") && (refused += 1) <= 2 ? (refused === 1 ? 503 : "break") : undefined);
    const content = randomBytes(17 * mebibyte);
    await put("database.dump.gpg", content);
    assert.equal(refused, 3);
    assert.ok((await get("database.dump.gpg")).equals(content));
  });

  it("fails and ends the upload when there is no room in the middle, so that nothing is there", async () => {
    bucket.fault = (_, url) => (url.includes("partNumber=2") ? 507 : undefined);
    await assert.rejects(put("database.dump.gpg", randomBytes(20 * mebibyte)), /^StoreError: store offsite: .*database.dump.gpg can't be written: .*QuotaExceeded/);
    assert.ok(bucket.requests.some((request) => request.startsWith("DELETE") && request.includes("uploadId")));
    assert.deepEqual(await store.list("motel/"), []);
  });

  it("leaves nothing of what broke off at its source", async () => {
    const broken = Readable.from((function* () {
      yield randomBytes(17 * mebibyte);
      throw new Error("the dump broke off");
    })(), { objectMode: false });
    await assert.rejects(store.put(`${folder}/database.dump.gpg`, broken), /the dump broke off/);
    assert.deepEqual(await store.list("motel/"), []);
  });

  it("says what is wrong with credentials and address, and shows no secret", async () => {
    bucket.fault = () => 403;
    const wrong = { accessKeyId: "S3RVER", secretAccessKey: "not-the-secret-key" };
    await assert.rejects(open(port, wrong).list("motel/"), (error: Error) => /secret key is wrong/.test(error.message) && !error.message.includes("not-the-secret-key"));
    await assert.rejects(open(port, { accessKeyId: "x" }).list("motel/"), /give accessKeyId and secretAccessKey/);
  });
});
