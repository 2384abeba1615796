import type { Rule } from "../rule";
import { at } from "../view/values";

export const bucketVersioned: Rule = {
  name: "bucket-versioned",
  description: "A bucket keeps what is overwritten or deleted, for a while.",
  why: "An intruder with the writer's key, or a slip, is then no loss.",
  source: "X5, B3",
  check({ type, props }) {
    const status = type === "aws:s3/bucketVersioning:BucketVersioning" ? at(props, "versioningConfiguration", "status") : "Enabled";
    return status === "Enabled" || typeof status === "symbol" ? [] : [`versioning is "${String(status)}"; use "Enabled"`];
  },
};
