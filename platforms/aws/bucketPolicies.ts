import { objectKey, objectTag } from "../../backups/objects";

/** Policy documents as data; who may do what with backups. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const document = (...statements: readonly Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement: statements });

const everything = (arn: string): string[] => [arn, `${arn}/*`];

/** What nobody may, whatever else allows it. */
export function bucketPolicy(arn: string, prefix: string): PolicyDocument {
  const below = `${arn}/${objectKey(prefix, "*")}`;
  return document(
    { Sid: "OnlyEncryptedConnections", Effect: "Deny", Principal: "*", Action: ["s3:*"], Resource: everything(arn), Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "NoOutdatedTls", Effect: "Deny", Principal: "*", Action: ["s3:*"], Resource: everything(arn), Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    // A name that is taken is never written again. The parts of an upload make no object; only its end does, and that is conditional.
    {
      Sid: "NothingIsOverwritten", Effect: "Deny", Principal: "*", Action: ["s3:PutObject"], Resource: [below],
      Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
    },
  );
}

export interface Access {
  /** ARN. */
  readonly bucket: string;
  /** ARN of the key of this account; "": the storage's own. */
  readonly key: string;
  readonly prefix: string;
}

/**
 * Put, list, and read: the agents verify what they wrote, and copy sets into other tiers. What they read is encrypted, by a
 * key that the host doesn't have in public-key mode. No delete, and a tag may say one of two things.
 */
export function writerPolicy({ bucket, key, prefix }: Access): PolicyDocument {
  const own = [`${bucket}/${objectKey(prefix, "*")}`];
  return document(
    { Sid: "List", Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: [bucket] },
    { Sid: "Put", Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], Resource: own },
    {
      Sid: "TagWhatIsPut", Effect: "Allow", Action: ["s3:PutObjectTagging"], Resource: own,
      Condition: {
        StringEquals: { [`s3:RequestObjectTag/${objectTag}`]: ["manifest", "part"] },
        "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": [objectTag] },
        // Not what lies there already: as a manifest, a part would end sooner.
        Null: { [`s3:ExistingObjectTag/${objectTag}`]: "true" },
      },
    },
    { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: own },
    // An administrator's mistake, a policy too many, doesn't make the writer one who deletes.
    {
      Sid: "NeverDelete", Effect: "Deny", Resource: everything(bucket),
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteObjectTagging", "s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:DeleteBucket", "s3:BypassGovernanceRetention"],
    },
    ...withKey(key, ["kms:GenerateDataKey", "kms:Decrypt"]),
  );
}

/** For restores elsewhere and for people: also versions that a rule or an intruder removed. */
export function readerPolicy({ bucket, key, prefix }: Access): PolicyDocument {
  return document(
    { Sid: "List", Effect: "Allow", Action: ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"], Resource: [bucket] },
    { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"], Resource: [`${bucket}/${objectKey(prefix, "*")}`] },
    ...withKey(key, ["kms:Decrypt"]),
  );
}

function withKey(key: string, actions: readonly string[]): Statement[] {
  return key === "" ? [] : [{ Sid: "UseTheKey", Effect: "Allow", Action: actions, Resource: [key] }];
}
