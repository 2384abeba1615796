import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsContext } from "./context";

/** What the balancer was asked, also what it refused itself; the edge's own log tells of the rest. It ends like every log of the system kind. */
export function createAccessLogs(context: AwsContext, opts: pulumi.CustomResourceOptions): { readonly bucket: pulumi.Output<string>; readonly ready: pulumi.Resource[] } {
  const days = context.config.monitoring.logs.retentionDays.system;
  // Names of buckets are the whole world's: Pulumi ends this one with letters of its own. What lies in it is nobody's data.
  const bucket = new Bucket("access-logs", { bucketPrefix: context.name("access-"), forceDestroy: false, tags: context.tags("stack", "access-log", "edge") }, context.options(opts, { protect: context.config.protectData }));
  const at = { bucket: bucket.bucket };
  const shut = new BucketPublicAccessBlock("access-logs", { ...at, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true }, context.options(opts));
  // One after the other: S3 refuses changes of access that meet each other.
  const owned = new BucketOwnershipControls("access-logs", { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } }, context.options(opts, { dependsOn: [shut] }));
  const policy = new BucketPolicy("access-logs", { ...at, policy: bucket.arn.apply((arn) => JSON.stringify(accessLogPolicy(arn))) }, context.options(opts, { dependsOn: [owned] }));
  new BucketServerSideEncryptionConfiguration("access-logs", { ...at, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] }, context.options(opts));
  const versioned = new BucketVersioning("access-logs", { ...at, versioningConfiguration: { status: "Enabled" } }, context.options(opts));
  new BucketLifecycleConfiguration(
    "access-logs",
    {
      ...at,
      rules: [
        {
          id: "end",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    context.options(opts, { dependsOn: [versioned] }),
  );
  return { bucket: bucket.bucket, ready: [policy] };
}

/** The balancers' own service writes, nobody reads but by a right of the account, and nothing comes in the clear. */
export function accessLogPolicy(arn: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "BalancersWrite", Effect: "Allow", Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" }, Action: ["s3:PutObject"], Resource: [`${arn}/AWSLogs/*`] },
      { Sid: "OnlyEncryptedConnections", Effect: "Deny", Principal: "*", Action: ["s3:*"], Resource: [arn, `${arn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ],
  };
}
