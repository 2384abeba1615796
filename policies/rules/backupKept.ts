import { retention } from "../../backups/retention";
import { systems } from "../../systems";
import type { Found, StackRule } from "../rule";
import { toldAgents } from "../view/backups";

export const backupKept: StackRule = {
  name: "backup-kept",
  description: "Backups are kept at least as long as the system's runbook says.",
  why: "Damage is often found weeks after it was done.",
  source: "B2, each runbook's retention table",
  inDev: "advisory",
  checkStack: (resources) =>
    toldAgents(resources).flatMap(({ resource, settings, system }) =>
      (["daily", "weekly", "monthly"] as const).flatMap((tier): Found[] => {
        const [least, days] = [retention[system][tier].days, settings.retention?.[tier]?.days ?? 0];
        return days >= least ? [] : [{ resource, problem: `${tier} backups of ${system} are kept for ${days} days, its runbook (${systems[system].runbook}) says ${least}; remove what systems.${system}.backups.kept says of them` }];
      })),
};
