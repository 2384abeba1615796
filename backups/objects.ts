import { manifestFile } from "./layout";

/**
 * What a bucket holds its writers to, beyond the layout; platforms/aws/backupBucket.ts enforces it, so the agent's S3
 * store must keep it:
 *
 * - Every object is tagged as it is put. Lifecycle rules end what is tagged as a manifest first.
 * - Whatever makes an object (PutObject, CompleteMultipartUpload) carries `If-None-Match: *`, or is refused with 403:
 *   nothing is ever overwritten. CopyObject can't be had under that rule, and ends at 5 GB: a copy within the bucket is a
 *   multipart upload whose parts are UploadPartCopy (exempt), completed with the condition.
 * - Nothing is deleted, and nothing is tagged anew.
 */
export const objectTag = "kind";

/** Marks and parts are `part`. */
export function objectKind(file: string): "manifest" | "part" {
  return file === manifestFile ? "manifest" : "part";
}

/** As PutObject and CreateMultipartUpload take it: `kind=manifest`. */
export function objectTagging(file: string): string {
  return `${objectTag}=${objectKind(file)}`;
}

/** `prefix` as a store's settings have it: "" or "prod", no slash at its ends. */
export function objectKey(prefix: string, ...path: readonly string[]): string {
  return [...(prefix === "" ? [] : [prefix]), ...path].join("/");
}
