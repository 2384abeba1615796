import { ageLimits } from "../../backups/lifecycle";
import { metricNames } from "../../backups/protocol";
import { systems, type SystemId } from "../../systems";
import { recoveryObjectives } from "../slos";
import type { AlertRow, WatchedBackup, WatchedSystem } from "../types";
import { rowsOf, section, type SystemRow } from "./rows";

const sections: Readonly<Record<SystemId, string>> = {
  mps: "Automated Backups", fetms: "Automated Backup Strategy", memo: "Daily Backup Procedure", motel: "Database Backup", sms: "Automated Backup Schedule",
};

/** Requirement B9, of a system that is backed up. */
export function backups({ backup, id }: WatchedSystem): readonly AlertRow[] {
  if (backup === undefined) return [];
  const own = { class: "backup", runbook: section(systems[id].runbook)(sections[id]), requirement: "B9" } as const;
  return rowsOf(id, [...made(own, backup), ...stored(own), ...(backup.drilled ? drilled(own, id) : [])]);
}

type Own = Pick<SystemRow, "class" | "runbook" | "requirement">;

function made(own: Own, { everyHours, verified }: WatchedBackup): SystemRow[] {
  const { pageHours, ticketHours } = ageLimits(everyHours);
  return [
    {
      ...own, id: "backup-age", topic: "backup-age",
      measure: { kind: "age", metric: metricNames.lastSuccess }, limit: { aboveHours: { ticket: ticketHours, page: pageHours } }, forMinutes: 10,
      summary: "{title}: the newest good backup is {value} old, {threshold} is the limit",
      description: "A loss of data now would cost that much work. Take one now; what it says when it fails is the reason why the others did. Buckets remove by age: while backups stop, those that there are run out.",
      command: "backupNow",
    },
    {
      ...own, id: "backup-failed", topic: "backup-failed",
      measure: { kind: "gauge", metric: metricNames.lastRunFailed, across: "max" }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 15, // assumed: the agent has tried again twice by then
      summary: "{title}: the last backup failed, or did not reach every store",
      description: "Those before are still there, and the agent goes on trying. Its log has the reason.",
      command: "backupLogs",
    },
    {
      ...own, id: "backup-shrank", topic: "backup-shrank",
      // Assumed: half of the one before is no clean-up.
      measure: { kind: "share", part: { metric: metricNames.bytes }, whole: [{ metric: metricNames.previousBytes }] }, limit: { belowPercent: { ticket: 50 } }, forMinutes: 10,
      summary: "{title}: the newest backup has only {value} of the size of the one before",
      description: "Data is missing from it, or was deleted. Keep the older ones until you know: outside the store if their days are nearly over.",
      command: "backupList",
    },
    ...(verified
      ? [{
          ...own, id: "backup-unverified", topic: "backup-unverified",
          measure: { kind: "age", metric: metricNames.lastVerified }, limit: { aboveHours: { ticket: 48 } }, forMinutes: 10, // assumed: each is verified once made
          summary: "{title}: no backup has been found whole for {value}",
          description: "Nobody knows whether checksums and key still fit.",
          command: "backupVerify",
        } as const satisfies SystemRow]
      : []),
    {
      ...own, id: "backup-agent-missing", topic: "backup-agent-missing", class: "monitoring",
      measure: { kind: "targets", job: "backup", service: "backup" }, limit: { belowCount: { ticket: 1 } }, forMinutes: 10,
      summary: "{title}: the agent that makes backups can't be read",
      description: "If it is gone, nobody makes backups. pulumi up puts it back; the command shows its last lines.",
      command: "backupLogs",
    },
  ];
}

function stored(own: Own): SystemRow[] {
  return [
    {
      ...own, id: "backup-store-full", topic: "backup-store-full",
      // Assumed: as SMS's disks, 80 and 90 % used.
      measure: { kind: "share", part: { metric: metricNames.storeFree }, whole: [{ metric: metricNames.storeSize }], by: ["store"] }, limit: { belowPercent: { ticket: 20, page: 10 } }, forMinutes: 15,
      summary: "{title}: only {value} of the backup store {store} is free",
      description: "Once it is full no backup succeeds; those that there are stay. Give it more room, or keep fewer: systems.<id>.backups.kept in the stack file.",
      command: "backupList",
    },
    {
      ...own, id: "backup-store-unreachable", topic: "backup-store-unreachable",
      measure: { kind: "gauge", metric: metricNames.storeReachable, across: "min", by: ["store"] }, limit: { belowCount: { ticket: 1 } }, forMinutes: 30, // assumed: a network may be away for a while
      summary: "{title}: the backup store {store} does not answer",
      description: "Nothing can be written to it, and nothing brought back from it. The agent's log says what it answered last: a network, a key that ended, a disk that is not mounted?",
      command: "backupLogs",
    },
  ];
}

function drilled(own: Own, id: SystemId): SystemRow[] {
  const promised = recoveryObjectives.find(({ system }) => system === id);
  return [
    {
      ...own, id: "drill-overdue", topic: "drill-overdue",
      measure: { kind: "age", metric: metricNames.lastDrill }, limit: { aboveHours: { ticket: 192 } }, forMinutes: 10, // B7: weekly, and a day
      summary: "{title}: a restore was last rehearsed {value} ago",
      description: "A backup that was never restored is a hope. The command rehearses one beside the live system, which it doesn't touch.",
      command: "drillNow",
    },
    {
      ...own, id: "drill-failed", topic: "drill-failed",
      measure: { kind: "gauge", metric: metricNames.lastDrillFailed, across: "max" }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0,
      summary: "{title}: the last rehearsal of a restore failed",
      description: "If data were lost now, it might not come back. The command rehearses again and says which table or question failed; then try an older backup.",
      command: "drillNow",
    },
    ...(promised === undefined
      ? []
      : [{
          ...own, id: "drill-slow", topic: "drill-slow",
          measure: { kind: "gauge", metric: metricNames.drillDuration, across: "max" }, limit: { aboveSeconds: { ticket: promised.withinMinutes * 60 } }, forMinutes: 0,
          summary: "{title}: a rehearsed restore took {value}, {threshold} is promised",
          description: `The promise is ${promised.promise}. Data has grown, or the disk is slow: a faster disk or less data in the database makes it shorter.`,
          command: "drillNow",
        } as const satisfies SystemRow]),
    {
      ...own, id: "drill-agent-missing", topic: "drill-agent-missing", class: "monitoring",
      measure: { kind: "targets", job: "backup", service: "drill" }, limit: { belowCount: { ticket: 1 } }, forMinutes: 10,
      summary: "{title}: the agent that rehearses restores can't be read",
      description: "Nobody proves that backups can be restored. pulumi up puts it back; the command shows its last lines.",
      command: "drillLogs",
    },
  ];
}
