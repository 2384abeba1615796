import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";
import { objectKey } from "../../backups/objects";
import type { BackupBucketPlan, BucketSystem } from "../backupBucket";

const hour = 3600;
const day = 24 * hour;

/** Whose requests are counted: S3 counts none by itself. */
export const everyRequest = "all";
export const dailyRequests = (system: string): string => `${system}-daily`;

/**
 * What the bucket itself can tell, should the host, its agent or its Prometheus be the ones that are gone. CloudWatch looks
 * back seven days at most in steps of an hour.
 */
export function createAlarms(plan: BackupBucketPlan, bucket: s3.Bucket, opts: pulumi.ComponentResourceOptions): void {
  const filters = [
    { name: everyRequest },
    ...plan.systems.map(({ id }) => ({ name: dailyRequests(id), filter: { prefix: `${objectKey(plan.prefix, id, "daily")}/` } })),
  ];
  const counted = filters.map(({ name, ...filter }) => new s3.BucketMetric(name, { bucket: bucket.bucket, name, ...filter }, opts));
  const actions = { alarmActions: [...plan.alarmTargets], okActions: [...plan.alarmTargets] };
  for (const alarm of alarms(plan)) {
    const name = `${plan.name}-${alarm.name}`;
    new cloudwatch.MetricAlarm(alarm.name, { ...alarm, name, ...withBucket(alarm, bucket), ...actions }, { ...opts, dependsOn: counted });
  }
}

type AlarmArgs = Omit<cloudwatch.MetricAlarmArgs, "name" | "dimensions" | "metricQueries"> & {
  readonly name: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly metricQueries?: Query[];
};

interface Query {
  readonly id: string;
  readonly expression?: string;
  readonly label?: string;
  readonly returnData?: boolean;
  readonly metric?: { readonly namespace: string; readonly metricName: string; readonly period: number; readonly stat: string; readonly dimensions: Readonly<Record<string, string>> };
}

/** Everything of an alarm that is known before the bucket is. */
export function alarms({ systems }: Pick<BackupBucketPlan, "systems">): readonly AlarmArgs[] {
  return [
    ...systems.flatMap((system) => [age(system, "ticket", system.ticketHours), age(system, "page", system.pageHours), shrank(system)]),
    bucketShrank,
    denied,
    deleted,
  ];
}

function age({ id }: BucketSystem, severity: "ticket" | "page", hours: number): AlarmArgs {
  return {
    name: `${id}-backup-age-${severity}`,
    alarmDescription: `${severity.toUpperCase()}: no backup of ${id} has arrived for ${hours} hours. Run: npx stackbook backups list ${id}. What age-based rules do now: docs/backups.md, "Once backups stop".`,
    namespace: "AWS/S3", metricName: "PutRequests", dimensions: { FilterId: dailyRequests(id) }, statistic: "Sum",
    period: hour, evaluationPeriods: hours, datapointsToAlarm: hours, comparisonOperator: "LessThanThreshold", threshold: 1,
    // No requests, no figures: silence is what is being looked for.
    treatMissingData: "breaching",
  };
}

/** What arrived in a day, of what arrived the day before. The agent's own figures tell more; these outlive it. */
function shrank({ id }: BucketSystem): AlarmArgs {
  return {
    name: `${id}-backup-shrank`,
    alarmDescription: `TICKET: less than half as much came in for ${id} as the day before. Run: npx stackbook backups list ${id}, and keep the older sets until you know why.`,
    comparisonOperator: "LessThanThreshold", threshold: 50, evaluationPeriods: 1, treatMissingData: "notBreaching",
    metricQueries: ofDayBefore("AWS/S3", "BytesUploaded", "Sum", { FilterId: dailyRequests(id) }),
  };
}

const bucketShrank: AlarmArgs = {
  name: "bucket-shrank",
  alarmDescription: "PAGE: the bucket holds less than half of what it held the day before. Old versions stay for a week: look at the lifecycle rules and at who changed them before they go.",
  comparisonOperator: "LessThanThreshold", threshold: 50, evaluationPeriods: 1, treatMissingData: "notBreaching",
  metricQueries: ofDayBefore("AWS/S3", "BucketSizeBytes", "Average", { StorageType: "StandardStorage" }),
};

function ofDayBefore(namespace: string, metricName: string, stat: string, dimensions: Readonly<Record<string, string>>): Query[] {
  return [
    { id: "size", metric: { namespace, metricName, period: day, stat, dimensions }, returnData: false },
    { id: "share", expression: "100 * size / (size - DIFF(size))", label: "percent of the day before", returnData: true },
  ];
}

const denied: AlarmArgs = {
  name: "denied",
  // S3 counts 403, 404 and 412 together; the agent makes none of them every day.
  alarmDescription: "TICKET: requests to the bucket are refused. A key that was withdrawn, a policy that changed, or somebody who tries. Look at CloudTrail's events of the bucket.",
  namespace: "AWS/S3", metricName: "4xxErrors", dimensions: { FilterId: everyRequest }, statistic: "Sum",
  period: hour, evaluationPeriods: 1, comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 5, treatMissingData: "notBreaching",
};

const deleted: AlarmArgs = {
  name: "deleted",
  alarmDescription: "PAGE: somebody deletes backups; rules do so without requests, and no writer may. Old versions stay for a week: withdraw the keys, then look at CloudTrail's events of the bucket.",
  namespace: "AWS/S3", metricName: "DeleteRequests", dimensions: { FilterId: everyRequest }, statistic: "Sum",
  period: 300, evaluationPeriods: 1, comparisonOperator: "GreaterThanThreshold", threshold: 0, treatMissingData: "notBreaching",
};

function withBucket({ dimensions, metricQueries }: AlarmArgs, bucket: s3.Bucket): Pick<cloudwatch.MetricAlarmArgs, "dimensions" | "metricQueries"> {
  const place = { BucketName: bucket.bucket };
  return {
    ...(dimensions === undefined ? {} : { dimensions: { ...dimensions, ...place } }),
    ...(metricQueries === undefined ? {} : { metricQueries: metricQueries.map(({ metric, ...query }) => ({ ...query, ...(metric === undefined ? {} : { metric: { ...metric, dimensions: { ...metric.dimensions, ...place } } }) })) }),
  };
}
