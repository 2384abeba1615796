// The first, before anything makes a stack trace.
import "../../runtime/stacks";
import * as pulumi from "@pulumi/pulumi";
import { BackupBucket } from "../../components/backupBucket";
import { AwsBuckets } from "../../platforms/aws/backupBucket";
import { readSettings } from "./settings";

/** The bucket, and what the stack whose backups lie in it has to be told. */
export = () => {
  const { prefix = "", ...settings } = readSettings(pulumi.runtime.allConfig(), `Pulumi.${pulumi.getStack()}.yaml`);
  const { facts } = new BackupBucket("backups", { platform: new AwsBuckets(), prefix, ...settings });
  return {
    /** For `stackbook:backups.stores.<name>`. */
    store: { kind: "s3", bucket: facts.bucket, region: facts.region, ...(prefix === "" ? {} : { prefix }) },
    policies: { writer: facts.writer, reader: facts.reader },
    /** Secret. The writer's are the stack's `backups:<name>.accessKeyId` and `.secretAccessKey`; the reader's are for `stackbook recover`. */
    ...(facts.keys === undefined ? {} : { keys: facts.keys }),
  };
};
