import type { Rule } from "../rule";
import { bucketPolicy, isEverybody, statementsOf } from "../view/bucketPolicies";
import { at } from "../view/values";

export const bucketTls: Rule = {
  name: "bucket-tls-only",
  description: "A bucket answers encrypted connections only.",
  why: "A key that goes over plain HTTP once is everybody's on the way.",
  source: "X5",
  check({ type, props }) {
    if (type !== bucketPolicy) return [];
    const statements = statementsOf(props);
    if (statements === undefined) return [];
    if (statements.length === 0) return ["policy is no JSON document with statements; write one that denies s3:* where aws:SecureTransport is false"];
    const refuses = statements.some(({ condition, effect, principal }) => effect === "Deny" && isEverybody(principal) && String(at(condition, "Bool", "aws:SecureTransport")) === "false");
    return refuses ? [] : ["policy lets plain HTTP in; deny s3:* to everybody where aws:SecureTransport is false"];
  },
};
