import type { SystemId } from "../../../systems";

/** The S table of the requirements, restated from the runbooks: a cell a line, null where the runbook is silent. */
export interface Cells {
  readonly backend: { readonly framework: RegExp; readonly port: number | null };
  readonly health: { readonly path: string | null; readonly live?: string; readonly ready?: string };
  readonly metricsPaths: readonly string[] | null;
  readonly metrics: readonly RegExp[];
  readonly frontend: { readonly framework: RegExp; readonly port: number | null; readonly kind: "server" | "static" };
  readonly database: { readonly engine: "mongodb" | "postgres"; readonly version: string | null; readonly name: string; readonly role: string | null; readonly replicaSet: boolean };
  readonly redis: { readonly version: string | null; readonly uses: readonly string[]; readonly appendOnly: boolean; readonly optional: boolean } | null;
  readonly uploads: { readonly folders: readonly string[]; readonly maxMiB: number } | null;
  readonly auditLog: boolean;
  readonly settings: readonly string[];
  readonly frontendSettings: readonly string[];
  readonly secrets: readonly string[];
  readonly routes: Readonly<Record<string, "backend" | "frontend">>;
  readonly migration: { readonly command: RegExp; readonly stagingFirst: boolean; readonly backupBefore: boolean } | null;
  readonly backendMemoryMiB: number | null;
  readonly backendReplicas: number;
  readonly scalesOut: boolean;
}

export const table: Record<SystemId, Cells> = {
  mps: {
    backend: { framework: /NestJS/, port: 3002 },
    health: { path: null },
    metricsPaths: null,
    metrics: [/sessions/, /logins/, /password_changes/, /failed_auth/, /audit_entries/],
    frontend: { framework: /React \(Vite\)/, port: 5173, kind: "server" },
    database: { engine: "mongodb", version: "6", name: "mps_db", role: null, replicaSet: false },
    redis: { version: "7", uses: ["sessions", "rate limits"], appendOnly: false, optional: false },
    uploads: null,
    auditLog: true,
    settings: ["MONGODB_URI", "JWT_ACCESS_SECRET", "JWT_REFRESH_SECRET", "CORS_ORIGIN"],
    frontendSettings: [],
    secrets: ["jwtAccessSecret", "jwtRefreshSecret"],
    routes: { "/": "frontend", "/api": "backend" },
    migration: null,
    backendMemoryMiB: null,
    backendReplicas: 2,
    scalesOut: true,
  },
  fetms: {
    backend: { framework: /Express/, port: 5000 },
    health: { path: "/api/health" },
    metricsPaths: null,
    metrics: [],
    frontend: { framework: /React.*dist\//, port: null, kind: "static" },
    database: { engine: "mongodb", version: null, name: "fetms", role: null, replicaSet: true },
    redis: { version: "7", uses: ["sessions"], appendOnly: false, optional: true },
    uploads: { folders: ["avatars", "documents"], maxMiB: 10 },
    auditLog: false,
    settings: ["MONGO_URI", "PORT", "NODE_ENV"],
    frontendSettings: [],
    secrets: [],
    routes: { "/": "frontend", "/api": "backend" },
    migration: { command: /^npm run migrate/, stagingFirst: true, backupBefore: true },
    backendMemoryMiB: null,
    backendReplicas: 1,
    scalesOut: true,
  },
  memo: {
    backend: { framework: /API/, port: null },
    health: { path: "/api/health" },
    metricsPaths: null,
    metrics: [/active_users/],
    frontend: { framework: /web app/, port: null, kind: "server" },
    database: { engine: "postgres", version: null, name: "memo_app", role: "memo_user", replicaSet: false },
    redis: { version: "7", uses: [], appendOnly: false, optional: false },
    uploads: null,
    auditLog: false,
    settings: ["DATABASE_URL"],
    frontendSettings: [],
    secrets: [],
    routes: { "/": "frontend", "/api": "backend" },
    migration: null,
    backendMemoryMiB: null,
    backendReplicas: 1,
    scalesOut: true,
  },
  motel: {
    backend: { framework: /NestJS.*Socket\.io/, port: 3001 },
    health: { path: "/health", live: "/health/live", ready: "/health/ready" },
    metricsPaths: ["/metrics", "/metrics/prometheus"],
    metrics: [/^motel_uptime_seconds$/, /^motel_memory_heap_used_bytes$/, /^motel_websocket_connections$/, /^motel_websocket_users$/, /^motel_suites_total$/, /^motel_tasks_total$/, /^motel_tasks_pending$/, /^motel_tasks_in_progress$/],
    frontend: { framework: /Next\.js 15/, port: 3000, kind: "server" },
    database: { engine: "postgres", version: "16", name: "motel_manager", role: null, replicaSet: false },
    redis: { version: "7", uses: [], appendOnly: true, optional: false },
    uploads: null,
    auditLog: false,
    settings: ["DATABASE_URL", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "REDIS_URL", "JWT_SECRET", "JWT_EXPIRES_IN"],
    frontendSettings: ["NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_WS_URL"],
    secrets: ["jwtSecret"],
    routes: { "/": "frontend", "/api": "backend", "/socket.io": "backend" },
    migration: { command: /^npx prisma migrate deploy$/, stagingFirst: true, backupBefore: true },
    backendMemoryMiB: 1024,
    backendReplicas: 1,
    scalesOut: true,
  },
  sms: {
    backend: { framework: /Python/, port: 8080 },
    health: { path: "/health" },
    metricsPaths: null,
    metrics: [/^http_request_duration_seconds$/, /active_users/, /enrollments/, /grade_submissions/],
    frontend: { framework: /web app/, port: null, kind: "server" },
    database: { engine: "postgres", version: null, name: "student_management", role: "sms_user", replicaSet: false },
    redis: null,
    uploads: null,
    auditLog: true,
    settings: ["DATABASE_URL", "BACKUP_ENCRYPTION_KEY"],
    frontendSettings: [],
    secrets: ["backupEncryptionKey"],
    routes: { "/": "frontend", "/api": "backend" },
    migration: null,
    backendMemoryMiB: null,
    backendReplicas: 1,
    scalesOut: true,
  },
};
