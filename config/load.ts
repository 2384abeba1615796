import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RawConfig } from "./keys";
import { keysHoldingSecrets } from "./nested-secrets";

export { ConfigError, type Problem } from "./errors";
export { parseConfig } from "./parse";
export type { RawConfig } from "./keys";

/** Pulumi keeps this function out of its declarations, and has no other way to tell a secret from a plain value. */
type RuntimeWithSecrets = typeof pulumi.runtime & { isConfigSecret(key: string): boolean };

/**
 * The one place that reads Pulumi's configuration.
 * @param folder where the stack file is. @default the program's folder
 */
export function readPulumiConfig(folder: string = process.cwd()): RawConfig {
  const runtime = pulumi.runtime as RuntimeWithSecrets;
  const values = runtime.allConfig();
  const stack = pulumi.getStack();
  const source = `Pulumi.${stack}.yaml`;
  const nested = existsSync(join(folder, source)) ? keysHoldingSecrets(readFileSync(join(folder, source), "utf8")) : [];
  return {
    project: pulumi.getProject(),
    stack,
    values,
    secretKeys: new Set(Object.keys(values).filter((key) => runtime.isConfigSecret(key) || nested.includes(key))),
    source,
  };
}
