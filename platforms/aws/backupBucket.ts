import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { AccessKey, BackupBucketFacts, BackupBucketPlan, BucketPlatform } from "../backupBucket";
import { createAlarms } from "./bucketAlarms";
import { lifecycleInputs } from "./bucketLifecycle";
import { bucketPolicy, readerPolicy, writerPolicy } from "./bucketPolicies";

/** Backups in Amazon S3. */
export class AwsBuckets implements BucketPlatform {
  createBackupBucket(plan: BackupBucketPlan, opts: pulumi.ComponentResourceOptions): BackupBucketFacts {
    return new Making(plan, opts).make();
  }
}

/** As every resource of ours says whose it is; a bucket of backups is no system's. */
const ownTags = (): Record<string, string> => ({ "stackbook.stack": pulumi.getStack(), "stackbook.system": "stack" });

class Making {
  constructor(private readonly plan: BackupBucketPlan, private readonly opts: pulumi.ComponentResourceOptions) {}

  make(): BackupBucketFacts {
    const key = this.plan.encryption === "ownKey" ? this.createKey() : undefined;
    const bucket = this.createBucket();
    const versioned = this.close(bucket, key);
    this.createLifecycle(bucket, versioned);
    createAlarms(this.plan, bucket, this.opts);
    return { bucket: bucket.bucket, region: bucket.region, ...this.createAccess(bucket, key) };
  }

  private get kept(): pulumi.CustomResourceOptions {
    return { ...this.opts, protect: true, retainOnDelete: true };
  }

  private createKey(): kms.Key {
    const key = new kms.Key(
      "backup-key",
      { description: `Backups in ${this.plan.name}: without it none can be read`, enableKeyRotation: true, deletionWindowInDays: 30, tags: ownTags() },
      this.kept,
    );
    new kms.Alias("backup-key", { name: `alias/${this.plan.name}`, targetKeyId: key.keyId }, this.opts);
    return key;
  }

  private createBucket(): s3.Bucket {
    // Object Lock can be had only from the beginning: without `lock` it is on as well, and locks nothing until a rule says so.
    return new s3.Bucket("backups", { bucket: this.plan.name, objectLockEnabled: true, forceDestroy: false, tags: ownTags() }, this.kept);
  }

  /** Private, owned by this account alone, encrypted, versioned. */
  private close(bucket: s3.Bucket, key: kms.Key | undefined): s3.BucketVersioning {
    const { lock, prefix } = this.plan;
    const at = { bucket: bucket.bucket };
    const shut = new s3.BucketPublicAccessBlock(
      "backups",
      { ...at, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      this.opts,
    );
    // One after the other: S3 refuses changes of access that meet each other.
    const owned = new s3.BucketOwnershipControls("backups", { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } }, { ...this.opts, dependsOn: [shut] });
    new s3.BucketPolicy("backups", { ...at, policy: bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn, prefix))) }, { ...this.opts, dependsOn: [owned] });
    new s3.BucketServerSideEncryptionConfiguration(
      "backups",
      {
        ...at,
        rules: [
          key === undefined
            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
            : // One request to the key service for many objects.
              { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn }, bucketKeyEnabled: true },
        ],
      },
      this.opts,
    );
    const versioned = new s3.BucketVersioning("backups", { ...at, versioningConfiguration: { status: "Enabled" } }, this.opts);
    if (lock !== undefined) {
      new s3.BucketObjectLockConfiguration(
        "backups",
        { ...at, rule: { defaultRetention: { mode: lock.mode.toUpperCase(), days: lock.days } } },
        { ...this.opts, dependsOn: [versioned] },
      );
    }
    return versioned;
  }

  private createLifecycle(bucket: s3.Bucket, versioned: pulumi.Resource): void {
    // Without versions "expired" means gone for ever: versions first.
    new s3.BucketLifecycleConfiguration("backups", { bucket: bucket.bucket, ...lifecycleInputs(this.plan) }, { ...this.opts, dependsOn: [versioned] });
  }

  private createAccess(bucket: s3.Bucket, key: kms.Key | undefined): Pick<BackupBucketFacts, "writer" | "reader" | "keys"> {
    const { accessKeys, name, prefix } = this.plan;
    const policyOf = (role: "writer" | "reader", description: string, render: typeof writerPolicy): iam.Policy =>
      new iam.Policy(
        `backup-${role}`,
        { name: `${name}-${role}`, description, policy: pulumi.all([bucket.arn, key?.arn ?? ""]).apply(([arn, keyArn]) => JSON.stringify(render({ bucket: arn, key: keyArn, prefix }))) },
        this.opts,
      );
    const writer = policyOf("writer", "Puts backups; overwrites and deletes none", writerPolicy);
    const reader = policyOf("reader", "Reads backups, to bring them back", readerPolicy);
    const facts = { writer: writer.arn, reader: reader.arn };
    return accessKeys ? { ...facts, keys: { writer: this.createLogin("backup-writer", `${name}-writer`, writer), reader: this.createLogin("backup-reader", `${name}-reader`, reader) } } : facts;
  }

  /** For hosts that no cloud gives an identity. */
  private createLogin(name: string, userName: string, policy: iam.Policy): pulumi.Output<AccessKey> {
    const user = new iam.User(name, { name: userName, forceDestroy: true }, this.opts);
    new iam.UserPolicyAttachment(name, { user: user.name, policyArn: policy.arn }, this.opts);
    const key = new iam.AccessKey(name, { user: user.name }, this.opts);
    return pulumi.secret(pulumi.all([key.id, key.secret]).apply(([accessKeyId, secretAccessKey]) => ({ accessKeyId, secretAccessKey })));
  }
}
