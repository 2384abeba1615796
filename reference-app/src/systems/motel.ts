import type { TableSpec } from "../database/types";
import type { System } from "./types";
import { users, usersSteps } from "./users";

const suites: TableSpec = {
  name: "suites",
  columns: {
    number: { type: "text", required: true },
    name: { type: "text", required: true },
    beds: { type: "integer", default: 2 },
    status: { type: "text", oneOf: ["free", "occupied", "cleaning"], default: "free" },
  },
  access: { read: "anyone", write: "user" },
};

const tasks: TableSpec = {
  name: "tasks",
  columns: {
    title: { type: "text", required: true },
    suite: { type: "text" },
    status: { type: "text", oneOf: ["pending", "in_progress", "done"], default: "pending" },
  },
  access: { read: "anyone", write: "user" },
};

/** Motel Manager: NestJS with Socket.io, PostgreSQL 16, Redis 7 with AOF, Next.js frontend. */
export const motel: System = {
  id: "motel",
  title: "Motel Manager",
  ports: { backend: 3001, frontend: 3000 },
  engine: "postgres",
  env: {
    databaseUrl: "DATABASE_URL",
    redisUrl: "REDIS_URL",
    jwtSecret: "JWT_SECRET",
    jwtExpiresIn: "JWT_EXPIRES_IN",
    corsOrigin: "CORS_ORIGIN",
  },
  health: { path: "/health", live: "/health/live", ready: "/health/ready" },
  metrics: [
    { path: "/metrics", format: "json" },
    { path: "/metrics/prometheus", format: "prometheus" },
  ],
  tables: [users, suites, tasks],
  migrations: [
    { id: "0001-users", steps: usersSteps },
    {
      id: "0002-suites-and-tasks",
      steps: [
        { kind: "table", table: suites },
        { kind: "index", table: "suites", columns: ["number"], unique: true },
        { kind: "table", table: tasks },
        { kind: "index", table: "tasks", columns: ["status"], unique: false },
      ],
    },
  ],
  migratesOnStart: false,
  business: [
    { kind: "gauge", name: "motel_uptime_seconds", help: "Application uptime", from: { kind: "uptime" } },
    { kind: "gauge", name: "motel_memory_heap_used_bytes", help: "Memory usage", from: { kind: "heapUsed" } },
    { kind: "gauge", name: "motel_websocket_connections", help: "Active WebSocket connections", from: { kind: "socketConnections" } },
    { kind: "gauge", name: "motel_websocket_users", help: "Connected unique users", from: { kind: "socketUsers" } },
    { kind: "counter", name: "motel_websocket_disconnects_total", help: "WebSocket disconnects", event: "socketDisconnected" },
    { kind: "gauge", name: "motel_suites_total", help: "Total suites", from: { kind: "rows", table: "suites" } },
    { kind: "gauge", name: "motel_tasks_total", help: "Total tasks", from: { kind: "rows", table: "tasks" } },
    { kind: "gauge", name: "motel_tasks_pending", help: "Pending tasks", from: { kind: "rows", table: "tasks", where: { status: "pending" } } },
    { kind: "gauge", name: "motel_tasks_in_progress", help: "In-progress tasks", from: { kind: "rows", table: "tasks", where: { status: "in_progress" } } },
    { kind: "counter", name: "motel_logins_total", help: "Successful logins", event: "login" },
    { kind: "counter", name: "motel_failed_logins_total", help: "Failed logins", event: "loginFailed" },
  ],
  seed: {
    suites: [
      { number: "101", name: "Garden suite", beds: 2, status: "free" },
      { number: "102", name: "Courtyard twin", beds: 2, status: "occupied" },
      { number: "201", name: "Family suite", beds: 4, status: "cleaning" },
      { number: "202", name: "Corner double", beds: 1, status: "free" },
    ],
    tasks: [
      { title: "Change linen", suite: "201", status: "in_progress" },
      { title: "Fix the tap", suite: "102", status: "pending" },
      { title: "Restock the minibar", suite: "101", status: "done" },
    ],
  },
  uploads: [],
  auditLog: false,
  sockets: true,
  cachedTable: "suites",
  showcase: { table: "suites", columns: ["number", "name", "beds", "status"] },
  demoRows: [
    { table: "suites", row: (n) => ({ number: `demo-${n}`, name: "Demo suite", beds: 2 }) },
    { table: "tasks", row: (n) => ({ title: `Demo task ${n}`, status: "pending" }) },
  ],
};
