import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { BackupBucketArgs } from "../../components/backupBucket";
import { systemIds, type SystemId } from "../../systems";
import { plain } from "../plain";

const days = z.int().min(1).max(3650);

/** @default for all that is left out: the runbook's; as `systems.<id>.backups` in the stack whose backups lie here */
const system = z.strictObject({
  kept: z.strictObject({ dailyDays: days, weeklyWeeks: z.int().min(0).max(520).optional(), monthlyMonths: z.int().min(0).max(120).optional() }).optional(),
  /** Days that backups before a change are kept: those of the last 50 updates should still be there. @default 90 */
  deployDays: days.optional(),
  everyHours: z.union([z.literal(24), z.literal(12), z.literal(8), z.literal(6)]).optional(),
});

const keys = {
  bucket: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "must be 3-63 small letters, digits and hyphens, and unique in all of AWS"),
  /** As the store's `prefix`. @default "" */
  prefix: z.string().regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, "must be letters, digits, ., _, - and /, without slash at either end").optional(),
  systems: z.partialRecord(z.enum(systemIds), system).refine((given) => Object.keys(given).length > 0, `must name one of ${systemIds.join(", ")} at least`),
  /** @default storage */
  encryption: z.enum(["storage", "ownKey"]).optional(),
  /** @default none */
  lock: z.strictObject({ mode: z.enum(["governance", "compliance"]), days }).optional(),
  /** @default none: alarms show in CloudWatch, and reach nobody */
  alarmTargets: z.array(z.string().regex(/^arn:aws[a-z-]*:sns:/, "must be ARNs of SNS topics")).optional(),
  /** @default true */
  accessKeys: z.boolean().optional(),
};
const schema = z.strictObject(keys);
const project = "stackbook-backups";

/** What the stack file says, checked as a whole: every problem is told at once, before anything is touched. */
export function readSettings(values: Readonly<Record<string, string>>, source: string): Omit<BackupBucketArgs, "platform"> {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${project}:`));
  const result = schema.safeParse(Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), plain(value)])));
  if (!result.success) {
    const problems = result.error.issues.map(({ message, path }) => `  ${[`${project}:${String(path[0] ?? "")}`, ...path.slice(1).map(String)].join(".")}: ${message}`);
    throw new pulumi.RunError(`${source} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; keys are ${Object.keys(keys).join(", ")}:\n${problems.join("\n")}`);
  }
  const { systems, ...rest } = result.data;
  return { ...rest, systems: Object.entries(systems).map(([id, given]) => ({ id: id as SystemId, ...given })) };
}
