/** As far as tests use it. */
declare module "@20minutes/s3rver" {
  import type { RequestListener } from "node:http";
  interface Options {
    readonly directory: string;
    readonly silent: boolean;
    readonly configureBuckets: readonly { readonly name: string }[];
    readonly vhostBuckets?: boolean;
    readonly allowMismatchedSignatures?: boolean;
  }
  export default class S3rver {
    constructor(options: Options);
    configureBuckets(): Promise<void>;
    callback(): RequestListener;
  }
}
