import { systems } from "../../systems";
import type { Found, StackRule } from "../rule";
import { toldAgents } from "../view/backups";

export const backupOften: StackRule = {
  name: "backup-often",
  description: "Backups are taken at least as often as the system's runbook says.",
  why: "What was written since the last one is what a failure costs.",
  source: "B1, each runbook's RPO",
  inDev: "advisory",
  checkStack: (resources) =>
    toldAgents(resources).flatMap(({ resource, settings: { everyHours = 0 }, system }): Found[] => {
      const most = systems[system].backup.everyHours;
      return everyHours > 0 && everyHours <= most ? [] : [{ resource, problem: `${system} is backed up every ${everyHours} hours, its runbook wants every ${most}; remove systems.${system}.backups.everyHours` }];
    }),
};
