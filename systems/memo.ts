import { jwtSecret } from "./secrets";
import { firstPage, loginFlows } from "./smoke";
import type { SystemSpec } from "./types";

/** Facts from memo.md; what the runbook leaves open is marked "assumed". */
export const memo: SystemSpec = {
  id: "memo",
  title: "MemoApp",
  runbook: "memo.md",
  services: {
    backend: {
      name: "backend",
      kind: "server",
      framework: "Node.js API", // memo.md, High Memory Usage: `exec backend node`
      port: 3001, // assumed: nginx hides it; motel's, the other API with a web app at its side
      health: { path: "/api/health" },
      metrics: [
        // Path and names assumed: the runbook lists active users and the cache hit rate.
        { path: "/metrics", format: "prometheus", families: ["memo_active_users", "memo_cache_hits_total", "memo_cache_misses_total"] },
      ],
      settings: {
        NODE_ENV: { kind: "environment" }, // assumed: the runbook says `.env` only
        PORT: { kind: "port" }, // assumed
        DATABASE_URL: { kind: "databaseUrl" }, // assumed name
        REDIS_URL: { kind: "redisUrl" }, // assumed name
        JWT_SECRET: { kind: "secret", name: "jwtSecret" }, // assumed: the runbook has logins and sessions
        CORS_ORIGIN: { kind: "corsOrigins" }, // assumed name, requirement X1
      },
      memoryMiB: 512, // assumed
      cpus: 1,
      replicas: 1,
      scale: { maxReplicas: 50, why: "memo.md scales horizontally; sessions are in tokens and Redis" },
    },
    frontend: {
      name: "frontend",
      kind: "server",
      framework: "web app",
      port: 3000, // assumed: nginx hides it
      health: { path: "/" }, // assumed
      metrics: [],
      settings: {
        NODE_ENV: { kind: "environment" }, // assumed
        PORT: { kind: "port" }, // assumed
      },
      memoryMiB: 256, // assumed
      cpus: 0.5,
      replicas: 1,
      scale: { maxReplicas: 50, why: "Stateless" },
    },
  },
  database: {
    engine: "postgres",
    version: "16", // assumed: motel's, the only version a runbook names
    name: "memo_app",
    role: "memo_user",
    slowStatementMs: 1000, // assumed: "Slow query log" (Query Performance) gives no number
    sizeGiB: 10, // assumed
    memoryMiB: 512,
    cpus: 1,
  },
  redis: {
    version: "7", // assumed: the other systems'
    appendOnly: false,
    uses: ["cache"],
    memoryMiB: 256,
    cpus: 0.5,
  },
  routes: [
    { path: "/", service: "frontend" },
    { path: "/api", service: "backend" },
  ],
  secrets: [jwtSecret("jwtSecret", "Signs the session tokens of the API")],
  backup: {
    at: "02:00", // memo.md, Daily Backup Procedure
    everyHours: 24,
    parts: ["database"], // memo.md, Backup and Recovery; its Redis is a cache
    kept: { dailyDays: 30 }, // requirements, section B: the runbook gives no number
  },
  // memo.md, Rollback Procedure: `curl -f http://localhost/api/health`; "Verify critical user flows work" names none, so login and list are assumed.
  smoke: [
    firstPage,
    { name: "health", path: "/api/health" },
    ...loginFlows("/api/memos"),
  ],
  maxBodyMiB: 10, // assumed: the one limit that a runbook gives (fetms.md)
};
