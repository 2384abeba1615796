import type { Rule } from "../rule";
import { at, listAt, mapsAt } from "../view/values";

export const bucketEncrypted: Rule = {
  name: "bucket-encrypted",
  description: "What lies in a bucket is encrypted.",
  why: "Backups are everything that a system knows, in one place.",
  source: "X5, B3",
  check({ type, props }) {
    if (type !== "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration") return [];
    const rules = mapsAt(props, "rules").map((rule) => at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm"));
    if (typeof at(props, "rules") === "symbol") return [];
    if (listAt(props, "rules").length === 0) return [`rules is empty; set applyServerSideEncryptionByDefault with sseAlgorithm "AES256" or "aws:kms"`];
    return rules.filter((algorithm) => typeof algorithm !== "symbol" && !["AES256", "aws:kms", "aws:kms:dsse"].includes(String(algorithm))).map((algorithm) => `sseAlgorithm is "${String(algorithm)}"; use "AES256" or "aws:kms"`);
  },
};
