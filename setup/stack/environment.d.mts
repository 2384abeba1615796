/** What set-up decided, kept for other commands. */
export interface Chosen {
  readonly path: readonly string[];
  readonly dockerHost?: string;
  readonly images: boolean;
}
export function recallChoice(file?: string): Chosen | undefined;
export function childEnvironment(chosen: Chosen, base?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
