import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Audit } from "./audit";
import { Auth } from "./auth/routes";
import { openCache, type Cache } from "./cache";
import { openDatabase, waitForDatabase, type Database } from "./database";
import { migrate, pending } from "./database/migrations";
import { Events } from "./events";
import { Faults } from "./faults";
import { healthRoutes, watched } from "./health";
import { createHttpServer } from "./http/server";
import { Lifecycle } from "./lifecycle";
import { describeError, type Log } from "./log";
import { Metrics } from "./metrics";
import { resourceRoutes } from "./resources/routes";
import { openUploads, uploadRoutes } from "./resources/uploads";
import type { BackendSettings } from "./settings";
import { versionRoutes } from "./version";

export interface Running {
  readonly port: number;
  /** Settles when the app is ready, or fails when it gave up on its database. */
  readonly ready: Promise<void>;
  readonly lifecycle: Lifecycle;
  /** True when every request got its answer. */
  stop(): Promise<boolean>;
}

export interface Stores {
  readonly database: Database;
  readonly cache: Cache;
}

/** Nothing connects yet; `onDatabaseError` is told of every request to the database that fails. */
async function openStores(settings: BackendSettings, log: Log, onDatabaseError: () => void): Promise<Stores> {
  return {
    database: await openDatabase(settings.system, settings, onDatabaseError),
    cache: await openCache(settings.system, settings.redisUrl, log),
  };
}

/** Listens at once, so that health can say what the app is waiting for, and turns ready when the database answers. */
export async function startBackend(settings: BackendSettings, log: Log, open: typeof openStores = openStores): Promise<Running> {
  const { system } = settings;
  const startedAt = new Date();
  const lifecycle = new Lifecycle();
  const events = new Events();
  const metrics = new Metrics(settings, log);
  const { database, cache } = await open(settings, log, () => events.emit("databaseError"));
  const audit = new Audit(system, settings.auditLogPath, database, events);
  const auth = new Auth({ settings, database, cache, audit, events });
  const sockets = system.sockets ? new (await import("./sockets")).Sockets({ settings, auth, events, log }) : undefined;
  const faults = settings.faults ? new Faults({ auth, log, ...(sockets === undefined ? {} : { dropSockets: () => sockets.drop() }) }) : undefined;
  await audit.open();
  await openUploads(settings);
  metrics.addBusiness(events, { database, sessions: auth.sessions, sockets });

  let waitingFor: string | undefined = "waiting for the database";
  const server = createHttpServer({
    settings, log, lifecycle, observe: metrics.observe, disturb: faults?.disturb,
    routes: [
      ...healthRoutes({
        settings, lifecycle, log, waitingFor: () => waitingFor, database: watched(database, log),
        cache: cache.shared ? cache : undefined, connectedUsers: sockets && (() => sockets.users),
      }),
      ...versionRoutes(settings, startedAt),
      ...metrics.routes(),
      ...auth.routes(),
      ...(faults?.routes() ?? []),
      ...uploadRoutes({ settings, database, auth, audit }),
      ...resourceRoutes({ system, database, cache, auth, audit, events }),
    ],
  });
  sockets?.attach(server);
  await listen(server, settings.port);
  const { port } = server.address() as AddressInfo;
  log.info("listening", { port, version: settings.version });

  const abort = new AbortController();
  const ready = becomeReady(settings, database, log, abort.signal, (reason) => { waitingFor = reason; }).then(() => {
    lifecycle.markReady();
    if (lifecycle.ready) log.info("ready", { afterMs: Date.now() - startedAt.getTime() });
  });
  return {
    port, ready, lifecycle,
    stop: () => {
      abort.abort();
      faults?.stop();
      return lifecycle.stop({
        server, log,
        drainSeconds: settings.drainSeconds,
        graceSeconds: settings.graceSeconds,
        closeSockets: sockets && (() => sockets.close()),
        closeResources: async () => { await Promise.allSettled([database.close(), cache.close()]); },
      });
    },
  };
}

async function becomeReady(
  settings: BackendSettings, database: Database, log: Log, signal: AbortSignal, say: (reason: string | undefined) => void,
): Promise<void> {
  let reported = "";
  const onRetry = (error: unknown): void => {
    const text = describeError(error);
    if (text !== reported) log.warn("waiting for the database", { error: text, givesUpAfterSeconds: settings.connectSeconds });
    reported = text;
  };
  try {
    await waitForDatabase(database, settings.connectSeconds, onRetry, signal);
    if (settings.system.migratesOnStart) await migrate(settings.system, database, log);
    else await schemaReady(settings, database, log, signal, say);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  say(undefined);
}

/** Where migrating is a step of its own, a server that is ahead of it waits instead of failing on every request. */
async function schemaReady(
  settings: BackendSettings, database: Database, log: Log, signal: AbortSignal, say: (reason: string) => void,
): Promise<void> {
  const check = {
    ping: async () => {
      const missing = (await pending(settings.system, database)).map((migration) => migration.id);
      if (missing.length === 0) return;
      say(`waiting for migrations ${missing.join(", ")}`);
      throw new Error(`migrations ${missing.join(", ")} are missing; run the command migrate`);
    },
  };
  let told = false;
  await waitForDatabase(check, settings.connectSeconds, (error) => {
    if (!told) log.warn("not ready", { error: describeError(error) });
    told = true;
  }, signal);
}

export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
