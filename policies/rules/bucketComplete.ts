import type { Found, StackRule } from "../rule";

/** What S3 has as resources of their own, each to be missed by itself. */
const parts: Readonly<Record<string, string>> = {
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "shuts the public out",
  "aws:s3/bucketPolicy:BucketPolicy": "refuses plain HTTP",
  "aws:s3/bucketVersioning:BucketVersioning": "keeps what is overwritten",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "encrypts with a named algorithm",
};

const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";

export const bucketComplete: StackRule = {
  name: "bucket-complete",
  description: "Every bucket has all of its locks: public access block, policy, versioning, encryption, and an end to what lies in it.",
  why: "A lock that isn't there breaks no rule of its own.",
  source: "X5, B3",
  checkStack(resources) {
    const buckets = resources.filter(({ type }) => type === "aws:s3/bucket:Bucket" || type === "aws:s3/bucketV2:BucketV2");
    if (buckets.length === 0) return [];
    const missing = (type: string, what: string): Found[] => {
      const there = resources.filter((resource) => resource.type === type);
      // Each part names its bucket; before the bucket is made the name may be known only later.
      const anonymous = there.filter(({ props }) => typeof props["bucket"] !== "string").length;
      const bare = buckets.filter(({ name, props }) => !there.some((part) => part.props["bucket"] === props["bucket"] && props["bucket"] !== undefined) && !there.some((part) => part.name === name));
      return bare.slice(anonymous).map(({ name }) => ({ resource: name, problem: `nothing ${what}; add an ${type.split(":").at(-1) ?? type}` }));
    };
    return [...Object.entries(parts).flatMap(([type, what]) => missing(type, what)), ...missing(lifecycle, "ends what lies in it")];
  },
};
