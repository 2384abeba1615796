import * as pulumi from "@pulumi/pulumi";
import { ageLimits, cleanUp, leastMovedBytes, lifecycleRules } from "../backups/lifecycle";
import { tableOf } from "../backups/retention";
import type { BackupBucketFacts, BackupBucketPlan, BucketPlatform, ObjectLock } from "../platforms/backupBucket";
import { systems, type BackupInterval, type KeptSpec, type SystemId } from "../systems";

export interface BackupBucketArgs {
  readonly platform: BucketPlatform;
  /** 3-63 lower-case letters, digits and hyphens; unique in the whole cloud. */
  readonly bucket: string;
  /** @default "" */
  readonly prefix?: string;
  readonly systems: readonly BucketSystemArgs[];
  /** @default "storage" */
  readonly encryption?: BackupBucketPlan["encryption"];
  /** @default none */
  readonly lock?: ObjectLock;
  /** @default none */
  readonly alarmTargets?: readonly string[];
  /** @default true */
  readonly accessKeys?: boolean;
}

export interface BucketSystemArgs {
  readonly id: SystemId;
  /** @default the runbook's */
  readonly kept?: KeptSpec;
  /** Days that backups before a change are kept, 1-3650. @default 90 */
  readonly deployDays?: number;
  /** @default the runbook's */
  readonly everyHours?: BackupInterval;
}

/** A store for backups that outlives the host, the stack and whoever breaks into either. */
export class BackupBucket extends pulumi.ComponentResource {
  readonly facts: BackupBucketFacts;

  constructor(name: string, { platform, ...args }: BackupBucketArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("stackbook:backups:Bucket", name, {}, opts);
    this.facts = platform.createBackupBucket(planOf(args), { parent: this });
    this.registerOutputs({ bucket: this.facts.bucket });
  }
}

/** The runbooks' table as what a cloud is to do. */
export function planOf(args: Omit<BackupBucketArgs, "platform">): BackupBucketPlan {
  const { accessKeys = true, alarmTargets = [], bucket, encryption = "storage", lock, prefix = "" } = args;
  return {
    name: bucket, prefix, encryption, alarmTargets, accessKeys,
    ...(lock === undefined ? {} : { lock }),
    systems: args.systems.map(({ everyHours, id }) => ({ id, ...ageLimits(everyHours ?? systems[id].backup.everyHours) })),
    rules: args.systems.flatMap(({ deployDays, id, kept }) => {
      const table = tableOf(kept ?? systems[id].backup.kept, ...(deployDays === undefined ? [] : [{ days: deployDays }]));
      return lifecycleRules(id, table, prefix);
    }),
    cleanUp: { ...cleanUp, leastMovedBytes },
  };
}
