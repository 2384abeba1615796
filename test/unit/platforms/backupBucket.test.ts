import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { valueOf } from "../program/mocks";
import type { BackupBucketArgs } from "../../../components/backupBucket";
import type { BackupBucketFacts } from "../../../platforms/backupBucket";

interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

let recorded: Recorded[] = [];

/** What AWS would add; a resource that isn't listed is a mistake in the program or here. */
const made: Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>> = {
  "aws:s3/bucket:Bucket": ({ bucket }) => ({ arn: `arn:aws:s3:::${String(bucket)}`, region: "eu-central-1" }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": () => ({}),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": () => ({}),
  "aws:s3/bucketPolicy:BucketPolicy": () => ({}),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": () => ({}),
  "aws:s3/bucketVersioning:BucketVersioning": () => ({}),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": () => ({}),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": () => ({}),
  "aws:s3/bucketMetric:BucketMetric": () => ({}),
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => ({}),
  "aws:kms/key:Key": () => ({ arn: "arn:aws:kms:eu-central-1:1:key/k", keyId: "k" }),
  "aws:kms/alias:Alias": () => ({}),
  "aws:iam/policy:Policy": ({ name }) => ({ arn: `arn:aws:iam::1:policy/${String(name)}` }),
  "aws:iam/user:User": () => ({}),
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": () => ({}),
  "aws:iam/accessKey:AccessKey": ({ user }) => ({ secret: `secret of ${String(user)}` }),
};

async function create(args: Partial<BackupBucketArgs> = {}): Promise<BackupBucketFacts> {
  recorded = [];
  await pulumi.runtime.setMocks({
    newResource({ type, name, inputs }) {
      if (type.startsWith("stackbook:")) return { id: undefined, state: inputs as Record<string, unknown> };
      const make = made[type];
      if (make === undefined) throw new Error(`the mocks don't know ${type}`);
      const own = inputs as Record<string, unknown>;
      recorded.push({ type, name, inputs: own });
      return { id: `${name}-id`, state: { ...own, ...make(own) } };
    },
    call({ token }) {
      throw new Error(`the mocks don't know the call ${token}`);
    },
  });
  const [{ BackupBucket }, { AwsBuckets }] = await Promise.all([import("../../../components/backupBucket"), import("../../../platforms/aws/backupBucket")]);
  const { facts } = new BackupBucket("backups", { platform: new AwsBuckets(), bucket: "acme-backups", prefix: "prod", systems: [{ id: "mps" }, { id: "sms" }], ...args });
  await valueOf(pulumi.all([facts.bucket, facts.region, facts.reader, facts.writer]));
  // Resources that nothing waits for are recorded a turn later.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return facts;
}

const all = (type: string): Recorded[] => recorded.filter((resource) => resource.type.endsWith(`:${type}`));
function one(type: string, name?: string): Record<string, unknown> {
  const found = all(type).filter((resource) => name === undefined || resource.name === name);
  assert.equal(found.length, 1, `${type} ${name ?? ""} among ${recorded.map((resource) => `${resource.type} ${resource.name}`).join(", ")}`);
  return { ...found[0]?.inputs };
}
interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}
const statements = (type: string, name?: string): Statement[] => (JSON.parse(String(one(type, name)["policy"])) as { Statement: Statement[] }).Statement;

describe("the backup bucket on AWS", () => {
  let facts: BackupBucketFacts;
  let usual: Recorded[];
  before(async () => {
    facts = await create({ alarmTargets: ["arn:aws:sns:eu-central-1:1:ops"] });
    usual = recorded;
  });
  beforeEach(() => {
    recorded = usual;
  });

  it("is private, owned by its account, encrypted and versioned", () => {
    assert.deepEqual(one("BucketPublicAccessBlock"), { bucket: "acme-backups", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });
    assert.deepEqual(one("BucketOwnershipControls")["rule"], { objectOwnership: "BucketOwnerEnforced" });
    assert.deepEqual(one("BucketServerSideEncryptionConfiguration")["rules"], [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
    assert.deepEqual(one("BucketVersioning")["versioningConfiguration"], { status: "Enabled" });
    assert.equal(one("Bucket")["forceDestroy"], false);
    assert.equal(all("Key").length, 0);
    assert.equal(all("BucketObjectLockConfiguration").length, 0);
  });

  it("takes a key of its own by choice, which writers and readers may use", async () => {
    await create({ encryption: "ownKey" });
    assert.equal(one("Key")["enableKeyRotation"], true);
    assert.deepEqual(one("BucketServerSideEncryptionConfiguration")["rules"], [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-central-1:1:key/k" }, bucketKeyEnabled: true }]);
    assert.deepEqual(statements("Policy", "backup-writer").find(({ Sid }) => Sid === "UseTheKey")?.Action, ["kms:GenerateDataKey", "kms:Decrypt"]);
    assert.deepEqual(statements("Policy", "backup-reader").find(({ Sid }) => Sid === "UseTheKey")?.Action, ["kms:Decrypt"]);
  });

  it("locks objects by choice", async () => {
    await create({ lock: { mode: "compliance", days: 30 } });
    assert.deepEqual(one("BucketObjectLockConfiguration")["rule"], { defaultRetention: { mode: "COMPLIANCE", days: 30 } });
  });

  it("refuses plain connections, old TLS, and to write a name that is taken", () => {
    const policy = statements("BucketPolicy");
    assert.ok(policy.every(({ Effect }) => Effect === "Deny"), "it allows nothing of itself");
    assert.deepEqual(policy.map(({ Action, Condition, Resource }) => [Action, Resource, Condition]), [
      [["s3:*"], ["arn:aws:s3:::acme-backups", "arn:aws:s3:::acme-backups/*"], { Bool: { "aws:SecureTransport": "false" } }],
      [["s3:*"], ["arn:aws:s3:::acme-backups", "arn:aws:s3:::acme-backups/*"], { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
      [["s3:PutObject"], ["arn:aws:s3:::acme-backups/prod/*"], { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } }],
    ]);
  });

  it("has a writer that puts, lists, reads, and deletes nothing", () => {
    const writer = statements("Policy", "backup-writer");
    const allowed = writer.filter(({ Effect }) => Effect === "Allow");
    assert.deepEqual(allowed.flatMap(({ Action }) => Action).sort(), [
      "s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging",
    ]);
    assert.deepEqual([...new Set(allowed.flatMap(({ Resource }) => Resource))], ["arn:aws:s3:::acme-backups", "arn:aws:s3:::acme-backups/prod/*"]);
    const denied = writer.filter(({ Effect }) => Effect === "Deny").flatMap(({ Action }) => Action);
    for (const action of ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration", "s3:BypassGovernanceRetention"]) assert.ok(denied.includes(action), action);
  });

  it("has one reader, who writes nothing", () => {
    const actions = statements("Policy", "backup-reader").flatMap(({ Action }) => Action);
    assert.deepEqual(actions.filter((action) => !/^s3:(Get|List)/.test(action)), []);
  });

  it("makes keys that are secret, or none where hosts have roles", async () => {
    const { keys } = facts;
    assert.ok(keys !== undefined);
    assert.deepEqual(await valueOf(keys.writer), { accessKeyId: "backup-writer-id", secretAccessKey: "secret of acme-backups-writer" });
    for (const key of [keys.reader, keys.writer]) assert.equal(await pulumi.isSecret(key), true);
    assert.deepEqual(all("AccessKey").map(({ name }) => name).sort(), ["backup-reader", "backup-writer"]);
    assert.equal((await create({ accessKeys: false })).keys, undefined);
    assert.equal(all("User").length, 0);
  });

  it("ends manifests before parts, moves what pays, and cleans up", () => {
    const rules = one("BucketLifecycleConfiguration")["rules"] as { id: string; filter: unknown; expiration: { days?: number }; transitions?: unknown }[];
    const rule = (id: string): (typeof rules)[number] => rules.find((each) => each.id === id) ?? assert.fail(id);
    assert.deepEqual(rule("mps-weekly-manifests"), { id: "mps-weekly-manifests", status: "Enabled", filter: { and: { prefix: "prod/mps/weekly/", tags: { kind: "manifest" } } }, expiration: { days: 84 } });
    assert.deepEqual(rule("mps-weekly-parts"), { id: "mps-weekly-parts", status: "Enabled", filter: { prefix: "prod/mps/weekly/" }, expiration: { days: 87 }, transitions: [{ days: 30, storageClass: "STANDARD_IA" }] });
    assert.deepEqual(rule("mps-monthly-parts").transitions, [{ days: 1, storageClass: "GLACIER_IR" }]);
    assert.deepEqual(rule("sms-deploy-parts").transitions, [{ days: 30, storageClass: "STANDARD_IA" }]);
    assert.equal(rule("sms-daily-parts").transitions, undefined);
    assert.deepEqual(rules.at(-1), {
      id: "clean-up", status: "Enabled", filter: { prefix: "prod/" }, expiration: { expiredObjectDeleteMarker: true },
      noncurrentVersionExpiration: { noncurrentDays: 7 }, abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
    });
    assert.equal(rules.length, 2 * 5 * 2 + 1);
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  });

  it("alarms when nothing arrives, by each system's own hours, with requests that are counted", () => {
    const ages = all("MetricAlarm").filter(({ name }) => name.includes("-backup-age-")).map(({ inputs, name }) => [name, inputs["evaluationPeriods"], inputs["period"], inputs["treatMissingData"]]);
    assert.deepEqual(ages.sort(), [
      ["mps-backup-age-page", 36, 3600, "breaching"], ["mps-backup-age-ticket", 26, 3600, "breaching"],
      ["sms-backup-age-page", 18, 3600, "breaching"], ["sms-backup-age-ticket", 13, 3600, "breaching"],
    ]);
    const counted = new Map(all("BucketMetric").map(({ inputs }) => [inputs["name"], inputs["filter"]]));
    assert.deepEqual(counted.get("sms-daily"), { prefix: "prod/sms/daily/" });
    for (const { inputs, name } of all("MetricAlarm")) {
      assert.deepEqual(inputs["alarmActions"], ["arn:aws:sns:eu-central-1:1:ops"], name);
      const queries = (inputs["metricQueries"] ?? []) as { metric?: { dimensions: Record<string, string> } }[];
      const dimensions = [inputs["dimensions"] as Record<string, string> | undefined, ...queries.map(({ metric }) => metric?.dimensions)].filter((each) => each !== undefined);
      assert.ok(dimensions.length > 0, name);
      for (const each of dimensions) {
        assert.equal(each["BucketName"], "acme-backups", name);
        if (each["FilterId"] !== undefined) assert.ok(counted.has(each["FilterId"]), `${name} asks for requests that nobody counts: ${each["FilterId"]}`);
      }
    }
    assert.deepEqual(all("MetricAlarm").map(({ name }) => name).filter((name) => !/-(ticket|page)$/.test(name)).sort(), ["bucket-shrank", "deleted", "denied", "mps-backup-shrank", "sms-backup-shrank"]);
  });
});
