import assert from "node:assert/strict";
import { bucketPolicy } from "../../platforms/aws/bucketPolicies";
import { rules } from "../../policies/rules";

const shut = { bucket: "b", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const policy = bucketPolicy("arn:aws:s3:::b", "");
const statements = (...more: unknown[]): string => JSON.stringify({ ...policy, Statement: [...policy.Statement, ...more] });

function problems(type: string, props: Record<string, unknown>): string[] {
  return rules.filter((rule) => rule.types.includes(`aws:s3/${type}`)).flatMap((rule) => rule.check(props, { name: "backups" }).map((text) => `${rule.name}: ${text}`));
}

describe("the policy pack, of buckets", () => {
  it("lets the backup bucket pass", () => {
    assert.deepEqual(problems("bucketPublicAccessBlock:BucketPublicAccessBlock", shut), []);
    assert.deepEqual(problems("bucketPolicy:BucketPolicy", { policy: statements() }), []);
    assert.deepEqual(problems("bucket:Bucket", { bucket: "b", forceDestroy: false, objectLockEnabled: true }), []);
    assert.deepEqual(problems("bucketOwnershipControls:BucketOwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } }), []);
    assert.deepEqual(problems("bucketVersioning:BucketVersioning", { versioningConfiguration: { status: "Enabled" } }), []);
  });

  const refused: [string, string, Record<string, unknown>, RegExp][] = [
    ["refuses a bucket that is open to public policies", "bucketPublicAccessBlock:BucketPublicAccessBlock", { ...shut, blockPublicPolicy: false }, /^bucket-private: blockPublicPolicy is false; set it to true/],
    ["refuses three locks of four", "bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket: "b", blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true }, /restrictPublicBuckets is not set/],
    ["refuses a public ACL", "bucketAcl:BucketAcl", { acl: "public-read" }, /acl is "public-read"/],
    ["refuses a bucket that goes with all that is in it", "bucket:Bucket", { forceDestroy: true }, /forceDestroy/],
    ["refuses plain HTTP", "bucketPolicy:BucketPolicy", { policy: JSON.stringify({ Statement: [] }) }, /plain HTTP/],
    ["refuses a policy that lets everybody read", "bucketPolicy:BucketPolicy", { policy: statements({ Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject" }) }, /everybody/],
    ["refuses objects that belong to whoever wrote them", "bucketOwnershipControls:BucketOwnershipControls", { rule: { objectOwnership: "ObjectWriter" } }, /"ObjectWriter"; use "BucketOwnerEnforced"/],
    ["refuses versions that are off", "bucketVersioning:BucketVersioning", { versioningConfiguration: { status: "Suspended" } }, /versioning is "Suspended"/],
  ];
  for (const [behaviour, type, props, message] of refused) {
    it(behaviour, () => {
      const found = problems(type, props);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.match(found[0] ?? "", message);
    });
  }

  it("says nothing of a policy that is known only later", () => assert.deepEqual(problems("bucketPolicy:BucketPolicy", { policy: undefined }), []));
});
