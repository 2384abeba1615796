import type { Log } from "../log";
import type { Environment } from "../settings";

/** Runs to its end and says the exit code. */
export type Command = (env: Environment, log: Log) => Promise<number>;

/** Each command's modules are loaded only when it runs. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve")).serve,
  migrate: async () => (await import("./migrate")).migrateCommand,
  seed: async () => (await import("./seed")).seedCommand,
  traffic: async () => (await import("./traffic")).traffic,
};
