/** mps.md, Rollback Decision Matrix: what is done about what. */
export interface Cause {
  readonly issue: string;
  readonly action: string;
  readonly way: "config" | "data" | "code" | "emergency-stop" | "restart";
  /** What to expect, and what it doesn't do. */
  readonly expect: string;
}

export const causes = {
  "config-error": { issue: "Configuration error", action: "Configuration rollback", way: "config", expect: "the settings before the last change of them, with today's version; no data is touched" },
  "data-corruption": { issue: "Data corruption", action: "Data rollback", way: "data", expect: "the newest whole backup; what was written since is lost, and kept in a safety backup" },
  code: { issue: "Code deployment issue", action: "Code rollback", way: "code", expect: "the version before, with today's settings; no data is touched" },
  infrastructure: { issue: "Infrastructure failure", action: "Emergency stop, then recovery by hand", way: "emergency-stop", expect: "everything of the system stands still, data untouched, until `npx stackbook resume`" },
  performance: { issue: "Performance degradation", action: "Soft restart", way: "restart", expect: "one container after another; with two replicas nobody notices" },
} as const satisfies Readonly<Record<string, Cause>>;

export type CauseName = keyof typeof causes;

export function isCause(name: string): name is CauseName {
  return Object.hasOwn(causes, name);
}
