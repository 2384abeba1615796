import { commands } from "./commands";
import { createLog, describeError, type Level } from "./log";
import { SettingsError, type Environment } from "./settings";

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
