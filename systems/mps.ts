import { jwtSecret } from "./secrets";
import { firstPage, loginFlows } from "./smoke";
import type { SystemSpec } from "./types";

/** Facts from mps.md; what the runbook leaves open is marked "assumed". */
export const mps: SystemSpec = {
  id: "mps",
  title: "MPS Management Portal",
  runbook: "mps.md",
  services: {
    backend: {
      name: "backend",
      kind: "server",
      framework: "NestJS",
      port: 3002,
      health: { path: "/api/health" }, // assumed: the runbook's health-check.sh names no path
      metrics: [
        {
          path: "/metrics", // assumed, like the names: the runbook lists what is counted
          format: "prometheus",
          families: [
            "mps_active_sessions",
            "mps_logins_total",
            "mps_password_changes_total",
            "mps_failed_auth_total",
            "mps_audit_entries_total",
          ],
        },
      ],
      settings: {
        NODE_ENV: { kind: "environment" }, // assumed: standard of Node
        PORT: { kind: "port" }, // assumed: standard of NestJS images
        MONGODB_URI: { kind: "databaseUrl" },
        REDIS_URL: { kind: "redisUrl" }, // assumed name: the runbook names Redis, not its setting
        JWT_ACCESS_SECRET: { kind: "secret", name: "jwtAccessSecret" },
        JWT_REFRESH_SECRET: { kind: "secret", name: "jwtRefreshSecret" },
        CORS_ORIGIN: { kind: "corsOrigins" },
      },
      memoryMiB: 512, // assumed
      cpus: 1,
      replicas: 2, // mps.md, Performance Issues: `--scale backend=2`
      scale: { maxReplicas: 50, why: "Stateless: sessions and rate limits are in Redis" },
    },
    frontend: {
      name: "frontend",
      kind: "server",
      framework: "React (Vite)",
      port: 5173,
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
    engine: "mongodb",
    version: "6",
    name: "mps_db",
    role: "mps_user", // assumed: the runbook runs MongoDB open; requirement X2 doesn't
    sizeGiB: 10, // assumed
    memoryMiB: 1024,
    cpus: 1,
  },
  redis: {
    version: "7",
    appendOnly: false, // mps.md backs up a snapshot
    uses: ["sessions", "rate limits", "temporary data"],
    memoryMiB: 256,
    cpus: 0.5,
  },
  auditLog: { path: "/app/logs" }, // mps.md, Key Directories: `./logs/`
  routes: [
    { path: "/", service: "frontend" },
    { path: "/api", service: "backend" },
  ],
  secrets: [
    jwtSecret("jwtAccessSecret", "Signs access tokens"),
    jwtSecret("jwtRefreshSecret", "Signs refresh tokens"),
  ],
  backup: {
    at: "02:00", // mps.md, Automated Backups
    everyHours: 24,
    parts: ["database", "redis"], // mps.md, Backup Contents
    kept: { dailyDays: 30, weeklyWeeks: 12, monthlyMonths: 12 }, // mps.md, Backup Retention
  },
  // mps.md, Authentication Failures and Database Connection Issues: what breaks most; paths assumed.
  smoke: [
    firstPage,
    { name: "health", path: "/api/health" },
    ...loginFlows("/api/classes"),
  ],
  maxBodyMiB: 10, // assumed: the one limit that a runbook gives (fetms.md)
};
