import { jwtSecret } from "./secrets";
import { firstPage, loginFlows } from "./smoke";
import type { SystemSpec } from "./types";

/** Facts from sms.md; what the runbook leaves open is marked "assumed". */
export const sms: SystemSpec = {
  id: "sms",
  title: "Student Management System",
  runbook: "sms.md",
  services: {
    backend: {
      name: "backend",
      kind: "server",
      framework: "Python",
      port: 8080,
      health: { path: "/health" },
      metrics: [
        {
          path: "/metrics", // assumed: where Prometheus looks by default
          format: "prometheus",
          // The first name is the runbook's; it has a dashboard, but no names, for the others.
          families: ["http_request_duration_seconds", "sms_active_users", "sms_enrollments_total", "sms_grade_submissions_total"],
        },
      ],
      settings: {
        PORT: { kind: "port" }, // assumed
        DATABASE_URL: { kind: "databaseUrl" }, // assumed name
        BACKUP_ENCRYPTION_KEY: { kind: "secret", name: "backupEncryptionKey" },
        JWT_SECRET: { kind: "secret", name: "jwtSecret" }, // assumed: the runbook has users and administrators
        CORS_ORIGIN: { kind: "corsOrigins" }, // assumed name, requirement X1
      },
      memoryMiB: 512, // assumed
      cpus: 1,
      replicas: 1,
      // sms.md, Growth Projections and Current Capacity.
      scale: { maxReplicas: 50, why: "Several backends from 2,000 users; 200+ concurrent, 10,000+ users in all" },
    },
    frontend: {
      name: "frontend",
      kind: "server",
      framework: "web app",
      port: 3000, // assumed
      health: { path: "/" }, // assumed
      metrics: [],
      settings: {
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
    name: "student_management",
    role: "sms_user",
    slowStatementMs: 5000, // sms.md, long-running queries
    sizeGiB: 100, // sms.md, Current Capacity: 100GB+
    memoryMiB: 512,
    cpus: 1,
  },
  auditLog: { path: "/app/logs" }, // sms.md, Access Control: `backend/logs/audit.log`
  routes: [
    { path: "/", service: "frontend" },
    { path: "/api", service: "backend" },
    // Assumed: probes from outside need the health address, which the runbook has beside the API.
    { path: "/health", service: "backend" },
  ],
  secrets: [
    { name: "backupEncryptionKey", length: 64, minLength: 32, purpose: "Encrypts backups (AES-256)", keepsEarlier: true },
    jwtSecret("jwtSecret", "Signs the session tokens of the API"),
  ],
  // Assumed: school hours. sms.md gives a throughput that must not be fallen below, and no time.
  expectedLoad: { days: ["monday", "tuesday", "wednesday", "thursday", "friday"], from: "08:00", to: "16:00" },
  backup: {
    at: "02:00", // sms.md, Automated Backup Schedule
    everyHours: 12, // requirement B9: its RPO of 24 h holds even when one backup fails
    parts: ["database"],
    kept: { dailyDays: 30 }, // sms.md, Automated Backup Schedule
  },
  // sms.md, Morning Checklist and Backend Down: `curl http://localhost:8080/health`; login and list are assumed.
  smoke: [
    firstPage,
    { name: "health", path: "/health", expect: { json: { status: "healthy" } } },
    ...loginFlows("/api/students"),
  ],
  maintenance: { noticeHours: 24, section: "Production Change Procedure" }, // "Notify users 24 hours in advance"
  maxBodyMiB: 10, // assumed: the one limit that a runbook gives (fetms.md)
};
