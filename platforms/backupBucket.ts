/** Where backups lie away from the host: what a cloud is asked for, in words of none. */
import type * as pulumi from "@pulumi/pulumi";
import type { LifecycleRule } from "../backups/lifecycle";
import type { SystemId } from "../systems";

export interface BackupBucketPlan {
  /** Of the bucket: lower case, unique in the whole cloud. */
  readonly name: string;
  /** Everything lies below it; "": at the top. No slash at its ends. */
  readonly prefix: string;
  readonly systems: readonly BucketSystem[];
  readonly rules: readonly LifecycleRule[];
  readonly cleanUp: { readonly abortUploadsAfterDays: number; readonly oldVersionsDays: number; readonly leastMovedBytes: number };
  /** `storage`: by the cloud's own keys; `ownKey`: by a key of this account, whose use is logged and can be withdrawn. */
  readonly encryption: "storage" | "ownKey";
  readonly lock?: ObjectLock;
  /** Where alarms go, by the cloud's names; none: they only show. */
  readonly alarmTargets: readonly string[];
  /** Makes a writer and a reader, with keys; false: policies only, to be attached to roles that there are. */
  readonly accessKeys: boolean;
}

export interface BucketSystem {
  readonly id: SystemId;
  /** Hours without a new object in `daily` until a ticket, until a page. */
  readonly ticketHours: number;
  readonly pageHours: number;
}

/** No version can be removed before its days are over. `governance`: but by who has a right of its own; `compliance`: by nobody, the account's root included. */
export interface ObjectLock {
  readonly mode: "governance" | "compliance";
  readonly days: number;
}

export interface BackupBucketFacts {
  readonly bucket: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** Policies, to attach: of the agents, and of who only brings back. */
  readonly writer: pulumi.Output<string>;
  readonly reader: pulumi.Output<string>;
  /** Secret; with `accessKeys`. */
  readonly keys?: { readonly writer: pulumi.Output<AccessKey>; readonly reader: pulumi.Output<AccessKey> };
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface BucketPlatform {
  createBackupBucket(plan: BackupBucketPlan, opts: pulumi.ComponentResourceOptions): BackupBucketFacts;
}
