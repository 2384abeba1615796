import type { Server } from "node:http";
import { Agent } from "./agent";
import { listenForCommands } from "./control";
import type { Log } from "../../common/log";
import { createMetrics } from "./metrics";
import { createPageServer } from "./server";
import type { Settings } from "./settings";

/** Runs until it is told to stop. */
export async function serve(settings: Settings, log: Log): Promise<number> {
  const agent = new Agent({ ...settings, now: () => new Date(), log });
  const pages = createPageServer(agent, createMetrics(agent));
  await new Promise<void>((resolve, reject) => pages.once("error", reject).listen(settings.port, resolve));
  const commands = await listenForCommands(agent, settings.socketPath);
  log.info("serving", { port: (pages.address() as { port: number }).port, systems: agent.config.systems.map(({ id }) => id) });
  process.on("SIGHUP", () => {
    log.info("told to read the configuration again");
    void agent.reloaded();
  });
  const stop = stopSignal();
  while (!stop.asked) {
    const start = Date.now();
    await agent.round();
    await stop.orAfter(Math.max(1000, start + settings.intervalSeconds * 1000 - Date.now()));
  }
  await Promise.all([pages, commands].map(close));
  log.info("stopped");
  return 0;
}

interface Stop {
  readonly asked: boolean;
  orAfter(milliseconds: number): Promise<void>;
}

function stopSignal(): Stop {
  let asked = false;
  const signal = new Promise<void>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) {
      process.once(name, () => {
        asked = true;
        resolve();
      });
    }
  });
  return {
    get asked() {
      return asked;
    },
    async orAfter(milliseconds) {
      let timer: NodeJS.Timeout | undefined;
      const pause = new Promise<void>((resolve) => { timer = setTimeout(resolve, milliseconds); });
      await Promise.race([signal, pause]).finally(() => clearTimeout(timer));
    },
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 2000);
  await closed.finally(() => clearTimeout(late));
}
