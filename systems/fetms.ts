import { jwtSecret } from "./secrets";
import { firstPage, loginFlows } from "./smoke";
import type { SystemSpec } from "./types";

/** Facts from fetms.md; what the runbook leaves open is marked "assumed". */
export const fetms: SystemSpec = {
  id: "fetms",
  title: "FETMS",
  runbook: "fetms.md",
  services: {
    backend: {
      name: "backend",
      kind: "server",
      framework: "Express",
      port: 5000,
      health: { path: "/api/health" },
      metrics: [
        {
          path: "/metrics", // assumed: the runbook names no metrics, but alerts on these three
          format: "prometheus",
          families: ["fetms_failed_logins_total", "fetms_deprecated_api_calls_total", "fetms_mongodb_errors_total"],
        },
      ],
      settings: {
        NODE_ENV: { kind: "environment" },
        PORT: { kind: "port" },
        MONGO_URI: { kind: "databaseUrl" },
        REDIS_URL: { kind: "redisUrl" }, // assumed name: "Session storage in Redis" once scaled out
        JWT_SECRET: { kind: "secret", name: "jwtSecret" }, // assumed: login without server-side sessions means signed tokens
        CORS_ORIGIN: { kind: "corsOrigins" }, // assumed name: "Set proper CORS origins in backend"
      },
      memoryMiB: 512, // assumed
      cpus: 1,
      replicas: 1,
      scale: {
        maxReplicas: 50,
        why: "Behind the balancer, with sessions in Redis; uploads are on a volume of one host",
        // fetms.md, Vertical Scaling: "CPU usage consistently > 70%", "Memory usage consistently > 80%"; how many at most is assumed.
        autoscale: { cpuPercent: 70, memoryPercent: 80, maxReplicas: 10 },
      },
    },
    frontend: {
      name: "frontend",
      kind: "static",
      framework: "React (Vite), static dist/",
      port: 8080, // the web image's
      health: { path: "/" }, // assumed: the first page is the check
      metrics: [],
      settings: {
        // Assumed name: the runbook has the address edited into `services/api.ts` before each build.
        VITE_API_BASE_URL: { kind: "publicUrl", path: "/api", buildTime: true },
      },
      memoryMiB: 128, // assumed: nginx serving files
      cpus: 0.5,
      replicas: 1,
      scale: { maxReplicas: 50, why: "Static files" },
    },
  },
  database: {
    engine: "mongodb",
    version: "6", // assumed: MPS's, the only version a runbook names
    name: "fetms",
    role: "fetms_user", // assumed: "MongoDB authentication enabled" names no role
    replicaSet: true, // fetms.md, Horizontal Scaling
    slowStatementMs: 100, // fetms.md, Monitor slow queries
    sizeGiB: 10, // assumed
    memoryMiB: 1024,
    cpus: 1,
  },
  redis: {
    version: "7", // assumed: the other systems'
    appendOnly: false,
    uses: ["sessions"],
    optional: true,
    memoryMiB: 256,
    cpus: 0.5,
  },
  uploads: { path: "/app/uploads", folders: ["avatars", "documents"] },
  routes: [
    { path: "/", service: "frontend", cache: true },
    { path: "/api", service: "backend" },
  ],
  migration: {
    service: "backend",
    command: ["npm", "run", "migrate:projects"], // fetms.md runs it with `--prefix backend`, the image's working directory
    stagingFirst: true,
    backupBefore: true,
  },
  secrets: [jwtSecret("jwtSecret", "Signs the session tokens of the API")],
  backup: {
    at: "02:00", // fetms.md, Automated Backup Strategy
    everyHours: 24,
    parts: ["database", "uploads"], // fetms.md, Database Backup and Uploaded Files Backup; its Redis holds sessions only
    kept: { dailyDays: 7, weeklyWeeks: 4, monthlyMonths: 3 }, // fetms.md, Automated Backup Strategy
  },
  // fetms.md, Backend Deployment 4 and Verify deployment: "Test critical paths (login, teachers list, dashboard)"; the paths of login and list are assumed.
  smoke: [
    firstPage,
    { name: "health", path: "/api/health" },
    ...loginFlows("/api/teachers"),
  ],
  maintenance: { noticeHours: 48, section: "Maintenance Procedures" }, // "48 hours notice for planned maintenance"
  maxBodyMiB: 10, // fetms.md, File Upload Fails: 10 * 1024 * 1024
};
