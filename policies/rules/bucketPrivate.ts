import type { Rule } from "../rule";

const types = ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "aws:s3/bucketVersioning:BucketVersioning"];

/** X5: buckets are private, versioned, and reached over TLS only. A resource is seen by itself: each of its parts is held to its own share. */
export const bucketPrivate: Rule = {
  name: "bucket-private",
  description: "A bucket is shut to the public, owned by its account, versioned, and answers encrypted connections only.",
  types,
  check(props) {
    const { acl, forceDestroy, policy, rule, versioningConfiguration } = props;
    return [
      ...blocks.filter((name) => name in props && props[name] !== true).map((name) => `${name} is ${String(props[name])}; set it to true`),
      // All four belong together: three of them leave a way in.
      ...(blocks.some((name) => name in props) ? blocks.filter((name) => !(name in props)).map((name) => `${name} is not set; set it to true`) : []),
      ...(typeof acl === "string" && acl !== "private" ? [`acl is "${acl}"; remove it: ownership is enforced, and policies say who may`] : []),
      ...(forceDestroy === true ? ["forceDestroy is true; remove it: destroying the stack would delete what lies in the bucket"] : []),
      ...(typeof policy === "string" ? policyProblems(policy) : []),
      ...(hasText(rule, "objectOwnership") && rule.objectOwnership !== "BucketOwnerEnforced" ? [`objectOwnership is "${rule.objectOwnership}"; use "BucketOwnerEnforced"`] : []),
      ...(hasText(versioningConfiguration, "status") && versioningConfiguration.status !== "Enabled" ? [`versioning is "${versioningConfiguration.status}"; use "Enabled"`] : []),
    ];
  },
};

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function policyProblems(text: string): string[] {
  const statements = statementsIn(text);
  if (statements === undefined) return ["policy is no JSON document with statements; write one"];
  const encrypted = statements.some(({ Condition, Effect }) => Effect === "Deny" && JSON.stringify(Condition ?? {}).includes('{"aws:SecureTransport":"false"}'));
  return [
    ...(encrypted ? [] : ["policy lets plain HTTP in; deny s3:* where aws:SecureTransport is false"]),
    ...statements.filter(({ Effect, Principal }) => Effect === "Allow" && isEverybody(Principal)).map(() => "policy allows something to everybody; name the principals"),
  ];
}

function statementsIn(text: string): readonly Statement[] | undefined {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown };
    return Array.isArray(Statement) ? (Statement as readonly Statement[]) : undefined;
  } catch {
    return undefined;
  }
}

function isEverybody(principal: unknown): boolean {
  return principal === "*" || (typeof principal === "object" && principal !== null && Object.values(principal).flat().includes("*"));
}

function hasText<K extends string>(value: unknown, key: K): value is Readonly<Record<K, string>> {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[key] === "string";
}
