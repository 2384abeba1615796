import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import { describeError, type Log } from "../../../common/log";

/** Longer than anybody keeps an idle connection, so that it is never closed under a request. */
const keepAliveMs = 75_000;

/** `/healthz`: the agent's own; a store or a database that is away does not make it ill. `/metrics`: for Prometheus. */
export function createPages(metrics: Registry, problem: () => string | undefined, log: Log): Server {
  const server = createServer((message, answer) => {
    const path = (message.url ?? "/").split("?")[0];
    const send = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
      answer.writeHead(status, { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" }).end(message.method === "HEAD" ? undefined : body);
    };
    if (message.method !== "GET" && message.method !== "HEAD") send(405, "use GET\n");
    else if (path === "/healthz") {
      const ill = problem();
      send(ill === undefined ? 200 : 503, `${ill ?? "ok"}\n`);
    } else if (path === "/metrics") {
      metrics.metrics().then((text) => send(200, text, metrics.contentType), (error: unknown) => {
        log.error("the metrics could not be made", { error: describeError(error) });
        send(500, "something went wrong\n");
      });
    } else send(404, "there is /healthz and /metrics\n");
  });
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 5000;
  return server;
}
