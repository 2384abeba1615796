import * as pulumi from "@pulumi/pulumi";
import type { RawConfig } from "./keys";

export { ConfigError, type Problem } from "./errors";
export { parseConfig } from "./parse";
export type { RawConfig } from "./keys";

/** Pulumi keeps this function out of its declarations, and has no other way to tell a secret from a plain value. */
type RuntimeWithSecrets = typeof pulumi.runtime & { isConfigSecret(key: string): boolean };

/** The one place that reads Pulumi's configuration. */
export function readPulumiConfig(): RawConfig {
  const runtime = pulumi.runtime as RuntimeWithSecrets;
  const values = runtime.allConfig();
  const stack = pulumi.getStack();
  return {
    project: pulumi.getProject(),
    stack,
    values,
    secretKeys: new Set(Object.keys(values).filter((key) => runtime.isConfigSecret(key))),
    source: `Pulumi.${stack}.yaml`,
  };
}
