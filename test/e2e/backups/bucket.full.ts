// Slow: installs moto from PyPI, which answers as AWS does.
import {
  CreateBucketCommand, DeleteObjectCommand, GetBucketEncryptionCommand, GetBucketLifecycleConfigurationCommand, GetBucketPolicyCommand, GetBucketVersioningCommand, GetObjectTaggingCommand, ListObjectsV2Command, ListObjectVersionsCommand,
  PutBucketEncryptionCommand, PutBucketLifecycleConfigurationCommand, PutBucketPolicyCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client, type LifecycleRule,
} from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { S3Store } from "../../../agents/backup/src/stores/s3";
import { ExistsError } from "../../../agents/backup/src/stores/store";
import { planOf } from "../../../components/backupBucket";
import { lifecycleInputs } from "../../../platforms/aws/bucketLifecycle";
import { bucketPolicy, readerPolicy, writerPolicy } from "../../../platforms/aws/bucketPolicies";
import { systemIds } from "../../../systems";
import { Moto, type Keys } from "./support/moto";

const bucket = "acme-backups";
const arn = `arn:aws:s3:::${bucket}`;
const access = { bucket: arn, key: "", prefix: "prod" };
const set = "mps/daily/2026-11-21T020000Z";

/** A rule of the provider's, as S3's API has it. */
function apiRules(): LifecycleRule[] {
  return lifecycleInputs(planOf({ bucket, prefix: "prod", systems: systemIds.map((id) => ({ id })) })).rules.map(({ abortIncompleteMultipartUpload, expiration, filter, id, noncurrentVersionExpiration, status, transitions }) => ({
    ID: id, Status: status,
    Filter: filter.and === undefined ? { Prefix: filter.prefix } : { And: { Prefix: filter.and.prefix, Tags: Object.entries(filter.and.tags).map(([Key, Value]) => ({ Key, Value })) } },
    Expiration: expiration?.days === undefined ? { ExpiredObjectDeleteMarker: true } : { Days: expiration.days },
    ...(transitions === undefined ? {} : { Transitions: transitions.map(({ days, storageClass }) => ({ Days: days, StorageClass: storageClass as "GLACIER_IR" | "STANDARD_IA" })) }),
    ...(noncurrentVersionExpiration === undefined ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentVersionExpiration.noncurrentDays } }),
    ...(abortIncompleteMultipartUpload === undefined ? {} : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortIncompleteMultipartUpload.daysAfterInitiation } }),
  }));
}

describe("the backup bucket, put to moto", function () {
  this.timeout(600_000);

  let moto: Moto;
  const client = (credentials: Keys): S3Client => new S3Client({ endpoint: moto.endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  let owner: S3Client;
  const storeOf = (s3: S3Client): S3Store => new S3Store(s3, { kind: "s3", name: "offsite", bucket, prefix: "prod", region: "us-east-1", pathStyle: true, lifecycle: true });

  before(async () => {
    moto = await Moto.start();
    owner = client({ accessKeyId: "root", secretAccessKey: "root" });
    await owner.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    await owner.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
  });
  after(() => moto.stop());

  it("takes the lifecycle, and has it letter for letter", async () => {
    const rules = apiRules();
    await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: rules } }));
    const { Rules } = await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    assert.deepEqual(Rules, rules);
    assert.equal(rules.length, 5 * 5 * 2 + 1);
  });

  it("refuses a lifecycle that S3 would refuse", async () => {
    const [first = assert.fail()] = apiRules();
    await assert.rejects(owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: [{ ...first, Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }] } })), /MalformedXML|not well-formed/);
  });

  it("takes policy, encryption and versions", async () => {
    await owner.send(new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }] } }));
    const { ServerSideEncryptionConfiguration } = await owner.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    assert.equal(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, "AES256");
    assert.equal((await owner.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status, "Enabled");
    const other = "acme-policy";
    await owner.send(new CreateBucketCommand({ Bucket: other }));
    const policy = JSON.stringify(bucketPolicy(`arn:aws:s3:::${other}`, "prod"));
    await owner.send(new PutBucketPolicyCommand({ Bucket: other, Policy: policy }));
    assert.deepEqual(JSON.parse((await owner.send(new GetBucketPolicyCommand({ Bucket: other }))).Policy ?? ""), JSON.parse(policy));
  });

  it("gets from the agent's store the tags that its rules go by, copies too", async () => {
    const store = storeOf(owner);
    await store.put(`${set}/database.dump.gpg`, Readable.from([Buffer.from("a part")]));
    await store.put(`${set}/manifest.json`, Readable.from([Buffer.from("{}")]));
    await store.copy(`${set}/database.dump.gpg`, "mps/weekly/2026-11-21T020000Z/database.dump.gpg");
    const tagOf = async (key: string): Promise<unknown> => (await owner.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: `prod/${key}` }))).TagSet;
    assert.deepEqual(await tagOf(`${set}/database.dump.gpg`), [{ Key: "kind", Value: "part" }]);
    assert.deepEqual(await tagOf(`${set}/manifest.json`), [{ Key: "kind", Value: "manifest" }]);
    assert.deepEqual(await tagOf("mps/weekly/2026-11-21T020000Z/database.dump.gpg"), [{ Key: "kind", Value: "part" }]);
    assert.equal(await text(await store.get("mps/weekly/2026-11-21T020000Z/database.dump.gpg")), "a part");
  });

  it("refuses to write a name that is taken", async () => {
    const store = storeOf(owner);
    await assert.rejects(store.put(`${set}/manifest.json`, Readable.from([Buffer.from("another")])), ExistsError);
    assert.equal(await text(await store.get(`${set}/manifest.json`)), "{}");
  });

  it("keeps as an old version what was removed", async () => {
    const Key = `prod/${set}/removed.json`;
    await owner.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "kept" }));
    await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    const { DeleteMarkers = [], Versions = [] } = await owner.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }));
    assert.deepEqual([Versions.length, DeleteMarkers.length], [1, 1]);
  });

  /** Moto holds requests to users' policies, but for their conditions. */
  it("lets the writer put, list and read, and the reader list and read; neither deletes", async () => {
    const writer = client(await moto.user("writer", JSON.stringify(writerPolicy(access))));
    const reader = client(await moto.user("reader", JSON.stringify(readerPolicy(access))));
    await moto.enforce();
    const Key = `prod/${set}/manifest.json`;
    const denied = (request: Promise<unknown>): Promise<void> => assert.rejects(request, /AccessDenied|Access Denied|Forbidden/);
    await storeOf(writer).put(`${set}/redis.rdb.gpg`, Readable.from([Buffer.from("by the writer")]));
    for (const own of [writer, reader]) {
      assert.equal(await text(await storeOf(own).get(`${set}/redis.rdb.gpg`)), "by the writer");
      assert.ok(((await own.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `prod/${set}/` }))).KeyCount ?? 0) >= 3);
      await denied(own.send(new DeleteObjectCommand({ Bucket: bucket, Key })));
      await denied(own.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules: apiRules() } })));
    }
    await denied(reader.send(new PutObjectCommand({ Bucket: bucket, Key: `prod/${set}/x.json`, Body: "", Tagging: "kind=part" })));
    await denied(writer.send(new PutObjectCommand({ Bucket: bucket, Key: "elsewhere/x.json", Body: "", Tagging: "kind=part" })));
  });
});
