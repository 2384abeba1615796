import type { TableSpec } from "../database/types";
import type { System } from "./types";
import { users, usersSteps } from "./users";

const teachers: TableSpec = {
  name: "teachers",
  columns: {
    email: { type: "text", required: true },
    name: { type: "text", required: true },
    school: { type: "text" },
    pipelineStage: { type: "text", oneOf: ["applied", "interview", "placed"], default: "applied" },
    avatar: { type: "json", internal: true },
    document: { type: "json", internal: true },
  },
  access: { read: "anyone", write: "user" },
  softDelete: true,
};

/** FETMS: Express, MongoDB with authentication, uploads on a volume, static React frontend. */
export const fetms: System = {
  id: "fetms",
  title: "FETMS",
  ports: { backend: 5000, frontend: 8080 },
  engine: "mongodb",
  env: {
    databaseUrl: "MONGO_URI",
    redisUrl: "REDIS_URL",
    redisOptional: true,
    jwtSecret: "JWT_SECRET",
    corsOrigin: "CORS_ORIGIN",
  },
  health: { path: "/api/health" },
  metrics: [{ path: "/metrics", format: "prometheus" }],
  tables: [users, teachers],
  migrations: [
    { id: "0001-users", steps: usersSteps },
    {
      id: "0002-teachers",
      steps: [
        { kind: "table", table: teachers },
        { kind: "index", table: "teachers", columns: ["email"], unique: true },
        { kind: "index", table: "teachers", columns: ["pipelineStage"], unique: false },
        { kind: "index", table: "teachers", columns: ["school"], unique: false },
      ],
    },
  ],
  migratesOnStart: false,
  business: [
    { kind: "counter", name: "fetms_logins_total", help: "Successful logins", event: "login" },
    { kind: "counter", name: "fetms_failed_logins_total", help: "Failed logins", event: "loginFailed" },
    { kind: "counter", name: "fetms_deprecated_api_calls_total", help: "Calls of routes that will go", event: "deprecatedCall" },
    { kind: "counter", name: "fetms_mongodb_errors_total", help: "Failed requests to MongoDB", event: "databaseError" },
    { kind: "gauge", name: "fetms_teachers", help: "Teachers on file", from: { kind: "rows", table: "teachers" } },
  ],
  seed: {
    teachers: [
      { email: "mina@fetms.example", name: "Mina Park", school: "North High", pipelineStage: "placed" },
      { email: "jonas@fetms.example", name: "Jonas Weber", school: "Lakeside", pipelineStage: "interview" },
      { email: "ada@fetms.example", name: "Ada Okafor", school: "North High", pipelineStage: "applied" },
    ],
  },
  uploads: [
    { table: "teachers", name: "avatar", folder: "avatars", types: ["image/png", "image/jpeg", "image/webp", "image/gif"] },
    { table: "teachers", name: "document", folder: "documents", types: ["application/pdf", "text/plain"] },
  ],
  auditLog: false,
  sockets: false,
  deprecated: { "/api/teacher-list": { table: "teachers", since: "2026-07-01T00:00:00Z" } },
  showcase: { table: "teachers", columns: ["name", "school", "pipelineStage"] },
  demoRows: [],
};
