import type { Say } from "../base/say.mjs";
import type { Survey } from "./survey.mjs";

/** Does what the survey found to be missing; hands back the environment in which the CLI works. */
export function setUp(found: Survey, say: Say, options: { readonly yes: boolean }): Promise<{ readonly env: NodeJS.ProcessEnv }>;
