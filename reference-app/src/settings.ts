import { hostname } from "node:os";
import type { Level } from "./log";
import { systemIds, systems, type System } from "./systems";

export type Environment = Readonly<Record<string, string | undefined>>;
export type Role = "backend" | "frontend";

/**
 * `broken`: never healthy. `dies`: ends at once. `slow`: answers late. `errors`: healthy, and answers every visitor with 500.
 * `patchy`: the same for whatever has a query. `leaks`: healthy, and takes more and more memory. `bursts`: all at once, after its first visitors.
 */
export const behaviours = ["broken", "dies", "slow", "errors", "patchy", "leaks", "bursts"] as const;
export type Behaviour = "normal" | (typeof behaviours)[number];

/** What both roles know. */
export interface CommonSettings {
  readonly system: System;
  readonly role: Role;
  readonly version: string;
  readonly hostname: string;
  readonly port: number;
  readonly logLevel: Level;
  readonly corsOrigins: readonly string[];
  /** By the version's last word: a release that fails on purpose. */
  readonly behaviour: Behaviour;
  /** Time in which the edge learns from health checks that this process is going. */
  readonly drainSeconds: number;
  /** Everything open is cut off after this time, counted from the signal. */
  readonly graceSeconds: number;
}

export interface DataSettings {
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  /** How long to wait for the database at start. */
  readonly connectSeconds: number;
}

export interface BackendSettings extends CommonSettings, DataSettings {
  readonly jwtSecret: string;
  readonly jwtRefreshSecret?: string;
  readonly accessSeconds: number;
  readonly uploadsDirectory: string;
  readonly maxUploadBytes: number;
  readonly auditLogPath?: string;
  /** Administrators may push errors and latency through the app. Never outside demos and tests. */
  readonly faults: boolean;
}

export interface FrontendSettings extends CommonSettings {
  /** Where the browser finds the API: a path on the same host, or an address. */
  readonly apiUrl: string;
}

export interface Login {
  readonly email: string;
  readonly password: string;
}

/** Every problem of the environment in one message: a start that fails should fail once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  constructor(readonly problems: readonly string[]) {
    super(`the environment is not complete:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  }
}

/** Collects problems while reading; `done` throws them together. */
class Reader {
  readonly problems: string[] = [];
  constructor(private readonly env: Environment) {}

  optional(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === "" ? undefined : value;
  }

  required(name: string, purpose: string): string {
    const value = this.optional(name);
    if (value === undefined) this.problems.push(`${name} is not set; it holds ${purpose}`);
    return value ?? "";
  }

  choice<T extends string>(name: string, allowed: readonly T[], fallback?: T): T {
    const value = this.optional(name) ?? fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.problems.push(`${name} is ${value ?? "not set"}; use one of ${allowed.join(", ")}`);
    return found ?? (allowed[0] as T);
  }

  number(name: string, fallback: number, minimum: number, maximum: number): number {
    const text = this.optional(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (Number.isFinite(value) && value >= minimum && value <= maximum) return value;
    this.problems.push(`${name} is ${text}; use a number from ${minimum} to ${maximum}`);
    return fallback;
  }

  secret(name: string, purpose: string): string {
    const value = this.required(name, purpose);
    if (value !== "" && value.length < 64) this.problems.push(`${name} has ${value.length} characters; use at least 64`);
    return value;
  }

  done(): void {
    if (this.problems.length > 0) throw new SettingsError(this.problems);
  }
}

const levels: readonly Level[] = ["debug", "info", "warn", "error"];

export function readCommon(env: Environment): CommonSettings {
  const reader = new Reader(env);
  const settings = common(reader);
  reader.done();
  return settings;
}

export function readBackend(env: Environment): BackendSettings {
  const reader = new Reader(env);
  const base = common(reader);
  const names = base.system.env;
  if (names.redisUrl && !names.redisOptional) reader.required(names.redisUrl, "the address of Redis");
  for (const [name, purpose] of Object.entries(names.others ?? {})) reader.required(name, purpose);
  const settings: BackendSettings = {
    ...base,
    ...data(reader, base.system),
    jwtSecret: reader.secret(names.jwtSecret, "the key that signs tokens"),
    jwtRefreshSecret: names.jwtRefreshSecret ? reader.secret(names.jwtRefreshSecret, "the key that signs refresh tokens") : undefined,
    accessSeconds: lifetime(reader, names.jwtExpiresIn, base.system),
    uploadsDirectory: reader.optional("UPLOADS_DIR") ?? "/app/uploads",
    maxUploadBytes: reader.number("MAX_UPLOAD_MIB", 10, 1, 1024) * 1024 * 1024,
    auditLogPath: base.system.auditLog ? (reader.optional("AUDIT_LOG_PATH") ?? "/app/logs/audit.log") : undefined,
    faults: reader.choice("REFERENCE_FAULTS", ["0", "1"], "0") === "1",
  };
  reader.done();
  return settings;
}

export function readFrontend(env: Environment): FrontendSettings {
  const reader = new Reader(env);
  const settings = { ...common(reader), apiUrl: reader.optional("NEXT_PUBLIC_API_URL") ?? reader.optional("API_URL") ?? "/api" };
  reader.done();
  return settings;
}

/** For `migrate` and `seed`, which need no keys. */
export function readData(env: Environment): { readonly common: CommonSettings; readonly data: DataSettings } {
  const reader = new Reader(env);
  const base = common(reader);
  const settings = { common: base, data: data(reader, base.system) };
  reader.done();
  return settings;
}

export function readLogin(env: Environment): Login {
  const reader = new Reader(env);
  const login = {
    email: reader.required("SEED_ADMIN_EMAIL", "the first login's address"),
    password: reader.required("SEED_ADMIN_PASSWORD", "the first login's password"),
  };
  if (login.password !== "" && login.password.length < 12) {
    reader.problems.push(`SEED_ADMIN_PASSWORD has ${login.password.length} characters; use at least 12`);
  }
  reader.done();
  return login;
}

function common(reader: Reader): CommonSettings {
  const system = systems[reader.choice("REFERENCE_SYSTEM", systemIds)];
  const role = reader.choice<Role>("REFERENCE_ROLE", ["backend", "frontend"], "backend");
  const version = reader.optional("APP_VERSION") ?? "0.0.0";
  const cors = system.env.corsOrigin ? reader.optional(system.env.corsOrigin) : undefined;
  const corsOrigins = (cors ?? "").split(",").map((origin) => origin.trim()).filter((origin) => origin !== "");
  if (corsOrigins.includes("*")) reader.problems.push(`${system.env.corsOrigin ?? ""} is *; name the origins`);
  return {
    system, role, version, corsOrigins,
    hostname: hostname(),
    port: reader.number("PORT", system.ports[role], 0, 65535),
    logLevel: reader.choice("LOG_LEVEL", levels, "info"),
    behaviour: behaviours.find((word) => version.endsWith(`-${word}`)) ?? "normal",
    drainSeconds: reader.number("SHUTDOWN_DRAIN_SECONDS", 3, 0, 60),
    graceSeconds: reader.number("SHUTDOWN_GRACE_SECONDS", 9, 0, 300),
  };
}

function data(reader: Reader, system: System): DataSettings {
  const { databaseUrl, redisUrl } = system.env;
  const url = reader.required(databaseUrl, "the address of the database");
  const schemes = system.engine === "postgres" ? ["postgres:", "postgresql:"] : ["mongodb:", "mongodb+srv:"];
  if (url !== "" && !schemes.some((scheme) => url.startsWith(scheme))) {
    reader.problems.push(`${databaseUrl} is no address of a ${system.engine} database; it starts with ${schemes.join(" or ")}`);
  }
  return {
    databaseUrl: url,
    redisUrl: redisUrl ? reader.optional(redisUrl) : undefined,
    connectSeconds: reader.number("CONNECT_SECONDS", 60, 1, 3600),
  };
}

/** `15m`, `1d`, `3600`: as jsonwebtoken reads JWT_EXPIRES_IN. With a refresh token, access tokens live 15 minutes. */
function lifetime(reader: Reader, name: string | undefined, system: System): number {
  const fallback = system.env.jwtRefreshSecret ? "15m" : "1d";
  const text = (name ? reader.optional(name) : undefined) ?? fallback;
  const match = /^(\d+)\s*([smhd]?)$/.exec(text);
  const unit = { "": 1, s: 1, m: 60, h: 3600, d: 86400 }[match?.[2] ?? ""] ?? 1;
  const seconds = Number(match?.[1] ?? 0) * unit;
  if (seconds <= 0) reader.problems.push(`${name ?? "the token lifetime"} is ${text}; use a number of seconds, or 15m, 12h, 1d`);
  return seconds;
}

export interface TrafficSettings {
  readonly system: System;
  /** The edge's address, e.g. `https://edge:8443`. */
  readonly target: URL;
  /** The name under which visitors know the system, e.g. `motel.localhost`. */
  readonly host: string;
  /** Requests a second. */
  readonly rate: number;
  readonly insecure: boolean;
  readonly login?: Login;
}

export function readTraffic(env: Environment): TrafficSettings {
  const reader = new Reader(env);
  const base = common(reader);
  const target = reader.required("TRAFFIC_TARGET", "the edge's address, e.g. https://edge:8443");
  if (target !== "" && !URL.canParse(target)) reader.problems.push(`TRAFFIC_TARGET is ${target}; use an address such as https://edge:8443`);
  const rate = reader.number("TRAFFIC_RATE", 2, 0.01, 1000);
  const host = reader.optional("TRAFFIC_HOST");
  const login = { email: reader.optional("SEED_ADMIN_EMAIL") ?? "", password: reader.optional("SEED_ADMIN_PASSWORD") ?? "" };
  reader.done();
  const url = new URL(target);
  return {
    system: base.system, target: url, rate,
    host: host ?? url.host,
    insecure: reader.optional("TRAFFIC_INSECURE") === "1",
    login: login.email !== "" && login.password !== "" ? login : undefined,
  };
}
