import type { Board, Panel } from "../model";
import type { DashboardsInput } from "../types";
import { uids } from "../uids";
import { releaseMarks, stackFolder, stackLinks } from "./common";

const noAgent = "no backup agent runs in this stack yet";

/** Requirements M5 and B9. */
export function backups(input: DashboardsInput): Board {
  const panel = (part: Omit<Panel, "nothing" | "mayBeEmpty">): Panel => ({ ...part, nothing: "No backup agent yet", mayBeEmpty: noAgent });
  const hours = (metric: string): string => `time() - max by (system) (${metric})`;
  return {
    uid: uids.backups, title: "Backups", file: "backups.json", folder: stackFolder,
    says: "Is there a good backup of everything, is it proven, and how long would a restore take? It stays empty until a backup agent runs.",
    tags: ["backups"],
    rows: [
      {
        title: "Are there any",
        panels: [
          panel({
            title: "Age of the newest good backup", kind: "lines", unit: "seconds", width: 12, lines: input.lines("stack", "backup-age", "seconds"),
            says: "Time since a backup succeeded, by system.",
            queries: [{ expr: hours("stackbook_backup_last_success_timestamp_seconds"), legend: "{{system}}" }],
          }),
          panel({
            title: "Failed", kind: "lines", unit: "count", width: 12,
            says: "Backups that failed, in the last day at each moment.",
            queries: [{ expr: "sum by (system) (increase(stackbook_backup_failures_total[1d]))", legend: "{{system}}" }],
          }),
          panel({
            title: "Size", kind: "lines", unit: "bytes", width: 6,
            says: "Of the newest good backup. A sudden drop is data that is missing.",
            queries: [{ expr: "max by (system) (stackbook_backup_size_bytes)", legend: "{{system}}" }],
          }),
          panel({
            title: "Size, of the largest in a week", kind: "lines", unit: "times", width: 6, lines: input.lines("stack", "backup-shrank", "times"),
            says: "1 when nothing was lost.",
            queries: [{ expr: "max by (system) (stackbook_backup_size_bytes) / max by (system) (max_over_time(stackbook_backup_size_bytes[7d]))", legend: "{{system}}" }],
          }),
          panel({
            title: "Time it took", kind: "lines", unit: "seconds", width: 6,
            says: "To make the newest good backup.",
            queries: [{ expr: "max by (system) (stackbook_backup_duration_seconds)", legend: "{{system}}" }],
          }),
          panel({
            title: "Kept", kind: "table", unit: "count", width: 6,
            says: "Backups that lie in the store, by tier.",
            queries: [{ expr: "sum by (system, tier) (stackbook_backup_sets)", legend: "backups" }],
          }),
        ],
      },
      {
        title: "Are they any good",
        panels: [
          panel({
            title: "Since verified", kind: "lines", unit: "seconds",
            lines: input.lines("stack", "backup-unverified", "seconds"),
            says: "Time since checksums and decryption were proven.",
            queries: [{ expr: hours("stackbook_backup_last_verified_timestamp_seconds"), legend: "{{system}}" }],
          }),
          panel({
            title: "Since rehearsed", kind: "lines", unit: "seconds",
            lines: input.lines("stack", "drill-overdue", "seconds"),
            says: "Time since a backup was restored beside the live database, counted and compared.",
            queries: [{ expr: hours("stackbook_backup_last_drill_timestamp_seconds"), legend: "{{system}}" }],
          }),
          panel({
            title: "How long a restore takes", kind: "lines", unit: "seconds",
            says: "As measured by the last rehearsal: the RTO.",
            queries: [{ expr: "max by (system) (stackbook_backup_last_drill_duration_seconds)", legend: "{{system}}" }],
          }),
        ],
      },
    ],
    annotations: releaseMarks(), links: stackLinks(input),
  };
}
