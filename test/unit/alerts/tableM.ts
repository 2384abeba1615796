import type { Limit } from "../../../alerts";
import type { SystemId } from "../../../systems";

/** Requirements, table M, written out by hand: nothing here is read from the catalogue. */

export interface Expected {
  readonly id: string;
  /** On a stack with this one system. @default the system's own */
  readonly of?: "stack";
  readonly limit: Limit;
  readonly minutes?: number;
}

export interface Cell {
  readonly metric: string;
  readonly system: SystemId;
  /** The cell, word for word; "-" is none. */
  readonly says: string;
  readonly alerts: readonly Expected[];
}

const cell = (metric: string, system: SystemId, says: string, ...alerts: Expected[]): Cell => ({ metric, system, says, alerts });
const host = (id: string, limit: Limit, minutes?: number): Expected => ({ id, of: "stack", limit, ...(minutes === undefined ? {} : { minutes }) });
const own = (id: string, limit: Limit, minutes?: number): Expected => ({ id, limit, ...(minutes === undefined ? {} : { minutes }) });

const down: readonly Expected[] = [own("service-down", { belowCount: { page: 1 } })];
const pool = own("database-connections", { abovePercent: { ticket: 80 } });

export const tableM: readonly Cell[] = [
  cell("CPU", "mps", "> 80 % 5 min", host("host-cpu", { abovePercent: { ticket: 80 } }, 5), own("container-cpu", { abovePercent: { ticket: 80 } }, 5)),
  cell("CPU", "fetms", "> 80 % sustained; scale at 70 %", host("host-cpu", { abovePercent: { digest: 70, ticket: 80 } }), own("container-cpu", { abovePercent: { digest: 70, ticket: 80 } })),
  cell("CPU", "memo", "> 80 % sustained", host("host-cpu", { abovePercent: { ticket: 80 } }), own("container-cpu", { abovePercent: { ticket: 80 } })),
  cell("CPU", "motel", "-"),
  cell("CPU", "sms", "80 / 95 %", host("host-cpu", { abovePercent: { ticket: 80, page: 95 } }), own("container-cpu", { abovePercent: { ticket: 80, page: 95 } })),

  cell("memory", "mps", "> 85 % 5 min", host("host-memory", { abovePercent: { ticket: 85 } }, 5), own("container-memory", { abovePercent: { ticket: 85 } }, 5)),
  cell("memory", "fetms", "> 85 % (warning); scale at 80 %", host("host-memory", { abovePercent: { digest: 80, ticket: 85 } }), own("container-memory", { abovePercent: { digest: 80, ticket: 85 } })),
  cell("memory", "memo", "> 85 %", host("host-memory", { abovePercent: { ticket: 85 } }), own("container-memory", { abovePercent: { ticket: 85 } })),
  cell("memory", "motel", "80 / 90 %", host("host-memory", { abovePercent: { ticket: 80, page: 90 } }), own("container-memory", { abovePercent: { ticket: 80, page: 90 } })),
  cell("memory", "sms", "85 / 95 %", host("host-memory", { abovePercent: { ticket: 85, page: 95 } }), own("container-memory", { abovePercent: { ticket: 85, page: 95 } })),

  // 95 % pages on every host, whatever its runbooks say: a full disk stops databases.
  cell("disk used", "mps", "> 90 %", host("host-disk", { abovePercent: { ticket: 90, page: 95 } })),
  cell("disk used", "fetms", "> 90 % (critical)", host("host-disk", { abovePercent: { page: 90 } })),
  cell("disk used", "memo", "> 90 %", host("host-disk", { abovePercent: { ticket: 90, page: 95 } })),
  cell("disk used", "motel", "-", host("host-disk", { abovePercent: { page: 95 } })),
  cell("disk used", "sms", "80 / 90 %", host("host-disk", { abovePercent: { ticket: 80, page: 90 } })),

  cell("response time", "mps", "> 2 s mean", own("response-time", { aboveMilliseconds: { ticket: 2000 } })),
  cell("response time", "fetms", "> 1 s (warning); GET < 200 ms, POST/PUT < 500 ms",
    own("response-time", { aboveMilliseconds: { ticket: 1000 } }),
    own("response-time-get", { aboveMilliseconds: { digest: 200 } }),
    own("response-time-write", { aboveMilliseconds: { digest: 500 } })),
  cell("response time", "memo", "frontend < 2 s, API < 1 s", own("response-time-frontend", { aboveMilliseconds: { ticket: 2000 } }), own("response-time", { aboveMilliseconds: { ticket: 1000 } })),
  cell("response time", "motel", "500 / 2000 ms", own("response-time", { aboveMilliseconds: { ticket: 500, page: 2000 } })),
  cell("response time", "sms", "p95 500 / 1000 ms, p99 3000 / 5000 ms; p95 > 2000 ms for 15 min: scale up",
    own("response-time", { aboveMilliseconds: { ticket: 500, page: 1000 } }),
    own("response-time-p99", { aboveMilliseconds: { ticket: 3000, page: 5000 } }),
    own("response-time-scale-up", { aboveMilliseconds: { page: 2000 } }, 15)),

  cell("errors", "mps", "> 5 %", own("error-rate", { abovePercent: { ticket: 5 } })),
  cell("errors", "fetms", "5xx > 1 % (critical), any 5xx (info), 4xx > 10 % (warning), any MongoDB error",
    own("error-rate", { abovePercent: { page: 1 } }),
    own("any-error", { aboveCount: { digest: 0 } }, 0),
    own("client-errors", { abovePercent: { ticket: 10 } }),
    own("mongodb-errors", { aboveCount: { ticket: 0 } }, 0)),
  cell("errors", "memo", "4xx < 1 %, 5xx < 0.1 %; > 5 %: consider rollback",
    own("client-errors", { abovePercent: { ticket: 1 } }),
    own("error-rate", { abovePercent: { ticket: 0.1 } }),
    own("error-rate-rollback", { abovePercent: { page: 5 } })),
  cell("errors", "motel", "1 / 5 %", own("error-rate", { abovePercent: { ticket: 1, page: 5 } })),
  cell("errors", "sms", "2 / 5 %; > 10 %: roll back", own("error-rate", { abovePercent: { ticket: 2, page: 5 } }), own("error-rate-rollback", { abovePercent: { page: 10 } })),

  cell("throughput", "mps", "-"),
  cell("throughput", "fetms", "unusual traffic (info)", own("unusually-much-traffic", { aboveTimes: { digest: 3 } }), own("unusually-little-traffic", { belowTimes: { digest: 0.333 } })),
  // A figure to watch, without a number: what is unusual of it.
  cell("throughput", "memo", "requests/s", own("unusually-much-traffic", { aboveTimes: { digest: 3 } }), own("unusually-little-traffic", { belowTimes: { digest: 0.333 } })),
  cell("throughput", "motel", "-"),
  cell("throughput", "sms", "< 20 / < 10 req/s", own("low-throughput", { belowPerSecond: { ticket: 20, page: 10 } })),

  cell("database", "mps", "connections", pool),
  cell("database", "fetms", "connection failure (critical), slow query > 100 ms", own("database-down", { belowCount: { page: 1 } }), own("database-slow-queries", { aboveCount: { digest: 0, ticket: 5 } })),
  cell("database", "memo", "pool < 80 %, slow queries, replication lag < 1 s, lock waits and deadlocks",
    pool,
    own("slow-queries", { aboveMilliseconds: { digest: 1000 } }),
    own("replication-lag", { aboveSeconds: { ticket: 1 } }),
    own("lock-waits", { aboveCount: { ticket: 0 } }),
    own("deadlocks", { aboveCount: { ticket: 0 } })),
  cell("database", "motel", "-"),
  cell("database", "sms", "long queries > 5 s", own("long-queries", { aboveSeconds: { ticket: 5 } })),

  cell("other", "mps", "failed authentication", own("failed-auth", { aboveCount: { digest: 10 } })),
  cell("other", "fetms", "failed logins, deprecated API (info, daily)", own("failed-logins", { aboveCount: { digest: 10 } }), own("deprecated-api", { aboveCount: { digest: 0 } })),
  cell("other", "memo", "certificate expiry, unusual network I/O, cache hit rate",
    host("certificate-ends", { belowDays: { ticket: 14, page: 3 } }),
    own("unusually-much-network-io", { aboveTimes: { digest: 3 } }),
    own("unusually-little-network-io", { belowTimes: { digest: 0.333 } }),
    own("cache-hits", { belowPercent: { digest: 50 } }),
    own("app-cache-hits", { belowPercent: { digest: 50 } })),
  cell("other", "motel", "WebSocket disconnects > 10 / > 50 per min", own("websocket-disconnects", { abovePerMinute: { ticket: 10, page: 50 } })),
  // Figures without a number: that they are there.
  cell("other", "sms", "business metrics", own("figures-missing", { aboveCount: { digest: 0 } })),

  cell("service down", "mps", "P1", ...down),
  cell("service down", "fetms", "critical", ...down),
  cell("service down", "memo", "restart, escalate after 5 min", ...down, own("escalated", { aboveCount: { page: 0 } }, 5)),
  cell("service down", "motel", "liveness restarts", ...down, own("restarts", { aboveCount: { ticket: 2 } })),
  cell("service down", "sms", "P0, answer in 5 min", ...down),
];

/** Words that the runbooks have for it. */
export const levelsOfM: readonly { readonly system: SystemId; readonly id: string; readonly severity: "page" | "ticket" | "digest"; readonly level: string }[] = [
  { system: "mps", id: "service-down", severity: "page", level: "P1" },
  { system: "mps", id: "error-rate", severity: "ticket", level: "P2" },
  { system: "fetms", id: "service-down", severity: "page", level: "critical" },
  { system: "fetms", id: "error-rate", severity: "page", level: "critical" },
  { system: "fetms", id: "database-down", severity: "page", level: "critical" },
  { system: "fetms", id: "client-errors", severity: "ticket", level: "warning" },
  { system: "fetms", id: "response-time", severity: "ticket", level: "warning" },
  { system: "fetms", id: "any-error", severity: "digest", level: "info" },
  { system: "fetms", id: "unusually-much-traffic", severity: "digest", level: "info" },
  { system: "fetms", id: "failed-logins", severity: "digest", level: "info" },
  { system: "fetms", id: "deprecated-api", severity: "digest", level: "info" },
  { system: "memo", id: "service-down", severity: "page", level: "1" },
  { system: "memo", id: "error-rate-rollback", severity: "page", level: "2" },
  { system: "memo", id: "response-time", severity: "ticket", level: "3" },
  { system: "motel", id: "error-rate", severity: "ticket", level: "warning" },
  { system: "motel", id: "error-rate", severity: "page", level: "critical" },
  { system: "motel", id: "websocket-disconnects", severity: "page", level: "critical" },
  { system: "sms", id: "service-down", severity: "page", level: "P0" },
  { system: "sms", id: "response-time", severity: "page", level: "P1" },
  { system: "sms", id: "error-rate", severity: "ticket", level: "P2" },
];
