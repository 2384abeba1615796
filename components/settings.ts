import * as pulumi from "@pulumi/pulumi";
import type { ServiceName, SettingSource, SystemId } from "../systems";
import { assertNever } from "../config/assertNever";
import type { Endpoint } from "../platforms/platform";

/** Everything a system's settings can be made of. */
export interface SettingValues {
  readonly environment: string;
  readonly port: number;
  readonly databaseUrl: pulumi.Output<string>;
  readonly databaseUser: string;
  readonly databasePassword: pulumi.Output<string>;
  readonly databaseName: string;
  /** Absent while the system runs without Redis: its settings are left out then. */
  readonly redisUrl?: pulumi.Output<string>;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly corsOrigins: readonly string[];
  /** `https://host[:port]`, without a slash at the end. */
  readonly publicOrigin: string;
}

/** A service's environment: each of the runbook's settings from its source. */
export function resolveSettings(
  sources: Readonly<Record<string, SettingSource>>,
  values: SettingValues,
): Record<string, pulumi.Input<string>> {
  const resolved: Record<string, pulumi.Input<string>> = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = resolveSetting(name, source, values);
    if (value !== undefined) resolved[name] = value;
  }
  return resolved;
}

/** Settings that are baked into the image; they are public by nature, so never a secret. */
export function buildTimeSettings(sources: Readonly<Record<string, SettingSource>>, publicOrigin: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([name, source]) =>
      source.kind === "publicUrl" && source.buildTime === true ? [[name, publicUrl(publicOrigin, source.path)]] : [],
    ),
  );
}

function resolveSetting(name: string, source: SettingSource, values: SettingValues): pulumi.Input<string> | undefined {
  switch (source.kind) {
    case "literal":
      return source.value;
    case "environment":
      return values.environment === "dev" ? "development" : "production";
    case "port":
      return String(values.port);
    case "databaseUrl":
      return values.databaseUrl;
    case "databaseUser":
      return values.databaseUser;
    case "databasePassword":
      return values.databasePassword;
    case "databaseName":
      return values.databaseName;
    case "redisUrl":
      return values.redisUrl;
    case "secret": {
      const secret = values.secrets[source.name];
      if (secret === undefined) throw new Error(`setting ${name} wants the secret ${source.name}, which its system doesn't declare`);
      return secret;
    }
    case "corsOrigins":
      return values.corsOrigins.join(",");
    case "publicUrl":
      return publicUrl(values.publicOrigin, source.path);
    default:
      return assertNever(source);
  }
}

function publicUrl(origin: string, path: string): string {
  return path === "/" || path === "" ? origin : `${origin}${path}`;
}

/** A connection URL; user and password are escaped, as a given password may hold anything. */
export function databaseUrl(
  engine: "postgres" | "mongodb",
  user: string,
  password: pulumi.Output<string>,
  host: pulumi.Output<string>,
  port: number,
  database: string,
  options: Readonly<Record<string, string>> = {},
): pulumi.Output<string> {
  const scheme = engine === "postgres" ? "postgresql" : "mongodb";
  const pairs = Object.entries({ ...(engine === "postgres" ? {} : { authSource: database }), ...options });
  const query = pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
  return pulumi.interpolate`${scheme}://${encodeURIComponent(user)}:${password.apply(encodeURIComponent)}@${host}:${port}/${database}${query}`;
}

export function redisUrl(password: pulumi.Output<string>, { host, isEncrypted, port }: Pick<Endpoint, "host" | "isEncrypted" | "port">): pulumi.Output<string> {
  return pulumi.interpolate`${isEncrypted === true ? "rediss" : "redis"}://:${password.apply(encodeURIComponent)}@${host}:${port}`;
}

/** What the reference app is to be: it keeps the contract of all five systems. */
export function referenceSettings(system: SystemId, service: ServiceName): Record<string, string> {
  return { REFERENCE_SYSTEM: system, REFERENCE_ROLE: service };
}
