import type { SettingSource } from "../systems";
import { assertNever } from "./assertNever";
import { carriesSecret, looksLikeSecret } from "./secrets";

export interface SettingTrouble {
  readonly name: string;
  readonly given: string;
  readonly allowed: string;
  readonly fix: string;
}

/**
 * Plain settings may hold no secret, and may not contradict what Stackbook itself sets: a port that
 * the health check doesn't know, a database that isn't there.
 */
export function checkSettings(
  settings: Readonly<Record<string, string>>,
  secretFix: (name: string) => string,
  managed: { readonly system: string; readonly sources: Readonly<Record<string, SettingSource>> } = { system: "", sources: {} },
): SettingTrouble[] {
  return Object.entries(settings).flatMap(([name, value]): SettingTrouble[] => {
    const source = Object.hasOwn(managed.sources, name) ? managed.sources[name] : undefined;
    const trouble = source === undefined || isReplaceable(source) ? undefined : managedTrouble(managed.system, source);
    if (trouble !== undefined) return [{ name, given: "set by Stackbook itself", allowed: "other names", fix: trouble }];
    if (!looksLikeSecret(name) && !carriesSecret(value)) return [];
    return [{ name, given: "a secret in plain text", allowed: "plain values", fix: secretFix(name) }];
  });
}

type Replaceable = Extract<SettingSource, { kind: "literal" | "environment" | "publicUrl" }>;

/** True where a stack file may have its own value. */
export function isReplaceable(source: SettingSource): source is Replaceable {
  return source.kind === "literal" || source.kind === "environment" || source.kind === "publicUrl";
}

function managedTrouble(system: string, source: Exclude<SettingSource, Replaceable>): string {
  switch (source.kind) {
    case "secret":
      return `remove it: a stack secret sets it, \`pulumi config set --secret ${system}:${source.name}\`, or one is generated`;
    case "corsOrigins":
      return "remove it, and list the origins under corsOrigins of the system";
    case "port":
      return "remove it: the health check and the edge use the catalogue's port";
    case "databaseUrl":
    case "databaseUser":
    case "databasePassword":
    case "databaseName":
    case "redisUrl":
      return "remove it: it follows from the system's own database and Redis";
    default:
      return assertNever(source);
  }
}
