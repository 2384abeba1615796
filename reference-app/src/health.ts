import type { Database } from "./database";
import type { Response, Route } from "./http/types";
import type { Lifecycle } from "./lifecycle";
import { describeError, type Log } from "./log";
import type { CommonSettings } from "./settings";

export interface HealthParts {
  readonly settings: CommonSettings;
  readonly lifecycle: Lifecycle;
  readonly log: Log;
  /** Why the app is not ready yet, for the report. */
  readonly waitingFor: () => string | undefined;
  readonly database: Pick<Database, "ping">;
  /** Where the system has Redis. */
  readonly cache?: { ping(): Promise<void> };
  /** Connected users, where the system has sockets. */
  readonly connectedUsers?: () => number;
}

/** The system's own health paths, and `/api/health` for browsers, which reach only `/api` through the edge. */
export function healthRoutes(parts: HealthParts): readonly Route[] {
  const { path, live, ready } = parts.settings.system.health;
  const get = (at: string, handler: () => Promise<Response> | Response): Route => ({
    method: "GET", path: at, quiet: "always",
    handler: () => (parts.settings.behaviour === "broken" ? broken(parts) : handler()),
  });
  const report = (): Promise<Response> => fullReport(parts);
  const routes = [get(path, report)];
  if (path !== "/api/health") routes.push(get("/api/health", report));
  if (live) routes.push(get(live, () => ({ status: 200, body: { status: "alive" } })));
  if (ready) routes.push(get(ready, () => readiness(parts)));
  return routes;
}

export function broken(parts: Pick<HealthParts, "settings" | "log">): Response {
  parts.log.error("health check refused: this version is broken on purpose", { version: parts.settings.version });
  return { status: 500, body: { status: "broken", version: parts.settings.version, reason: "a version ending in -broken never gets healthy" } };
}

async function readiness(parts: HealthParts): Promise<Response> {
  const database = await probe(parts.database);
  const up = parts.lifecycle.ready && database.status === "up";
  return { status: up ? 200 : 503, body: { status: up ? "ready" : "not ready", ...reason(parts), checks: { database } } };
}

async function fullReport(parts: HealthParts): Promise<Response> {
  const [database, redis] = await Promise.all([probe(parts.database), parts.cache ? probe(parts.cache) : undefined]);
  const { heapUsed } = process.memoryUsage();
  const up = parts.lifecycle.ready && database.status === "up";
  return {
    status: up ? 200 : 503,
    headers: { "cache-control": "no-store" },
    body: {
      status: up ? "healthy" : "unhealthy",
      timestamp: new Date().toISOString(),
      version: parts.settings.version,
      uptime: Math.round(process.uptime()),
      ...reason(parts),
      checks: {
        database,
        // Reported, but no reason to take the server out: every replica shares it, and rows are still read without it.
        ...(redis ? { redis } : {}),
        ...(parts.connectedUsers ? { websocket: { status: "up", details: { connectedUsers: parts.connectedUsers() } } } : {}),
        memory: { status: "up", details: { heapUsedMB: Math.round(heapUsed / 1e6) } },
      },
    },
  };
}

function reason(parts: HealthParts): { readonly reason?: string } {
  if (parts.lifecycle.draining) return { reason: "stopping" };
  const waiting = parts.waitingFor();
  return waiting === undefined ? {} : { reason: waiting };
}

async function probe(target: { ping(): Promise<void> }): Promise<{ readonly status: "up" | "down"; readonly responseTime: number; readonly error?: string }> {
  const start = performance.now();
  const elapsed = (): number => Math.round((performance.now() - start) * 10) / 10;
  try {
    await target.ping();
    return { status: "up", responseTime: elapsed() };
  } catch {
    // Why is in the log; health is read by strangers.
    return { status: "down", responseTime: elapsed() };
  }
}

/** Logs a change of the database's state once, with its reason, instead of once per check. */
export function watched(database: Pick<Database, "ping">, log: Log): Pick<Database, "ping"> {
  let down = false;
  return {
    async ping() {
      try {
        await database.ping();
        if (down) log.info("the database answers again");
        down = false;
      } catch (error) {
        if (!down) log.error("the database does not answer", { error: describeError(error) });
        down = true;
        throw error;
      }
    },
  };
}
