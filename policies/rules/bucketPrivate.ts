import type { Rule } from "../rule";
import { bucketPolicy, isEverybody, statementsOf } from "../view/bucketPolicies";
import { at, shown } from "../view/values";

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const bucketPrivate: Rule = {
  name: "bucket-private",
  description: "A bucket is shut to the public and owned by its account.",
  why: "One open bucket is all data at once, and nobody notices who reads.",
  source: "X5",
  check({ type, props }) {
    switch (type) {
      case "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":
      case "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock":
        // All four belong together: three of them leave a way in.
        return blocks.filter((name) => props[name] !== true && typeof props[name] !== "symbol").map((name) => `${name} is ${shown(props[name])}; set it to true`);
      case "aws:s3/bucket:Bucket":
      case "aws:s3/bucketAcl:BucketAcl":
        return typeof props["acl"] === "string" && props["acl"] !== "private" ? [`acl is "${props["acl"]}"; remove it: ownership is enforced, and policies say who may`] : [];
      case "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        const owner = at(props, "rule", "objectOwnership");
        return typeof owner === "string" && owner !== "BucketOwnerEnforced" ? [`objectOwnership is "${owner}"; use "BucketOwnerEnforced"`] : [];
      }
      case bucketPolicy:
        return (statementsOf(props) ?? []).filter(({ effect, principal }) => effect === "Allow" && isEverybody(principal)).map(() => "policy allows something to everybody; name the principals");
      default:
        return [];
    }
  },
};
