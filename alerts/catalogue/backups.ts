import { systems, type SystemId } from "../../systems";
import type { AlertRow } from "../types";
import { rowsOf, section } from "./rows";

const sections: Readonly<Record<SystemId, string>> = {
  mps: "Automated Backups", fetms: "Automated Backup Strategy", memo: "Daily Backup Procedure", motel: "Database Backup", sms: "Automated Backup Schedule",
};

/** Requirement B9: a day and two hours, critical at a day and a half. SMS backs up every 12 h, so that its RPO of 24 h holds. */
const ages: Readonly<Record<SystemId, { readonly ticket: number; readonly page: number }>> = {
  mps: { ticket: 26, page: 36 }, fetms: { ticket: 26, page: 36 }, memo: { ticket: 26, page: 36 }, motel: { ticket: 26, page: 36 }, sms: { ticket: 14, page: 24 },
};

export function backups(id: SystemId): readonly AlertRow[] {
  const own = { class: "backup", command: "backupLogs", runbook: section(systems[id].runbook)(sections[id]), requirement: "B9" } as const;
  return rowsOf(id, [
    {
      ...own, id: "backup-age", topic: "backup-age",
      measure: { kind: "age", metric: "stackbook_backup_last_success_timestamp_seconds" }, limit: { aboveHours: ages[id] }, forMinutes: 10,
      summary: "{title}: the newest good backup is {value} old, {threshold} is the limit",
      description: "A loss of data now would cost that much work. The backup agent's log says why the last ones failed.",
    },
    {
      ...own, id: "backup-failed", topic: "backup-failed",
      measure: { kind: "increase", metric: "stackbook_backup_failures_total", windowMinutes: 60, bornWithFirst: true }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0,
      summary: "{title}: a backup failed",
      description: "The one before is still there. The backup agent's log has the reason.",
    },
    {
      ...own, id: "backup-shrank", topic: "backup-shrank",
      // Assumed: half of the largest of the week before is no clean-up.
      measure: { kind: "sizeAgainstBefore", metric: "stackbook_backup_size_bytes", days: 7 }, limit: { belowTimes: { ticket: 0.5 } }, forMinutes: 10,
      summary: "{title}: the newest backup is only {value} times as large as those of the week",
      description: "Data is missing from it, or was deleted. Keep the older ones until you know.",
    },
    {
      ...own, id: "backup-unverified", topic: "backup-unverified",
      measure: { kind: "age", metric: "stackbook_backup_last_verified_timestamp_seconds" }, limit: { aboveHours: { ticket: 48 } }, forMinutes: 10, // assumed
      summary: "{title}: no backup has been verified for {value}",
      description: "Nobody knows whether checksums and key still fit.",
    },
    {
      ...own, id: "drill-overdue", topic: "drill-overdue",
      measure: { kind: "age", metric: "stackbook_backup_last_drill_timestamp_seconds" }, limit: { aboveHours: { ticket: 192 } }, forMinutes: 10, // B7: weekly, and a day
      summary: "{title}: a restore was last rehearsed {value} ago",
      description: "A backup that was never restored is a hope.",
    },
    {
      ...own, id: "drill-failed", topic: "drill-failed",
      measure: { kind: "gauge", metric: "stackbook_backup_last_drill_success", across: "min" }, limit: { belowCount: { ticket: 1 } }, forMinutes: 10,
      summary: "{title}: the last rehearsal of a restore failed",
      description: "If data were lost now, it might not come back. The backup agent's log has the step that failed.",
    },
  ]);
}
