import type { Server } from "node:http";
import { join } from "node:path";
import { settingsFile } from "../../../../backups/settings";
import { execute, type CommandName } from "../commands";
import { Context, realParts, type Parts } from "../context";
import type { Environment } from "../environment";
import { describeError, type Log } from "../../../common/log";
import type { SecretFolder } from "../secrets";
import { readSettings } from "../settings";
import { answered, failed, listenForCommands, type Outcome } from "./control";
import { createMetrics, StoreWatch } from "./metrics";
import { createPages } from "./pages";
import { Scheduler } from "./scheduler";
import { WatchedFile } from "./watchedFile";

/** Stores are looked at this often, and after each command. */
const lookMs = 60_000;

/** Runs until it is told to stop; then what is under way is ended, and leaves nothing half done. */
export async function serve(environment: Environment, secrets: SecretFolder, log: Log, parts: Parts = realParts): Promise<number> {
  const { role, settingsFolder, dataFolder, tickSeconds } = environment;
  // Whatever nobody waited for: no reason to end a backup that goes well.
  process.on("unhandledRejection", (error) => log.error("something failed that nobody waited for", { error: describeError(error) }));
  // Told before it listens, it would end: the settings are read later anyway.
  process.on("SIGHUP", () => undefined);
  const open = (): Context => new Context(readSettings(settingsFolder), secrets, role, dataFolder, log, parts);
  const file = new WatchedFile(join(settingsFolder, settingsFile));
  let context = open();
  const current = (): Context => context;
  const stop = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const stores = new StoreWatch(current);
  const look = (): Promise<void> => stores.look().catch((error: unknown) => log.error("the stores were not looked at", { error: describeError(error) }));

  const handle = async (name: CommandName, text: string, progress: (line: string) => void): Promise<Outcome> => {
    const work = execute(context, name, text, stop.signal, (line) => progress(secrets.mask(line))).then(answered, (error: unknown) => failed(error, secrets.mask));
    underWay.add(work);
    const outcome = await work.finally(() => underWay.delete(work));
    if (name !== "list" && name !== "check") void look();
    return outcome;
  };

  const scheduler = new Scheduler(current, stop.signal);
  let tickedAt = performance.now();
  const ill = (): string | undefined => {
    const seconds = Math.round((performance.now() - tickedAt) / 1000);
    return seconds > tickSeconds * 3 + 60 ? `the agent last looked what is due ${seconds} s ago` : undefined;
  };
  const pages = createPages(createMetrics(current, stores), ill, log);
  await new Promise<void>((resolve, reject) => pages.once("error", reject).listen(environment.port, resolve));
  const commands = await listenForCommands(environment.socketPath, handle, log);
  log.info("serving", { port: (pages.address() as { port: number }).port, role, system: context.settings.system, stores: context.settings.stores.map(({ name }) => name) });

  const reload = (): void => {
    try {
      const before = context;
      context = open();
      context.clockTrusted = before.clockTrusted;
      // A run that is under way ends with the settings it began with, and needs its keyring until then.
      void Promise.allSettled([...underWay, scheduler.idle()]).then(() => before.close());
      log.info("the settings were read again", { system: context.settings.system });
      void look();
    } catch (error) {
      log.error("the settings were not read again; those from before stay", { error: describeError(error) });
    }
  };
  process.on("SIGHUP", reload);

  const tick = (): void => {
    tickedAt = performance.now();
    if (file.isOther()) reload();
    try {
      scheduler.tick();
    } catch (error) {
      log.error("what is due could not be looked up", { error: describeError(error) });
    }
  };
  const timers = [setInterval(tick, tickSeconds * 1000), setInterval(() => void look(), lookMs)];
  tick();
  void look();

  await new Promise<void>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve());
  });
  for (const timer of timers) clearInterval(timer);
  stop.abort(new Error("the agent was told to stop"));
  await Promise.allSettled([...underWay, scheduler.idle()]);
  await Promise.all([commands, pages].map(close));
  context.close();
  log.info("stopped");
  return 0;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 2000);
  await closed.finally(() => clearTimeout(late));
}
