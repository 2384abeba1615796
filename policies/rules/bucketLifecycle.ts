import { lifecycleRules } from "../../backups/lifecycle";
import { retention } from "../../backups/retention";
import { systemIds } from "../../systems";
import type { Rule } from "../rule";
import { at, mapsAt } from "../view/values";

/** Rules are known by their ids, which the program gives them: `mps-daily-parts`. */
const least = new Map(systemIds.flatMap((id) => lifecycleRules(id, retention[id]).map((rule) => [rule.id, rule.expireDays] as const)));

export const bucketLifecycle: Rule = {
  name: "bucket-lifecycle",
  description: "A bucket's lifecycle rules keep each kind of backup as long as the table of runbooks does, and end uploads that were cut off.",
  why: "Nobody sees a rule work: a wrong number deletes backups every night.",
  source: "B2, B3",
  check({ type, props }) {
    if (type !== "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration") return [];
    const rules = mapsAt(props, "rules");
    const shorter = rules.flatMap((rule) => {
      const [id, days] = [String(rule["id"]), at(rule, "expiration", "days")];
      const wanted = least.get(id);
      return wanted !== undefined && rule["status"] === "Enabled" && typeof days === "number" && days < wanted ? [`rule ${id} expires after ${days} days, the table says ${wanted}; set expiration.days to at least ${wanted}`] : [];
    });
    const off = rules.filter((rule) => least.has(String(rule["id"])) && rule["status"] !== "Enabled").map((rule) => `rule ${String(rule["id"])} is ${String(rule["status"])}; set status to "Enabled"`);
    const halves = rules.map((rule) => String(rule["id"])).filter((id) => /-(manifests|parts)$/.test(id)).flatMap((id) => {
      const other = id.endsWith("-parts") ? id.replace(/-parts$/, "-manifests") : id.replace(/-manifests$/, "-parts");
      return rules.some((rule) => rule["id"] === other) ? [] : [`rule ${other} is missing beside ${id}; add it: a set's parts go after its manifest, and both go`];
    });
    const cleans = rules.length === 0 || rules.some((rule) => at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation") !== undefined);
    return [...shorter, ...off, ...halves, ...(cleans ? [] : ["no rule ends uploads that were cut off; add abortIncompleteMultipartUpload.daysAfterInitiation"])];
  },
};
