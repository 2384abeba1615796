import { checkStack } from "./checks";
import { ConfigError, isWithin, redact, type Path } from "./errors";
import { readSecrets } from "./given-secrets";
import { readStack, type Located } from "./issues";
import { sortKeys, type RawConfig } from "./keys";
import { resolveStack } from "./resolve";
import { carriesSecret, looksLikeSecret } from "./secrets";
import type { RawStack } from "./schema";
import type { Environment, StackConfig } from "./types";

export type { RawConfig } from "./keys";

/**
 * A stack's configuration: parsed, checked and complete.
 * @throws ConfigError with every problem at once
 */
export function parseConfig(raw: RawConfig): StackConfig {
  const keys = sortKeys(raw);
  const plainText = secretTexts(raw, keys.stack);
  // A copy, as reading takes out what is bad.
  const given = Object.fromEntries(Object.entries(structuredClone(keys.stack)).map(([key, value]) => [`stackbook:${key}`, value]));
  const { stack, problems: malformed } = readStack(keys.stack);
  const isBroken = brokenNames(malformed, ["alerts", "channels"]);
  const isBrokenStore = brokenNames(malformed, ["backups", "stores"]);
  const secrets = readSecrets(raw, keys, { ...stack.alerts, isBroken }, { ...stack.backups, isBroken: isBrokenStore });
  const problems: Located[] = [...keys.problems, ...malformed, ...secrets.problems];
  const environment = environmentOf(raw, stack, problems);
  if (environment !== undefined) {
    const config = resolveStack(raw.stack, environment, stack, secrets, given);
    // Saying "missing" of what is malformed, or of the map around it, helps nobody.
    const known = [...problems];
    problems.push(...checkStack({ raw: stack, config, secrets, environment, isBroken, isBrokenStore }).filter(({ at }) => !known.some((problem) => isWithin(at, problem.at) || isWithin(problem.at, at))));
    if (problems.length === 0) return config;
  }
  throw new ConfigError(redact(problems, plainText), raw.source);
}

/** A channel or store that is malformed is no unknown one: its secret and what names it are in order. */
function brokenNames(malformed: readonly Located[], map: Path): (name: string) => boolean {
  const within = malformed.filter(({ at }) => isWithin(map, at) || isWithin(at, map)).map(({ at }) => at[2]);
  return (name) => within.some((broken) => broken === undefined || broken === name);
}

/** Without an environment no rule is known, so nothing else is checked against one. */
function environmentOf(raw: RawConfig, stack: RawStack, problems: Located[]): Environment | undefined {
  if (stack.environment !== undefined) return stack.environment;
  if (problems.some(({ at }) => at[0] === "environment")) return undefined;
  if (raw.stack === "dev" || raw.stack === "staging" || raw.stack === "prod") return raw.stack;
  const allowed = "dev, staging or prod";
  const fix = `run \`pulumi config set stackbook:environment <${allowed}>\`: the stack's name, ${raw.stack}, doesn't say which it is`;
  problems.push({ at: ["environment"], path: "environment", given: "missing", allowed, fix });
  return undefined;
}

/** Every text that is a secret, or was perhaps meant as one: none of them may show in a message. */
function secretTexts(raw: RawConfig, stack: Record<string, unknown>): Set<string> {
  const texts = new Set<string>();
  for (const [key, value] of Object.entries(raw.values)) {
    if (raw.secretKeys.has(key) || (!key.startsWith("stackbook:") && !key.startsWith("pulumi:"))) texts.add(value);
    if (raw.secretKeys.has(key)) collect(decodeLoosely(value), () => true, texts);
  }
  collect(stack, (name, value) => looksLikeSecret(name) || carriesSecret(value), texts);
  return texts;
}

function collect(value: unknown, isSecret: (name: string, value: string) => boolean, texts: Set<string>, name = "", depth = 0): void {
  if (depth > 32) return;
  if (typeof value === "string") {
    if (isSecret(name, value)) texts.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, isSecret, texts, Array.isArray(value) ? name : key, depth + 1);
  }
}

function decodeLoosely(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
