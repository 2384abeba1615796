import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ConfigError, type Problem } from "../../../config/errors";
import { parseConfig, type RawConfig } from "../../../config/parse";
import type { StackConfig } from "../../../config/types";

/** A stack file as one writes it: full keys, with maps as maps. */
export type StackFile = Record<string, unknown>;

/** The committed file of a stack, ours to change in a test. */
export function committed(stack: "staging" | "prod"): StackFile {
  const file = parse(readFileSync(join(__dirname, `../../../Pulumi.${stack}.yaml`), "utf8")) as { config: StackFile };
  return file.config;
}

export interface Circumstances {
  readonly stack?: string;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What Pulumi makes of a stack file: text, with maps and lists as JSON. */
export function asPulumiGives(file: StackFile, { stack = "prod", secrets = {} }: Circumstances = {}): RawConfig {
  const plain = Object.entries(file).map(([key, value]): [string, string] => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return {
    project: "stackbook",
    stack,
    values: Object.fromEntries([...plain, ...Object.entries(secrets)]),
    secretKeys: new Set(Object.keys(secrets)),
    source: `Pulumi.${stack}.yaml`,
  };
}

export function load(file: StackFile, circumstances?: Circumstances): StackConfig {
  return parseConfig(asPulumiGives(file, circumstances));
}

export function failure(raw: RawConfig): ConfigError {
  try {
    parseConfig(raw);
  } catch (error) {
    assert.ok(error instanceof ConfigError, `not a ConfigError: ${String(error)}`);
    return error;
  }
  return assert.fail("the configuration was taken");
}

export function problemsOf(file: StackFile, circumstances?: Circumstances): readonly Problem[] {
  return failure(asPulumiGives(file, circumstances)).problems;
}

/** The one problem of a file; more or fewer fail. */
export function onlyProblem(file: StackFile, circumstances?: Circumstances): Problem {
  const problems = problemsOf(file, circumstances);
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 2));
  return problems[0] ?? assert.fail();
}

/** A copy with one value changed; the first step is the full key, `undefined` takes the value out. */
export function withValue(file: StackFile, path: readonly (string | number)[], value: unknown): StackFile {
  const copy = structuredClone(file);
  let holder: Record<string | number, unknown> = copy;
  for (const step of path.slice(0, -1)) {
    holder[step] ??= {};
    holder = holder[step] as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? assert.fail("an empty path");
  if (value === undefined) delete holder[last];
  // Not by assignment: `__proto__` must become a key like any other, as it does in JSON.
  else Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

export const strongSecret = "pV7q2Zs0XkLw9RbTn4EyJ6uHcG1mAfDo8iQ5xWvK3tMzYlNjBrUeSgPhCdFaOI7T2kVw6yE9";

/** A throwaway certificate for motel.example.org that opens nothing, and its key. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBjzCCATWgAwIBAgIUQxGerlOQnTLDqokmnuRO+Rs7TvUwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRbW90ZWwuZXhhbXBsZS5vcmcwIBcNMjYxMTIxMDk0NjM1WhgP
MjEyNjEwMjgwOTQ2MzVaMBwxGjAYBgNVBAMMEW1vdGVsLmV4YW1wbGUub3JnMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESWJPXoGbiiqlDbeA/Tntu6uabLJIhJSp
bSMF57MTWO3xU7WFrhpS1d4XQiRDBg3qspIj/WvtpLhdZPR2h9HYVaNTMFEwHQYD
VR0OBBYEFKgVbjDo4QvZknC5++EEaFjo0K8AMB8GA1UdIwQYMBaAFKgVbjDo4QvZ
knC5++EEaFjo0K8AMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
ZsgRpkSYcOcgzQ8oQ8akjcbcra0/Q6aXjM82cLpozngCIQCkstLHYtIIdPkAHvx0
tXEQlX6m75Qx6IZf96CMOwYyqw==
-----END CERTIFICATE-----`;
export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNUx7qnHhR4T+Surc
aZ0/UfOBxU8rqzok8TnPIfKVrzmhRANCAARJYk9egZuKKqUNt4D9Oe27q5psskiE
lKltIwXnsxNY7fFTtYWuGlLV3hdCJEMGDeqykiP9a+2kuF1k9HaH0dhV
-----END PRIVATE KEY-----`;

export function anotherKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
