import { age, count, size } from "../backups/texts";
import { plain, valueText } from "../routine/units";
import type { BackupWeek, Growth, SystemWeek, WeeklyReport } from "./types";

/** The weekly report for people. */
export function renderWeek(report: WeeklyReport): string {
  const { alerts, disks, from, host, incidents, missing, stack, systems, to, updates } = report;
  return `${[
    `# Weekly report of ${stack}`,
    `${moment(from)} to ${moment(to)} UTC, by ${report.by}.${report.metricsSince !== undefined && Date.parse(report.metricsSince) > Date.parse(from) ? ` Metrics go back to ${moment(report.metricsSince)} UTC only.` : ""}`,
    ...(missing.length === 0 ? [] : [`**Not in this report:**\n\n${missing.map((line) => `- ${line}`).join("\n")}`]),
    "## Summary",
    table(
      ["system", "version", "requests", "errors", "p95", "available", "promises"],
      systems.map((system) => [
        system.title, system.version, system.requests === undefined ? "not known" : `${plain(system.requests)}${against(system.requests, system.requestsBefore)}`, share(system.errors), seconds(system.p95), share(system.availability),
        system.promises.length === 0 ? "-" : system.promises.map(({ kept, promise }) => `${kept === undefined ? "?" : kept ? "kept" : "BROKEN"}: ${promise}`).join("; "),
      ]),
    ),
    ...systems.map(systemText),
    "## Capacity",
    capacity([...disks, ...systems.flatMap(({ database }) => database ?? [])]),
    hostText(host),
    "## Deploys and rollbacks",
    updates === undefined ? "Not known." : updates.length === 0 ? "None." : table(["when (UTC)", "release", "what", "who", "result", "versions"], updates.map(({ at, release, result, versions, what, who, why }) => [moment(at), release === undefined ? "-" : String(release), `${what}${why === undefined ? "" : `: ${why}`}`, who ?? "-", result, versions.join(", ")])),
    "## Incidents",
    incidents === undefined ? "Not known." : incidents.length === 0 ? "None." : incidents.map(({ id, issue, minutes, resolution, severity, startedAt, system }) => `- ${moment(startedAt)} severity ${severity}, ${system}: ${issue} (${id}; ${duration(minutes)}; ${resolution === undefined ? "**open**" : `resolved: ${resolution}`})`).join("\n"),
    "## Alerts",
    alerts === undefined ? "Not known." : alerts.length === 0 ? "None." : table(["severity", "system", "alert", "on for"], alerts.map(({ minutes, name, service, severity, system }) => [severity, system, `${name}${service === "" ? "" : ` of ${service}`}`, duration(minutes)])),
    "## Backups and drills",
    table(["system", "made this week", "newest", "verified", "restore rehearsed", "RTO", "RPO"], systems.map(({ backups, title }) => [title, ...backupCells(backups)])),
    ...systems.flatMap(({ backups }) => backups?.problems ?? []).map((problem) => `**Damaged:** ${problem}`),
  ].join("\n\n")}\n`;
}

function systemText({ days, errors, errorsBefore, failed, p50, p95, p95Before, p99, promises, requests, requestsBefore, title }: SystemWeek): string {
  const lines = requests === undefined ? ["Requests are not known."] : [
    `- requests ${plain(requests)}${requestsBefore === undefined ? "" : `, the week before ${plain(requestsBefore)}`}; ${count(failed ?? 0, "failure")} (5xx), ${share(errors)}${errorsBefore === undefined ? "" : `, the week before ${share(errorsBefore)}`}`,
    `- response time p50 ${seconds(p50)}, p95 ${seconds(p95)}${p95Before === undefined ? "" : ` (the week before ${seconds(p95Before)})`}, p99 ${seconds(p99)}`,
    ...promises.map(({ kept, promise, target, value }) => `- ${kept === undefined ? "nothing to judge by" : kept ? "kept" : "**broken**"}: ${promise}${value === undefined ? "" : ` (${share(value)}; at least ${share(target)})`}`),
  ];
  const trend = days.length === 0 ? [] : [table(["24 h up to", "requests", "errors", "p95"], days.map((day) => [day.day, plain(day.requests), share(day.errors), seconds(day.p95)]))];
  return [`## ${title}`, lines.join("\n"), ...trend].join("\n\n");
}

function capacity(all: readonly Growth[]): string {
  if (all.length === 0) return "Not known.";
  const first = [...all].sort((a, b) => (a.daysUntilFull ?? Infinity) - (b.daysUntilFull ?? Infinity));
  return table(["what", "used", "of", "a day", "full in"], first.map(({ bytes, bytesPerDay, daysUntilFull, roomBytes, what }) => [what, `${size(Math.round(bytes))} (${share(bytes / roomBytes)})`, size(roomBytes), bytesPerDay === undefined ? "not known yet" : valueText(bytesPerDay, "bytes"), bytesPerDay === undefined ? "-" : daysUntilFull === undefined ? "it does not grow" : daysUntilFull > 3650 ? "more than ten years" : `${plain(Math.floor(daysUntilFull))} days`]));
}

function hostText({ cpu, cpuMost, memory, memoryMost }: WeeklyReport["host"]): string {
  if (cpu === undefined && memory === undefined) return "CPU and memory of the host: not known.";
  return `The host: CPU ${share(cpu)} on average, ${share(cpuMost)} at most; memory ${share(memory)} and ${share(memoryMost)}.`;
}

function backupCells(backups: BackupWeek | undefined): string[] {
  if (backups === undefined) return ["not known", "-", "-", "-", "-", "-"];
  const { drilledAt, lastDrillFailed, made, newestAgeSeconds, newestBytes, rpoSeconds, rtoSeconds, verifiedAt } = backups;
  return [
    Object.entries(made).map(([tier, number]) => `${number} ${tier}`).join(", ") || "**none**",
    newestAgeSeconds === undefined ? "**none**" : `${age(newestAgeSeconds)} old${newestBytes === undefined ? "" : `, ${size(newestBytes)}`}`,
    verifiedAt === undefined ? "never" : verifiedAt.slice(0, 10), drilledAt === undefined ? "never" : `${drilledAt.slice(0, 10)}${lastDrillFailed === true ? " **failed**" : ""}`,
    seconds(rtoSeconds), rpoSeconds === undefined ? "-" : age(rpoSeconds),
  ];
}

function against(now: number, before: number | undefined): string {
  if (before === undefined || before < 1) return "";
  const change = now / before - 1;
  return ` (${change >= 0 ? "+" : "-"}${plain(Math.abs(change) * 100)} %)`;
}

const share = (value: number | undefined): string => (value === undefined ? "-" : valueText(value, "share"));
const seconds = (value: number | undefined): string => (value === undefined ? "-" : valueText(value, "seconds"));
const moment = (iso: string): string => iso.slice(0, 16).replace("T", " ");
const duration = (minutes: number): string => (minutes < 120 ? `${plain(minutes)} min` : `${plain(minutes / 60)} h`);

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.map((text) => text.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`).join("\n");
}
