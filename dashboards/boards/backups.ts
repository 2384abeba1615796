import { recoveryObjectives } from "../../alerts/slos";
import { metricNames } from "../../backups/protocol";
import type { Board, Line, Panel } from "../model";
import type { DashboardsInput } from "../types";
import { uids } from "../uids";
import { releaseMarks, stackFolder, stackLinks } from "./common";

const noneYet = "no backup has been made yet: the first comes at the time that the stack file gives, or with `npx stackbook backup`";
const noDrillYet = "no restore has been rehearsed yet: weekly, or with `npx stackbook drill`";

const of = (metric: string, labels = "system"): string => `max by (${labels}) (${metric})`;
const since = (metric: string): string => `time() - ${of(metric)}`;

/** Requirements M5 and B9. */
export function backups(input: DashboardsInput): Board {
  return {
    uid: uids.backups, title: "Backups", file: "backups.json", folder: stackFolder,
    says: "Is there a good backup of everything, is it proven, and how long would a restore take?",
    tags: ["backups"],
    rows: [{ title: "Are there any", panels: made(input) }, { title: "Are they any good", panels: proven(input) }, { title: "Where they lie", panels: stored(input) }],
    annotations: releaseMarks(), links: stackLinks(input),
  };
}

const panel = (part: Omit<Panel, "nothing" | "kind"> & Partial<Pick<Panel, "kind">>): Panel => ({ kind: "lines", nothing: "No backup yet", ...part });

function made(input: DashboardsInput): readonly Panel[] {
  return [
    panel({
      title: "Age of the newest good backup", unit: "seconds", width: 12, lines: input.lines("stack", "backup-age", "seconds"), mayBeEmpty: noneYet,
      says: "What a loss of data would cost now. The lines are those of systems that back up every day, and of those that do twice a day.",
      queries: [{ expr: since(metricNames.lastSuccess), legend: "{{system}}" }],
    }),
    panel({
      title: "Runs", unit: "bool", width: 12, kind: "table", words: { 0: "good", 1: "failed" }, mayBeEmpty: noneYet,
      says: "The last run of each system, and when it began. A run that did not reach every store has failed.",
      queries: [
        { expr: of(metricNames.lastRunFailed), legend: "last run" },
        { expr: `${of(metricNames.lastRun)} * 1000`, legend: "begun", unit: "age" },
      ],
    }),
    panel({
      title: "Size", unit: "bytes", mayBeEmpty: noneYet,
      says: "Of the newest backup, encrypted. A sudden drop is data that is missing.",
      queries: [{ expr: of(metricNames.bytes), legend: "{{system}}" }],
    }),
    panel({
      title: "Size, of the one before", unit: "ratio", lines: input.lines("stack", "backup-shrank", "ratio"), mayBeEmpty: "a second backup has not been made yet",
      says: "100 % when nothing was lost.",
      queries: [{ expr: `${of(metricNames.bytes)} / (${of(metricNames.previousBytes)} > 0)`, legend: "{{system}}" }],
    }),
    panel({
      title: "Time it took", unit: "seconds", mayBeEmpty: noneYet,
      says: "To make the newest backup.",
      queries: [{ expr: of(metricNames.duration), legend: "{{system}}" }],
    }),
  ];
}

function proven(input: DashboardsInput): readonly Panel[] {
  const verified = panel({
    title: "Since verified", unit: "seconds", lines: input.lines("stack", "backup-unverified", "seconds"),
    mayBeEmpty: "nothing has been verified yet, or the host has no key to open backups with",
    says: "Time since a backup was read again, decrypted and found whole.",
    queries: [{ expr: since(metricNames.lastVerified), legend: "{{system}}" }],
  });
  if (!input.drills) return [verified];
  return [
    verified,
    panel({
      title: "Since rehearsed", unit: "seconds", lines: input.lines("stack", "drill-overdue", "seconds"), mayBeEmpty: noDrillYet,
      says: "Time since a backup was restored beside the live database, counted and compared.",
      queries: [{ expr: since(metricNames.lastDrill), legend: "{{system}}" }],
    }),
    panel({
      title: "Rehearsals", unit: "bool", kind: "table", words: { 0: "all came back", 1: "failed" }, mayBeEmpty: noDrillYet,
      says: "How the last one ended.",
      queries: [{ expr: of(metricNames.lastDrillFailed), legend: "last rehearsal" }],
    }),
    panel({
      title: "How long a restore takes", unit: "seconds", width: 12, lines: input.lines("stack", "drill-slow", "seconds"), mayBeEmpty: noDrillYet,
      says: "As measured by the last rehearsal, from the first byte read to the last table compared: the RTO. The line is what SMS's runbook promises.",
      queries: [{ expr: of(metricNames.drillDuration), legend: "{{system}}" }],
    }),
    panel({
      title: "How much work would be lost", unit: "seconds", width: 12, lines: lost(input), mayBeEmpty: noDrillYet,
      says: "Age of the newest backup when the last rehearsal began: the RPO as measured. The line is what SMS's runbook promises.",
      queries: [{ expr: of(metricNames.drillAge), legend: "{{system}}" }],
    }),
  ];
}

/** What is promised; the alerts on age come long before. */
function lost({ systems }: DashboardsInput): readonly Line[] {
  const promised = recoveryObjectives.filter(({ system }) => systems.some(({ id }) => id === system));
  return promised.map(({ lostHours }): Line => ({ value: lostHours * 3600, severity: "page" }));
}

function stored(input: DashboardsInput): readonly Panel[] {
  const ends = "every store is a bucket, which has no end";
  return [
    panel({
      title: "Kept", unit: "count", kind: "table", width: 12,
      says: "Sets in each store, by tier: daily, weekly, monthly, those before a change (deploy) and before a restore (safety).",
      queries: [{ expr: `${of(metricNames.count, "system, store, tier")}`, legend: "sets" }],
    }),
    panel({
      title: "Stores", unit: "bool", kind: "table", width: 12, words: { 0: "away", 1: "answers" },
      says: "Whether each answers its agent.",
      queries: [{ expr: `min by (system, store) (${metricNames.storeReachable})`, legend: "store" }],
    }),
    panel({
      title: "Room left, of the whole", unit: "ratio", width: 12, lines: input.lines("stack", "backup-store-full", "ratio"), max: 1, mayBeEmpty: ends,
      says: "Once nothing is left no backup succeeds; those that there are stay.",
      queries: [{ expr: `${of(metricNames.storeFree, "system, store")} / (${of(metricNames.storeSize, "system, store")} > 0)`, legend: "{{system}}, {{store}}" }],
    }),
    panel({
      title: "Room left", unit: "bytes", width: 12, mayBeEmpty: ends,
      says: "What is free on the file system of each store.",
      queries: [{ expr: of(metricNames.storeFree, "system, store"), legend: "{{system}}, {{store}}" }],
    }),
  ];
}
