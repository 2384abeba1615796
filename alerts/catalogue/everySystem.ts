import { systems, type ServiceName, type SystemId } from "../../systems";
import { businessMetrics } from "../metrics";
import type { AlertRow, RunbookSection, WatchedSystem } from "../types";
import { rowsOf, section, sustainedMinutes, type SystemRow } from "./rows";

/** Where each runbook says what to do. */
const sections: Readonly<Record<SystemId, { readonly down: string; readonly database: string; readonly memory: string; readonly security: string; readonly traffic: string; readonly targets: string }>> = {
  mps: { down: "P1 - Critical Incidents", database: "Database Connection Issues", memory: "Performance Issues", security: "Authentication Failures", traffic: "Key Metrics to Monitor", targets: "Setup Monitoring" },
  fetms: { down: "Alerts Configuration", database: "Issue: MongoDB Connection Refused", memory: "Issue: Memory Leak", security: "Regular Security Tasks", traffic: "Alerts Configuration", targets: "Health Checks" },
  memo: { down: "Alert Response Procedures", database: "Database Connection Issues", memory: "High Memory Usage", security: "Daily Security Checks", traffic: "System Metrics", targets: "Setting Up Monitoring" },
  motel: { down: "Health Check Endpoints", database: "Database Connection Issues", memory: "High Memory Usage", security: "Security Checklist", traffic: "Alert Thresholds", targets: "Prometheus Metrics" },
  sms: { down: "Critical Alert: Backend Down (HTTP 500 errors)", database: "Critical Alert: Backend Down (HTTP 500 errors)", memory: "Issue: High Memory Usage", security: "Access Control", traffic: "Performance Degradation Actions", targets: "Morning Checklist" },
};

/** The word for what is down, where it isn't the first of a page: sms.md has it answered at once. */
const downLevel: Readonly<Partial<Record<SystemId, { page: string }>>> = { sms: { page: "P0" } };

/** What no runbook gives a number for, or what is the same for all of them. */
export function everySystem(system: WatchedSystem): readonly AlertRow[] {
  const { id } = system;
  const file = section(systems[id].runbook);
  const at = sections[id];
  return rowsOf(id, [
    ...halted(system, file(at.down)),
    ...down(system, file(at.down)),
    ...containers(id, file(at.memory)),
    ...guessing(file(at.security)),
    ...targets(system, file(at.targets)),
    ...(id === "fetms" || id === "memo" ? unusual(id, file(at.traffic)) : []),
  ]);
}

export const databaseSection = (id: SystemId): RunbookSection => section(systems[id].runbook)(sections[id].database);

/** In the daily report for as long as it lasts: what is off on purpose is forgotten easily. Its other alerts wait meanwhile. */
function halted({ halted: halt }: WatchedSystem, runbook: RunbookSection): SystemRow[] {
  if (halt === undefined) return [];
  // Whatever an operator wrote is text: braces would be a template's.
  const plain = (text: string): string => text.replace(/[{}]/g, "");
  return [{
    id: "system-halted", class: "down", topic: "system-halted",
    measure: { kind: "alwaysOn" }, limit: { aboveCount: { digest: 0 } }, forMinutes: 0,
    summary: `{title} was ${halt.isolated ? "cut off from its networks" : "stopped"} in an emergency at ${halt.at} by ${plain(halt.by)}`,
    description: `${halt.why === undefined ? "No reason was given." : `For this reason: ${plain(halt.why)}.`} Visitors get an error page, and no other alert of it is sent. The command starts it again, from the same state.`,
    command: "resume", runbook, requirement: "D8",
  }];
}

function down(system: WatchedSystem, runbook: RunbookSection): SystemRow[] {
  const { id } = system;
  const level = downLevel[id] === undefined ? {} : { levels: downLevel[id] };
  const names = Object.keys(system.replicas) as ServiceName[];
  return [
    {
      id: "service-down", class: "down", topic: "service-down", ...level,
      measure: { kind: "gauge", metric: "probe_success", across: "min" }, limit: { belowCount: { page: 1 } }, forMinutes: 1,
      summary: "{title} is down: {service} does not answer",
      description: "Asked through the edge, as visitors do, it gave no good answer for a minute. The command shows its containers' last lines: is it running, can it reach its database? If a restart (npx stackbook restart {system}) does not help within 5 minutes, go back to the version before (npx stackbook rollback {system}), and open an incident: npx stackbook incident open --help.",
      command: "serviceLogs", runbook, requirement: "M1",
    },
    ...names.map((service): SystemRow => {
      const replicas = system.replicas[service] * (system.versions?.serving ?? 1);
      return {
        id: `${service}-replicas-missing`, class: "down", topic: `${service}-replicas-missing`, ...level,
        measure: { kind: "readyReplicas", service }, limit: { belowCount: { page: 1, ...(replicas > 1 ? { ticket: replicas } : {}) } }, forMinutes: { page: 1, ticket: 5 },
        summary: `{title}: {value} of ${replicas} ${service} containers take requests`,
        description: "The edge sends requests only to containers whose health check answers. With none left, visitors get an error page. The command shows them, also those that have stopped.",
        command: "containers", runbook, requirement: "M1",
      };
    }),
    {
      id: "restarts", class: "down", topic: "restarts",
      // Assumed: motel.md has liveness decide on restarts, none gives a number.
      measure: { kind: "restarts", windowMinutes: 30 }, limit: { aboveCount: { ticket: 2 } }, forMinutes: 0,
      summary: "{title}: {container} was started {value} times again within half an hour",
      description: "It dies and is restarted. The end of its log says why; killed for want of memory, it says nothing.",
      command: "containerLogs", runbook, requirement: "M1",
    },
  ];
}

/** Against each container's own limit (M1a), at the thresholds of its system's runbook; motel.md has none for CPU. */
const limits: Readonly<Record<SystemId, { readonly cpu?: Pick<AlertRow, "limit" | "forMinutes">; readonly memory: Pick<AlertRow, "limit" | "forMinutes"> }>> = {
  mps: { cpu: { limit: { abovePercent: { ticket: 80 } }, forMinutes: 5 }, memory: { limit: { abovePercent: { ticket: 85 } }, forMinutes: 5 } },
  fetms: {
    // digest: "When to scale"
    cpu: { limit: { abovePercent: { digest: 70, ticket: 80 } }, forMinutes: { digest: 60, ticket: sustainedMinutes } },
    memory: { limit: { abovePercent: { digest: 80, ticket: 85 } }, forMinutes: { digest: 60, ticket: 5 } },
  },
  memo: { cpu: { limit: { abovePercent: { ticket: 80 } }, forMinutes: sustainedMinutes }, memory: { limit: { abovePercent: { ticket: 85 } }, forMinutes: sustainedMinutes } },
  motel: { memory: { limit: { abovePercent: { ticket: 80, page: 90 } }, forMinutes: 5 } },
  sms: { cpu: { limit: { abovePercent: { ticket: 80, page: 95 } }, forMinutes: 5 }, memory: { limit: { abovePercent: { ticket: 85, page: 95 } }, forMinutes: 5 } },
};

function containers(id: SystemId, runbook: RunbookSection): SystemRow[] {
  const { cpu, memory } = limits[id];
  return [
    ...(cpu === undefined ? [] : [{
      id: "container-cpu", class: "resources", topic: "container-cpu", measure: { kind: "containerUse", of: "cpu" }, ...cpu,
      summary: "{title}: {container} uses {value} of the processor time it may have, {threshold} is the limit",
      description: "It will be slow soon. Unusual load, or a loop? For good: a higher cpus, or more replicas, in the stack file.",
      command: "containerStats", runbook, requirement: "M1a",
    } satisfies SystemRow]),
    {
      id: "container-memory", class: "resources", topic: "container-memory", measure: { kind: "containerUse", of: "memory" }, ...memory,
      summary: "{title}: {container} uses {value} of its memory, {threshold} is the limit",
      description: "At 100 % the kernel kills it. A leak grows steadily, load comes and goes. At once: restart it (npx stackbook restart {system} {service}); for good: a higher memoryMiB in the stack file.",
      command: "containerStats", runbook, requirement: "M1a",
    },
  ];
}

function guessing(runbook: RunbookSection): SystemRow[] {
  return [{
    id: "password-guessing", class: "security", topic: "failed-logins",
    // 30 assumed: a class that comes back from its holidays mistypes a few; a program tries hundreds.
    measure: { kind: "perMinute", metric: "edge_failed_logins_total", windowMinutes: 5 }, limit: { abovePerMinute: { ticket: 30 } }, forMinutes: 2,
    summary: "{title}: {value} logins fail a minute, somebody may be guessing passwords",
    description: "The command shows who: one address that tries many accounts is an attack, many addresses are a login that is broken.",
    command: "failedLogins", runbook, requirement: "M1",
  }];
}

function targets(system: WatchedSystem, runbook: RunbookSection): SystemRow[] {
  const { id, replicas, versions } = system;
  const { database } = systems[id];
  const families = businessMetrics(id).filter(({ mayBeAbsent }) => mayBeAbsent === undefined).map(({ name }) => name);
  const missing = (name: string, job: "app" | "postgres" | "mongodb" | "redis" | "blackbox", expected: number, what: string, more: object = {}): SystemRow => ({
    id: `${name}-unwatched`, class: "monitoring", topic: `${name}-unwatched`,
    measure: { kind: "targets", job, ...more }, limit: { belowCount: { ticket: expected } }, forMinutes: 5,
    summary: `{title}: ${what} can't be watched ({value} of ${expected} can be read)`,
    description: "Its alerts are blind until this ends. Either it is down, then it has an alert of its own, or what reads it is.",
    command: "silentTargets", runbook, requirement: "M7",
  });
  return [
    missing("backend", "app", replicas.backend * (versions?.running ?? 1), "the backend", { service: "backend" }),
    missing("database", database.engine, 1, "the database"),
    ...(system.redis ? [missing("cache", "redis", 1, "Redis")] : []),
    // The first page and the health check.
    missing("answers", "blackbox", 2, "whether it answers"),
    {
      id: "figures-missing", class: "business", topic: "figures-missing",
      measure: { kind: "familiesMissing", families }, limit: { aboveCount: { digest: 0 } }, forMinutes: 15,
      summary: "{title}: {value} of its own figures are missing",
      description: `The backend is read, but does not export all of ${families.join(", ")}: a new version that renamed them, or an error in it.`,
      command: "backendLogs", runbook, requirement: "M7",
    },
  ];
}

/** M1a: more than three times, or less than a third of, the same hour last week. FETMS: traffic; MemoApp: requests, and "unusual spikes" of network I/O. */
function unusual(id: "fetms" | "memo", runbook: RunbookSection): SystemRow[] {
  const what = { requests: "traffic", bytes: "network-io" } as const;
  const words = { requests: "visitors ask {value} times as much", bytes: "{value} times the data goes in and out" } as const;
  return (id === "memo" ? (["requests", "bytes"] as const) : (["requests"] as const)).flatMap((of): SystemRow[] => [
    {
      id: `unusually-much-${what[of]}`, class: "traffic", topic: what[of],
      measure: { kind: "againstLastWeek", of, larger: "now" }, limit: { aboveTimes: { digest: 3 } }, forMinutes: 15, minimum: { requests: 300 },
      summary: `{title}: ${words[of]} as in the same hour last week`,
      description: "For review: a campaign, a search engine, or an attack? The edge's log has the addresses.",
      command: "lastRequests", runbook, requirement: "M1a",
    },
    {
      id: `unusually-little-${what[of]}`, class: "traffic", topic: what[of],
      measure: { kind: "againstLastWeek", of, larger: "lastWeek" }, limit: { belowTimes: { digest: 0.333 } }, forMinutes: 15, minimum: { requests: 300 },
      summary: `{title}: ${words[of]} as in the same hour last week`,
      description: "For review: a holiday, or people can't reach it. Try it from outside.",
      command: "lastRequests", runbook, requirement: "M1a",
    },
  ]);
}
