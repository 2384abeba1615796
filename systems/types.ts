import type { SmokeFlow } from "./smoke";

/** The shape of what a runbook says about a system. Data only: this folder imports no Pulumi. */

export type SystemId = "mps" | "fetms" | "memo" | "motel" | "sms";

export interface SystemSpec {
  readonly id: SystemId;
  readonly title: string;
  /** File name of the runbook these facts come from, e.g. `motel.md`. */
  readonly runbook: string;
  readonly services: { readonly backend: ServiceSpec; readonly frontend: ServiceSpec };
  readonly database: DatabaseSpec;
  readonly redis?: RedisSpec;
  /** Files that visitors upload; a volume mounted into the backend. */
  readonly uploads?: UploadsSpec;
  /** Folder of the audit log; a volume mounted into the backend. */
  readonly auditLog?: { readonly path: string };
  /** In no particular order: putting the longest prefix first is the renderer's business. */
  readonly routes: readonly RouteSpec[];
  readonly migration?: MigrationSpec;
  /** Generated, unless the operator gives them as stack secrets `<system>:<name>`. */
  readonly secrets: readonly SecretSpec[];
  /** When people work with it, in the stack's time zone: few requests then mean that something is wrong. Absent: at no time. */
  readonly expectedLoad?: ExpectedLoad;
  /** Hours ahead that visitors hear of planned maintenance. Absent: the runbook promises none. */
  readonly maintenance?: { readonly noticeHours: number; /** Heading in the runbook. */ readonly section: string };
  /** What is backed up, when, and how long it is kept; configuration and the stack's checkpoint always are. */
  readonly backup: BackupSpec;
  /** In order. They only read, but for a login: production is asked them too. */
  readonly smoke: readonly SmokeFlow[];
  /** Largest request body that the edge lets through, MiB. */
  readonly maxBodyMiB: number;
}

export type ServiceName = "backend" | "frontend";

export interface ExpectedLoad {
  readonly days: readonly ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
  /** "08:00", before `to` on the same day. */
  readonly from: string;
  readonly to: string;
}

export interface ServiceSpec {
  readonly name: ServiceName;
  /** `static`: files served by the web image; `server`: a process of its own. */
  readonly kind: "server" | "static";
  readonly framework: string;
  readonly port: number;
  /** `ready ?? path` gates traffic; `live ?? path` tells whether the process runs. */
  readonly health: { readonly path: string; readonly live?: string; readonly ready?: string };
  readonly metrics: readonly MetricsEndpoint[];
  /** Environment variable -> where its value comes from. */
  readonly settings: Readonly<Record<string, SettingSource>>;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly replicas: number;
  readonly scale: { readonly maxReplicas: number; readonly why: string; /** When a platform that can scales by itself; absent: the runbook doesn't say. */ readonly autoscale?: AutoscaleSpec };
}

/** More of it while the average of all is above one of these, in hundredths of what each may take. */
export interface AutoscaleSpec {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly maxReplicas: number;
}

export interface MetricsEndpoint {
  readonly path: string;
  readonly format: "prometheus" | "json";
  /** Metric families (without `_bucket`, `_sum`, `_count`); empty for JSON, which has none. */
  readonly families: readonly string[];
}

export type SettingSource =
  | { readonly kind: "literal"; readonly value: string }
  /** `development` in dev, `production` everywhere else. */
  | { readonly kind: "environment" }
  | { readonly kind: "port" }
  | { readonly kind: "databaseUrl" }
  | { readonly kind: "databaseUser" }
  | { readonly kind: "databasePassword" }
  | { readonly kind: "databaseName" }
  /** Left out of the environment when the system runs without Redis. */
  | { readonly kind: "redisUrl" }
  | { readonly kind: "secret"; readonly name: string }
  /** Comma-joined. */
  | { readonly kind: "corsOrigins" }
  /** `https://<domain>[:port]<path>`; `buildTime`: baked into the image, so also a build argument. */
  | { readonly kind: "publicUrl"; readonly path: string; readonly buildTime?: boolean };

export interface DatabaseSpec {
  readonly engine: "postgres" | "mongodb";
  readonly version: string;
  readonly name: string;
  /** The application's role; never the server's superuser. */
  readonly role: string;
  /** The runbook wants a replica set once the system is scaled out. */
  readonly replicaSet?: boolean;
  /** A statement that takes longer is recorded by the server; absent: the runbook says nothing of slow ones. */
  readonly slowStatementMs?: number;
  readonly sizeGiB: number;
  readonly memoryMiB: number;
  readonly cpus: number;
}

export interface RedisSpec {
  readonly version: string;
  readonly appendOnly: boolean;
  readonly uses: readonly string[];
  /** Runs only when the backend is scaled out, or when asked for. */
  readonly optional?: boolean;
  readonly memoryMiB: number;
  readonly cpus: number;
}

export interface UploadsSpec {
  readonly path: string;
  readonly folders: readonly string[];
}

export interface RouteSpec {
  /** Path prefix. */
  readonly path: string;
  readonly service: ServiceName;
  readonly websocket?: boolean;
  readonly sticky?: boolean;
  readonly cache?: boolean;
}

export interface MigrationSpec {
  readonly service: "backend";
  readonly command: readonly string[];
  readonly stagingFirst: boolean;
  readonly backupBefore: boolean;
}

export interface BackupSpec {
  /** "02:00", in the stack's time zone. */
  readonly at: string;
  /** Hours from one backup to the next: with 12 and "02:00" also at 14:00. */
  readonly everyHours: BackupInterval;
  readonly parts: readonly BackupPart[];
  readonly kept: KeptSpec;
}

export type BackupInterval = 24 | 12 | 8 | 6;

export type BackupPart = "database" | "redis" | "uploads";

/** For how long, by tier; absent: no backups of that tier are made. */
export interface KeptSpec {
  readonly dailyDays: number;
  readonly weeklyWeeks?: number;
  readonly monthlyMonths?: number;
}

export interface SecretSpec {
  /** camelCase, e.g. `jwtSecret`: the key of the stack secret `<system>:jwtSecret`. */
  readonly name: string;
  /** Characters made when generated. */
  readonly length: number;
  /** Fewest characters taken when given. */
  readonly minLength: number;
  /** What was encrypted with an earlier value is still to be opened, so these are kept. @default false */
  readonly keepsEarlier?: boolean;
  readonly purpose: string;
}
