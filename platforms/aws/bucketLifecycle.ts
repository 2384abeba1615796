import type { ColdStorage } from "../../backups/lifecycle";
import type { BackupBucketPlan } from "../backupBucket";

/** Glacier Instant Retrieval answers like the others do; the cheaper ones take minutes to hours. */
const storageClasses: Readonly<Record<ColdStorage, string>> = { infrequent: "STANDARD_IA", archive: "GLACIER_IR" };

export interface LifecycleInputs {
  readonly transitionDefaultMinimumObjectSize: string;
  readonly rules: LifecycleRuleInput[];
}

/** A rule as the provider and S3's API have it, plain: known before anything is created. */
export interface LifecycleRuleInput {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix?: string; readonly and?: { readonly prefix: string; readonly tags: Readonly<Record<string, string>> } };
  readonly expiration?: { readonly days?: number; readonly expiredObjectDeleteMarker?: boolean };
  readonly transitions?: { readonly days: number; readonly storageClass: string }[];
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

export function lifecycleInputs({ cleanUp, prefix, rules }: Pick<BackupBucketPlan, "cleanUp" | "prefix" | "rules">): LifecycleInputs {
  return {
    // What is smaller stays where it is; S3's own limit is the one that pays.
    transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
    rules: [
      ...rules.map(({ expireDays, id, move, prefix: at, tag }): LifecycleRuleInput => ({
        id, status: "Enabled",
        filter: tag === undefined ? { prefix: at } : { and: { prefix: at, tags: { [tag.name]: tag.value } } },
        expiration: { days: expireDays },
        ...(move === undefined ? {} : { transitions: [{ days: move.afterDays, storageClass: storageClasses[move.to] }] }),
      })),
      // In a versioned bucket "expired" leaves the object behind as an old version, under a marker.
      {
        id: "clean-up", status: "Enabled", filter: { prefix: prefix === "" ? "" : `${prefix}/` },
        expiration: { expiredObjectDeleteMarker: true },
        noncurrentVersionExpiration: { noncurrentDays: cleanUp.oldVersionsDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: cleanUp.abortUploadsAfterDays },
      },
    ],
  };
}
