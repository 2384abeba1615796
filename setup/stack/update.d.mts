import type { Say } from "../base/say.mjs";

/** One `pulumi up` or `destroy`, shown line by line; throws a Problem of set-up's own when it fails. */
export function update(
  pulumi: { readonly env: NodeJS.ProcessEnv; readonly stack: string; /** Where the program is. @default this clone */ readonly cwd?: string | undefined },
  args: readonly string[],
  say: Say,
  about: { readonly what: string; readonly why: string; readonly policies?: "kept" | "told" | "none" | undefined },
): Promise<{ readonly changed: number }>;
