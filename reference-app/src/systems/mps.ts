import type { TableSpec } from "../database/types";
import type { System } from "./types";
import { users, usersSteps } from "./users";

const auditEntries: TableSpec = {
  name: "audit",
  columns: {
    at: { type: "timestamp", required: true },
    action: { type: "text", required: true },
    actor: { type: "text", required: true },
    target: { type: "text" },
    requestId: { type: "text" },
  },
  access: { read: "admin", write: "nobody" },
};

const classes: TableSpec = {
  name: "classes",
  columns: {
    code: { type: "text", required: true },
    title: { type: "text", required: true },
    room: { type: "text" },
    seats: { type: "integer", default: 24 },
  },
  access: { read: "anyone", write: "user" },
};

/** Management Portal System: NestJS, MongoDB 6, Redis 7 for sessions and rate limits. */
export const mps: System = {
  id: "mps",
  title: "MPS Management Portal",
  ports: { backend: 3002, frontend: 5173 },
  engine: "mongodb",
  env: {
    databaseUrl: "MONGODB_URI",
    redisUrl: "REDIS_URL",
    jwtSecret: "JWT_ACCESS_SECRET",
    jwtRefreshSecret: "JWT_REFRESH_SECRET",
    corsOrigin: "CORS_ORIGIN",
  },
  health: { path: "/api/health" },
  metrics: [{ path: "/metrics", format: "prometheus" }],
  tables: [users, auditEntries, classes],
  migrations: [
    { id: "0001-users", steps: usersSteps },
    {
      id: "0002-audit-and-classes",
      steps: [
        { kind: "table", table: auditEntries },
        { kind: "index", table: "audit", columns: ["at"], unique: false },
        { kind: "table", table: classes },
        { kind: "index", table: "classes", columns: ["code"], unique: true },
      ],
    },
  ],
  migratesOnStart: true,
  business: [
    { kind: "gauge", name: "mps_active_sessions", help: "Sessions that have not expired, over all replicas", from: { kind: "sessions" } },
    { kind: "counter", name: "mps_logins_total", help: "Successful logins", event: "login" },
    { kind: "counter", name: "mps_failed_auth_total", help: "Failed logins", event: "loginFailed" },
    { kind: "counter", name: "mps_password_changes_total", help: "Passwords changed by their users", event: "passwordChanged" },
    { kind: "counter", name: "mps_audit_entries_total", help: "Audit entries written", event: "auditEntry" },
  ],
  seed: {
    classes: [
      { code: "MATH-1", title: "Algebra", room: "A101", seats: 24 },
      { code: "PHYS-1", title: "Mechanics", room: "B210", seats: 18 },
      { code: "HIST-2", title: "Modern history", room: "A004", seats: 30 },
    ],
  },
  uploads: [],
  auditLog: true,
  sockets: false,
  showcase: { table: "classes", columns: ["code", "title", "room", "seats"] },
  demoRows: [
    { table: "classes", row: (n) => ({ code: `DEMO-${n}`, title: "Demo class", room: "C001", seats: 12 }) },
  ],
};
