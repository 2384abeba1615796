export interface Survey {
  readonly force: "online" | "offline" | undefined;
}
/** What this machine has and what it lacks; touches nothing. */
export function survey(wish: { readonly stack: string; readonly systems: readonly string[] }): Promise<Survey>;
