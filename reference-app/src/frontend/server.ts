import type { AddressInfo } from "node:net";
import { listen, type Running } from "../backend";
import { broken } from "../health";
import { createHttpServer } from "../http/server";
import type { Response, Route } from "../http/types";
import { Lifecycle } from "../lifecycle";
import type { Log } from "../log";
import { Metrics } from "../metrics";
import type { FrontendSettings } from "../settings";
import { versionRoutes } from "../version";
import { renderPage } from "./page";

/** Serves the one page, which talks to the API from the browser. `/` is also what the systems name as health path. */
export async function startFrontend(settings: FrontendSettings, log: Log): Promise<Running> {
  const startedAt = new Date();
  const lifecycle = new Lifecycle();
  const metrics = new Metrics(settings, log);
  const page = renderPage(settings);
  const orBroken = (handler: () => Response): (() => Response) => () => (settings.behaviour === "broken" ? broken({ settings, log }) : handler());
  const health = orBroken(() => ({
    status: lifecycle.ready ? 200 : 503,
    body: { status: lifecycle.ready ? "healthy" : "unhealthy", version: settings.version, uptime: Math.round(process.uptime()) },
  }));
  const routes: Route[] = [
    // Visitors come here too, so it keeps answering while the process stops.
    { method: "GET", path: "/", quiet: "direct", handler: orBroken(() => ({ status: 200, body: page.html, headers: page.headers })) },
    { method: "GET", path: "/healthz", quiet: "always", handler: health },
    { method: "GET", path: "/metrics", quiet: "always", handler: () => metrics.text() },
    { method: "GET", path: "/favicon.ico", quiet: "always", handler: () => ({ status: 204, headers: { "cache-control": "max-age=86400" } }) },
    ...versionRoutes(settings, startedAt),
  ];
  const server = createHttpServer({ settings, log, lifecycle, routes, observe: metrics.observe });
  await listen(server, settings.port);
  lifecycle.markReady();
  const { port } = server.address() as AddressInfo;
  log.info("listening", { port, version: settings.version });
  return {
    port, lifecycle,
    ready: Promise.resolve(),
    stop: () => lifecycle.stop({ server, log, drainSeconds: settings.drainSeconds, graceSeconds: settings.graceSeconds }),
  };
}
