import type { TableSpec } from "../database/types";
import type { System } from "./types";
import { users, usersSteps } from "./users";

const memos: TableSpec = {
  name: "memos",
  columns: {
    title: { type: "text", required: true },
    body: { type: "text", default: "" },
    pinned: { type: "boolean", default: false },
  },
  access: { read: "anyone", write: "user" },
};

/** MemoApp: an API behind the edge, PostgreSQL and Redis. */
export const memo: System = {
  id: "memo",
  title: "MemoApp",
  ports: { backend: 3001, frontend: 3000 },
  engine: "postgres",
  env: { databaseUrl: "DATABASE_URL", redisUrl: "REDIS_URL", jwtSecret: "JWT_SECRET", corsOrigin: "CORS_ORIGIN" },
  health: { path: "/api/health" },
  metrics: [{ path: "/metrics", format: "prometheus" }],
  tables: [users, memos],
  migrations: [
    { id: "0001-users", steps: usersSteps },
    { id: "0002-memos", steps: [{ kind: "table", table: memos }] },
  ],
  migratesOnStart: true,
  business: [
    { kind: "gauge", name: "memo_active_users", help: "Users seen in the last 15 minutes, over all replicas", from: { kind: "activeUsers" } },
    { kind: "counter", name: "memo_cache_hits_total", help: "Lists answered from Redis", event: "cacheHit" },
    { kind: "counter", name: "memo_cache_misses_total", help: "Lists that had to be asked of the database", event: "cacheMiss" },
    { kind: "counter", name: "memo_logins_total", help: "Successful logins", event: "login" },
    { kind: "counter", name: "memo_failed_logins_total", help: "Failed logins", event: "loginFailed" },
    { kind: "gauge", name: "memo_memos", help: "Memos kept", from: { kind: "rows", table: "memos" } },
  ],
  seed: {
    memos: [
      { title: "Welcome", body: "Edit me, or write a memo of your own.", pinned: true },
      { title: "Shopping", body: "Coffee, oat milk, stamps", pinned: false },
      { title: "Release notes", body: "Version 1 is out", pinned: false },
    ],
  },
  uploads: [],
  auditLog: false,
  sockets: false,
  cachedTable: "memos",
  showcase: { table: "memos", columns: ["title", "body", "pinned"] },
  demoRows: [
    { table: "memos", row: (n) => ({ title: `Demo ${n}`, body: "Written by the demo traffic", pinned: false }) },
  ],
};
