import { randomUUID } from "node:crypto";
import { describeError, type Log } from "../log";
import { readTraffic, type Environment } from "../settings";
import { Client } from "./client";
import { Visitor } from "./visitor";

const reportEverySeconds = 60;

/** A light, steady stream of real requests, so that dashboards and logs of a demo have something to show. */
export async function traffic(env: Environment, log: Log): Promise<number> {
  const settings = readTraffic(env);
  const client = new Client(settings.target, settings.host, settings.insecure);
  const visitor = new Visitor(settings.system, client, settings.login, randomUUID().slice(0, 8));
  let stopped = false;
  let wake: () => void = () => undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => { stopped = true; wake(); });
  log.info("traffic starts", { target: settings.target.origin, host: settings.host, requestsPerSecond: settings.rate });

  let reportAt = Date.now() + reportEverySeconds * 1000;
  for (let n = 0; !stopped; n += 1) {
    const next = Date.now() + 1000 / settings.rate;
    await visitor.step(n).catch((error: unknown) => client.countFailure(describeError(error)));
    if (Date.now() >= reportAt) {
      log.info("traffic", client.takeCounts());
      reportAt = Date.now() + reportEverySeconds * 1000;
    }
    const pause = Math.max(next, client.pausedUntil) - Date.now();
    if (pause > 0 && !stopped) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  }
  log.info("traffic ends", client.takeCounts());
  client.close();
  return 0;
}
