import { createLog, describeError, type Level, type Log } from "./log";
import { SettingsError, type Environment } from "./settings";

type Command = (env: Environment, log: Log) => Promise<number>;

/** Each command's modules are loaded only when it runs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./commands/serve")).serve,
  migrate: async () => (await import("./commands/migrate")).migrateCommand,
  seed: async () => (await import("./commands/seed")).seedCommand,
  traffic: async () => (await import("./commands/traffic")).traffic,
};

async function main(name: string, env: Environment): Promise<number> {
  const { REFERENCE_SYSTEM: system, REFERENCE_ROLE: role, APP_VERSION: version, LOG_LEVEL: level } = env;
  const log = createLog({ system, role: role ?? "backend", version, command: name }, (level as Level | undefined) ?? "info");
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    log.error(`unknown command ${name}; use ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  try {
    return await (await load())(env, log);
  } catch (error) {
    log.error(`${name} failed: ${describeError(error)}`, error instanceof SettingsError ? {} : { stack: error instanceof Error ? describeError(new Error(error.stack)) : "" });
    return 1;
  }
}

void main(process.argv[2] ?? "serve", process.env).then((code) => {
  // Whatever still holds the event loop (a driver's timer) has had its turn.
  process.exit(code);
});
