import type { Migration, Row, TableSpec } from "../database/types";

export const systemIds = ["mps", "fetms", "memo", "motel", "sms"] as const;
export type SystemId = (typeof systemIds)[number];

/** What one of the five systems looks like from outside, and the rows it keeps. */
export interface System {
  readonly id: SystemId;
  readonly title: string;
  readonly ports: { readonly backend: number; readonly frontend: number };
  readonly engine: "postgres" | "mongodb";
  /** Names of the settings, as the system's runbook spells them. */
  readonly env: SettingNames;
  readonly health: HealthPaths;
  readonly metrics: readonly { readonly path: string; readonly format: "prometheus" | "json" }[];
  readonly tables: readonly TableSpec[];
  readonly migrations: readonly Migration[];
  /** True where the runbook knows no migration step: `serve` then brings the schema up to date itself. */
  readonly migratesOnStart: boolean;
  readonly business: readonly BusinessMetric[];
  readonly seed: Readonly<Record<string, readonly Row[]>>;
  readonly uploads: readonly UploadSpec[];
  readonly auditLog: boolean;
  readonly sockets: boolean;
  /** The table whose first page is kept in Redis for a few seconds. */
  readonly cachedTable?: string;
  /** Old routes that still work and are counted, by path: the table they list, and when they became old (ISO 8601). */
  readonly deprecated?: Readonly<Record<string, { readonly table: string; readonly since: string }>>;
  /** The table and columns shown on the front page. */
  readonly showcase: { readonly table: string; readonly columns: readonly string[] };
  /** Rows that the demo traffic writes and removes again; `n` makes them unique. None where rows are never really deleted. */
  readonly demoRows: readonly DemoRow[];
}

export interface SettingNames {
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  /** True where the system runs without Redis until it is scaled out (FETMS). */
  readonly redisOptional?: boolean;
  readonly jwtSecret: string;
  readonly jwtRefreshSecret?: string;
  readonly jwtExpiresIn?: string;
  readonly corsOrigin?: string;
  /** Given to the program although this app has no use for it: name and purpose. */
  readonly others?: Readonly<Record<string, string>>;
}

export interface HealthPaths {
  /** Full report: 200 when everything it checks is up, else 503. */
  readonly path: string;
  readonly live?: string;
  readonly ready?: string;
}

/** One figure of the system's own, beside the HTTP histogram that all have. */
export type BusinessMetric =
  | { readonly kind: "counter"; readonly name: string; readonly help: string; readonly event: AppEvent }
  | { readonly kind: "gauge"; readonly name: string; readonly help: string; readonly from: GaugeSource };

export type GaugeSource =
  | { readonly kind: "rows"; readonly table: string; readonly where?: Row }
  | { readonly kind: "activeUsers" }
  | { readonly kind: "sessions" }
  | { readonly kind: "uptime" }
  | { readonly kind: "heapUsed" }
  | { readonly kind: "socketConnections" }
  | { readonly kind: "socketUsers" };

export type AppEvent =
  | "login" | "loginFailed" | "passwordChanged" | "auditEntry" | "deprecatedCall" | "databaseError"
  | "cacheHit" | "cacheMiss" | "socketConnected" | "socketDisconnected"
  | `created:${string}`;

export interface UploadSpec {
  readonly table: string;
  /** Last part of the route, and the column that says what was stored: `avatar`. */
  readonly name: string;
  readonly folder: string;
  readonly types: readonly string[];
}

export interface DemoRow {
  readonly table: string;
  readonly row: (n: string) => Row;
}
