import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "prom-client";
import type { Agent } from "./agent";
import { describeError } from "../../common/log";
import { renderFeed } from "./page/feed";
import { renderJson } from "./page/json";
import { contentSecurityPolicy, renderPage } from "./page/page";
import type { StatusView } from "./page/view";

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Longer than the edge keeps an idle connection (60 s at most), so that it is never closed under a request. */
const keepAliveMs = 75_000;
/** However many people look at once, a page is made this often. */
const pageCacheMs = 5000;

const text = (status: number, body: string): Page => ({ status, type: "text/plain; charset=utf-8", body: `${body}\n` });

export function createPageServer(agent: Agent, metrics: Registry): Server {
  const cached = new Map<string, { readonly at: number; readonly page: Page }>();
  /** Made anew when something changed that a visitor would miss, an incident above all. */
  const render = (path: string, type: string, make: (view: StatusView) => string): Page => {
    const now = Date.now();
    const newest = agent.incidents.all().map(({ updates, resolved }) => resolved?.at ?? updates.at(-1)?.at ?? "").sort().at(-1) ?? "";
    const key = `${path} ${newest}`;
    const kept = cached.get(key);
    if (kept !== undefined && now - kept.at < pageCacheMs) return kept.page;
    const page = { status: 200, type, body: make(agent.view()) };
    if (cached.size > 20) cached.clear();
    cached.set(key, { at: now, page });
    return page;
  };
  const routes: Readonly<Record<string, (message: IncomingMessage) => Page | Promise<Page>>> = {
    "/": () => render("/", "text/html; charset=utf-8", renderPage),
    "/api/status.json": () => render("/api/status.json", "application/json; charset=utf-8", (view) => `${JSON.stringify(renderJson(view))}\n`),
    "/feed.xml": () => render("/feed.xml", "application/atom+xml; charset=utf-8", renderFeed),
    "/healthz": () => health(agent),
    // Versions are nothing for visitors; the edge marks what it passes on.
    "/metrics": async (message) =>
      message.headers["x-forwarded-for"] === undefined ? { status: 200, type: metrics.contentType, body: await metrics.metrics() } : notFound,
  };
  const server = createServer((message, answer) => void serve(agent, routes, message, answer));
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 5000;
  return server;
}

const notFound = text(404, "there is nothing here; the status page is at /");

/** The agent's own health: Prometheus or Alertmanager being away does not make it ill. */
function health(agent: Agent): Page {
  const age = (agent.options.now().getTime() - agent.roundAt.getTime()) / 1000;
  // A round waits up to 60 s for others that do not answer.
  return age < agent.options.intervalSeconds * 3 + 60 ? text(200, "ok") : text(503, `the last round ended ${Math.round(age)} s ago`);
}

type Routes = Readonly<Record<string, (message: IncomingMessage) => Page | Promise<Page>>>;

async function serve(agent: Agent, routes: Routes, message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const path = (message.url ?? "/").split("?")[0] ?? "/";
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  let page: Page;
  try {
    page = message.method !== "GET" && message.method !== "HEAD" ? text(405, "use GET") : route === undefined ? notFound : await route(message);
  } catch (error) {
    agent.options.log.error("a page could not be made", { path, error: describeError(error) });
    page = text(500, "something went wrong");
  }
  const body = Buffer.from(page.body);
  answer.writeHead(page.status, {
    "content-type": page.type,
    "content-length": body.length,
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    // Other pages may show the state.
    ...(path === "/api/status.json" ? { "access-control-allow-origin": "*" } : {}),
    "cache-control": page.status === 200 && path !== "/metrics" && path !== "/healthz" ? "public, max-age=15" : "no-store",
    ...(page.status === 405 ? { allow: "GET, HEAD" } : {}),
  });
  answer.end(message.method === "HEAD" ? undefined : body);
}
