import { systems, type SystemId } from "../../systems";
import { readLimit } from "../units";
import { severities, type AlertRow, type BySeverity, type WatchedSystem } from "../types";
import { section, sustainedMinutes } from "./rows";

type Resource = "cpu" | "memory" | "disk";

interface Wish {
  readonly abovePercent: BySeverity<number>;
  readonly forMinutes: number | BySeverity<number>;
}

/** What each runbook says of the machine; motel.md says nothing of CPU and disk. */
export const hostWishes: Readonly<Record<SystemId, Readonly<Partial<Record<Resource, Wish>>>>> = {
  mps: { cpu: { abovePercent: { ticket: 80 }, forMinutes: 5 }, memory: { abovePercent: { ticket: 85 }, forMinutes: 5 }, disk: { abovePercent: { ticket: 90 }, forMinutes: 5 } },
  fetms: {
    cpu: { abovePercent: { digest: 70, ticket: 80 }, forMinutes: { digest: 60, ticket: sustainedMinutes } },
    memory: { abovePercent: { digest: 80, ticket: 85 }, forMinutes: { digest: 60, ticket: 5 } },
    disk: { abovePercent: { page: 90 }, forMinutes: 5 },
  },
  memo: {
    cpu: { abovePercent: { ticket: 80 }, forMinutes: sustainedMinutes },
    memory: { abovePercent: { ticket: 85 }, forMinutes: sustainedMinutes },
    disk: { abovePercent: { ticket: 90 }, forMinutes: 5 },
  },
  motel: { memory: { abovePercent: { ticket: 80, page: 90 }, forMinutes: 5 } },
  sms: {
    cpu: { abovePercent: { ticket: 80, page: 95 }, forMinutes: 5 },
    memory: { abovePercent: { ticket: 85, page: 95 }, forMinutes: 5 },
    disk: { abovePercent: { ticket: 80, page: 90 }, forMinutes: 5 },
  },
};

/** Ours, whichever systems there are: a full disk stops databases first. */
const diskAnyway: Wish = { abovePercent: { page: 95 }, forMinutes: 5 };

const texts: Readonly<Record<Resource, Pick<AlertRow, "summary" | "description" | "command">>> = {
  cpu: {
    summary: "The host's processors are {value} busy, {threshold} is the limit",
    description: "Every system on it slows down. The command shows which container it is.",
    command: "hostStats",
  },
  memory: {
    summary: "The host's memory is {value} taken, {threshold} is the limit",
    description: "At 100 % the kernel kills what it likes, databases among them. The command shows which container it is; restart what leaks, or give the host more.",
    command: "hostStats",
  },
  disk: {
    summary: "The host's disk {mountpoint} is {value} full, {threshold} is the limit",
    description: "When it is full, databases stop first. The command shows what takes the room; images and volumes nobody uses go with docker image prune and docker volume prune (look first).",
    command: "hostDisks",
  },
};

/** Once per host, at the strictest threshold of the systems on it, naming them all (M1a). */
export function host(watched: readonly WatchedSystem[]): readonly AlertRow[] {
  return [
    ...(["cpu", "memory", "disk"] as const).flatMap((resource) => strictest(resource, watched)),
    {
      id: "host-disk-forecast", system: "stack", class: "resources", topic: "host-disk",
      // From half full on: a disk that is nearly empty fills "in 3 days" whenever an image is built.
      measure: { kind: "diskForecast", fromHours: 6, fromUsedPercent: 50 }, limit: { belowDays: { ticket: 4 } }, forMinutes: 60,
      summary: "The host's disk {mountpoint} will be full in {value} if it fills on like this",
      description: "Act before it is. The command shows what takes the room: logs, old images, a database that grows?",
      command: "hostDisks", runbook: ours("Host"), requirement: "M1a",
    },
    {
      id: "host-files", system: "stack", class: "resources", topic: "host-files",
      measure: { kind: "hostUse", of: "files" }, limit: { abovePercent: { ticket: 90 } }, forMinutes: 15,
      summary: "The host's disk {mountpoint} can hold hardly more files: {value} are taken",
      description: "There may be room, but no file can be made. Look for a folder with very many small files.",
      command: "hostFiles", runbook: ours("Host"), requirement: "M7",
    },
    {
      id: "out-of-memory", system: "stack", class: "resources", topic: "out-of-memory",
      // Of the host as a whole: without the kernel's log cAdvisor can't tell whose it was; the command shows it.
      measure: { kind: "increase", metric: "node_vmstat_oom_kill", windowMinutes: 15 }, limit: { aboveCount: { ticket: 0 } }, forMinutes: 0,
      summary: "The kernel killed a process for want of memory",
      description: "It needed more than its container's limit, or the host had no more to give. The command shows which. If this comes back: a leak, or a limit that is too low (memoryMiB in the stack file).",
      command: "hostKills", runbook: ours("Host"), requirement: "M1",
    },
    {
      id: "host-rebooted", system: "stack", class: "resources", topic: "host-rebooted",
      measure: { kind: "age", metric: "node_boot_time_seconds" }, limit: { belowHours: { digest: 0.5 } }, forMinutes: 0,
      summary: "The host was started {value} ago",
      description: "For review: who did it, and is everything back?",
      command: "hostUptime", runbook: ours("Host"), requirement: "M7",
    },
  ];
}

export const ours = section("docs/alerts.md");

function strictest(resource: Resource, watched: readonly WatchedSystem[]): AlertRow[] {
  const wishes = watched.flatMap(({ id }) => (hostWishes[id][resource] === undefined ? [] : [{ who: systems[id].title, runbook: systems[id].runbook, wish: hostWishes[id][resource] }]));
  const all = resource === "disk" ? [...wishes, { who: "any host", runbook: undefined, wish: diskAnyway }] : wishes;
  const merged: { thresholds: Partial<Record<string, number>>; minutes: Partial<Record<string, number>> } = { thresholds: {}, minutes: {} };
  const reasons: string[] = [];
  for (const severity of severities) {
    const given = all.flatMap(({ who, wish }) => {
      const threshold = wish.abovePercent[severity];
      const minutes = typeof wish.forMinutes === "number" ? wish.forMinutes : wish.forMinutes[severity];
      return threshold === undefined || minutes === undefined ? [] : [{ who, threshold, minutes }];
    });
    if (given.length === 0) continue;
    merged.thresholds[severity] = Math.min(...given.map(({ threshold }) => threshold));
    merged.minutes[severity] = Math.min(...given.filter(({ threshold }) => threshold === merged.thresholds[severity]).map(({ minutes }) => minutes));
    reasons.push(`${severity} by ${given.map(({ who, threshold }) => `${who} ${threshold} %`).join(", ")}`);
  }
  // A ticket that is not below the page says nothing the page doesn't.
  const { digest, ticket, page } = merged.thresholds;
  if (digest !== undefined && digest >= Math.min(ticket ?? Infinity, page ?? Infinity)) delete merged.thresholds["digest"];
  if (ticket !== undefined && ticket >= (page ?? Infinity)) delete merged.thresholds["ticket"];
  if (all.length === 0) return [];
  const from = all.flatMap(({ runbook }) => (runbook === undefined ? [] : [runbook]));
  const limit = { abovePercent: merged.thresholds };
  return [{
    id: `host-${resource}`, system: "stack", class: "resources", topic: `host-${resource}`,
    measure: { kind: "hostUse", of: resource }, limit, forMinutes: Object.fromEntries(Object.keys(readLimit(limit).thresholds).map((severity) => [severity, merged.minutes[severity]])),
    ...texts[resource],
    description: `${texts[resource].description} On this host: ${watched.map(({ id }) => systems[id].title).join(", ")}. The strictest limits of theirs count: ${reasons.join("; ")}.`,
    runbook: section(from[0] ?? "docs/alerts.md")(from[0] === undefined ? "Host" : hostSections[from[0]] ?? "Host"), requirement: "M1a",
  }];
}

const hostSections: Readonly<Record<string, string>> = {
  "mps.md": "Alerting Thresholds", "fetms.md": "Alerts Configuration", "memo.md": "System Metrics", "motel.md": "Alert Thresholds", "sms.md": "Current Production Baseline (Feb 1, 2026)",
};
