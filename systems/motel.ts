import { jwtSecret } from "./secrets";
import { firstPage, loginFlows } from "./smoke";
import type { SystemSpec } from "./types";

/** Facts from motel.md; what the runbook leaves open is marked "assumed". */
export const motel: SystemSpec = {
  id: "motel",
  title: "Motel Manager",
  runbook: "motel.md",
  services: {
    backend: {
      name: "backend",
      kind: "server",
      framework: "NestJS with Socket.io",
      port: 3001,
      health: { path: "/health", live: "/health/live", ready: "/health/ready" },
      metrics: [
        { path: "/metrics", format: "json", families: [] },
        {
          path: "/metrics/prometheus",
          format: "prometheus",
          families: [
            "motel_uptime_seconds",
            "motel_memory_heap_used_bytes",
            "motel_websocket_connections",
            "motel_websocket_users",
            "motel_suites_total",
            "motel_tasks_total",
            "motel_tasks_pending",
            "motel_tasks_in_progress",
            // Assumed name: the runbook alerts on disconnects a minute, but lists no metric for them.
            "motel_websocket_disconnects_total",
          ],
        },
      ],
      settings: {
        NODE_ENV: { kind: "environment" }, // assumed: standard of Node
        PORT: { kind: "port" }, // assumed: standard of NestJS images
        DATABASE_URL: { kind: "databaseUrl" },
        POSTGRES_USER: { kind: "databaseUser" },
        POSTGRES_PASSWORD: { kind: "databasePassword" },
        POSTGRES_DB: { kind: "databaseName" },
        REDIS_URL: { kind: "redisUrl" },
        JWT_SECRET: { kind: "secret", name: "jwtSecret" },
        JWT_EXPIRES_IN: { kind: "literal", value: "1d" },
        CORS_ORIGIN: { kind: "corsOrigins" }, // assumed name: "Configure CORS properly" names none
      },
      memoryMiB: 1024, // motel.md, High Memory Usage: `memory: 1G`
      cpus: 1,
      replicas: 1,
      // Assumed ceiling: the runbook doesn't speak of scaling.
      scale: { maxReplicas: 50, why: "Sessions stick to one server on /socket.io; broadcasts across servers need the Socket.io Redis adapter in the app" },
    },
    frontend: {
      name: "frontend",
      kind: "server",
      framework: "Next.js 15",
      port: 3000,
      health: { path: "/" }, // assumed: the runbook names no health path of the frontend
      metrics: [],
      settings: {
        NODE_ENV: { kind: "environment" }, // assumed, as above
        PORT: { kind: "port" }, // assumed: what `next start` reads
        NEXT_PUBLIC_API_URL: { kind: "publicUrl", path: "/api", buildTime: true },
        NEXT_PUBLIC_WS_URL: { kind: "publicUrl", path: "", buildTime: true },
      },
      memoryMiB: 512, // assumed
      cpus: 0.5,
      replicas: 1,
      scale: { maxReplicas: 50, why: "Stateless" },
    },
  },
  database: {
    engine: "postgres",
    version: "16",
    name: "motel_manager",
    // Assumed: the runbook connects as `postgres`; its own checklist (default passwords, backend only) rules out the superuser.
    role: "motel_user",
    sizeGiB: 10, // assumed
    memoryMiB: 512,
    cpus: 1,
  },
  redis: {
    version: "7",
    appendOnly: true, // motel.md, Redis Backup
    uses: ["queue", "cache"],
    memoryMiB: 256,
    cpus: 0.5,
  },
  routes: [
    { path: "/", service: "frontend" },
    { path: "/api", service: "backend" },
    { path: "/socket.io", service: "backend", websocket: true, sticky: true },
    // Assumed: probes from outside need the health address that the runbook's nginx kept inside.
    { path: "/health", service: "backend" },
  ],
  migration: {
    service: "backend",
    command: ["npx", "prisma", "migrate", "deploy"],
    stagingFirst: true, // requirement D4
    backupBefore: true, // requirement D4
  },
  secrets: [jwtSecret("jwtSecret", "Signs the session tokens of the API")],
  backup: {
    at: "02:00", // motel.md, Database Backup
    everyHours: 24,
    parts: ["database", "redis"], // motel.md, Database Backup and Redis Backup
    kept: { dailyDays: 30 }, // requirements, section B: the runbook gives no number
  },
  // motel.md, Health Check Endpoints; login and list are assumed.
  smoke: [
    firstPage,
    { name: "health", path: "/health", expect: { json: { status: "healthy", "checks.database.status": "up" } } },
    ...loginFlows("/api/suites"),
  ],
  maxBodyMiB: 10, // assumed: the one limit that a runbook gives (fetms.md)
};
