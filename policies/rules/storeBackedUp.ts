import type { Rule } from "../rule";
import { isCloudDatabase } from "../view/backups";
import { at, shown } from "../view/values";

/** The shortest that any runbook keeps daily backups (systems/: 7 days). */
const leastDays = 7;

export const storeBackedUp: Rule = {
  name: "store-backed-up",
  description: "A cloud's database keeps its own backups, for a week at least.",
  why: "They bring back any minute of the week; ours bring back the rest.",
  source: "B1",
  inDev: "advisory",
  check(resource) {
    if (!isCloudDatabase(resource)) return [];
    const days = at(resource.props, "backupRetentionPeriod");
    return typeof days === "symbol" || (typeof days === "number" && days >= leastDays) ? [] : [`backupRetentionPeriod is ${shown(days)}; set it to at least ${leastDays}`];
  },
};
