import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { RotatingSecret } from "../../platforms/platform";

export interface SecretArgs {
  /** Characters. */
  readonly length: number;
  /** The counter in the stack file. @default 0 */
  readonly generation?: number | undefined;
  readonly protect: boolean;
  /**
   * How many earlier ones are kept. A server that was away while its password was exchanged, or starts on an old volume,
   * knows any of them. @default "one"
   */
  readonly keep?: "one" | "all";
}

/**
 * A generated secret. Each generation is a resource of its own, `name`, `name-1`, `name-2`: Pulumi replaces nothing that
 * is protected, and an earlier value can't come back by a counter that goes down. The one before stays until the
 * next exchange, without protection: Pulumi removes nothing that had it until then.
 */
export function generatedSecret(name: string, args: SecretArgs, parent: pulumi.Resource | undefined): RotatingSecret {
  const { generation = 0, keep = "one", protect } = args;
  const kept = Math.min(generation, keep === "one" ? 1 : generation);
  const earlier = Array.from({ length: kept }, (_, i) => generation - 1 - i);
  // What a server started with is in the environment of its container: another value would be another container.
  const isNeeded = (number: number): boolean => number === generation || (keep === "all" && number === 0);
  return {
    generation,
    current: make(name, args, generation, protect, parent),
    earlier: earlier.map((number) => make(name, args, number, protect && isNeeded(number), parent)),
  };
}

function make(name: string, { length }: SecretArgs, generation: number, protect: boolean, parent: pulumi.Resource | undefined): pulumi.Output<string> {
  // Letters and digits only: valid unescaped in every URL, shell and configuration file.
  const password = new random.RandomPassword(generation === 0 ? name : `${name}-${generation}`, { length, special: false }, { ...(parent === undefined ? {} : { parent }), protect });
  return pulumi.secret(password.result);
}
