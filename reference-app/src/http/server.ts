import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ConflictError, UnavailableError } from "../database";
import type { Lifecycle } from "../lifecycle";
import { describeError, type Log } from "../log";
import { Misbehaviour } from "../misbehaviour";
import type { CommonSettings } from "../settings";
import { jsonLimitBytes, parseObject, readBytes } from "./body";
import { Router } from "./router";
import { HttpError, type Request, type Response, type Route } from "./types";

/** Longer than any edge keeps an idle connection (HAProxy: 60 s at most here), so that it is never closed under a request. */
const keepAliveMs = 75_000;
const knownMethods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

export interface ServerParts {
  readonly settings: CommonSettings;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  readonly routes: readonly Route[];
  /** Called once an answer is out. */
  readonly observe: (method: string, route: string, status: number, seconds: number) => void;
  /** Called before everything but machines' checks; may take its time, or throw. */
  readonly disturb?: (path: string) => Promise<void>;
}

export function createHttpServer(parts: ServerParts): Server {
  const router = new Router(parts.routes);
  const misbehaviour = new Misbehaviour(parts.settings);
  const server = createServer((message, answer) => {
    if (message.url?.startsWith("/socket.io/")) return; // Socket.io listens on the same server.
    void serve(parts, { router, misbehaviour }, message, answer);
  });
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 5000;
  server.requestTimeout = 120_000;
  return server;
}

async function serve(parts: ServerParts, { misbehaviour, router }: { readonly router: Router; readonly misbehaviour: Misbehaviour }, message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const start = process.hrtime.bigint();
  const { settings, log, lifecycle } = parts;
  const done = lifecycle.begin();
  const id = requestId(message);
  const url = new URL(message.url ?? "/", "http://localhost");
  const method = message.method ?? "GET";
  const match = method === "OPTIONS" ? ({ kind: "none" } as const) : router.match(method, url.pathname);
  const route = match.kind === "found" ? match.route : undefined;
  const quiet = route?.quiet === "always" || (route?.quiet === "direct" && message.headers["x-forwarded-for"] === undefined);
  answer.setHeader("x-request-id", id);
  try {
    if (!quiet) await misbehaviour.meet(url);
    if (parts.disturb && !quiet) await parts.disturb(url.pathname);
    const response = method === "OPTIONS"
      ? { status: 204 }
      : match.kind === "found"
        ? await match.route.handler(toRequest(id, method, url, match.params, message))
        : problem(id, noRoute(match));
    await send(answer, method, { ...response, headers: { ...cors(settings, message), ...response.headers } }, lifecycle);
  } catch (error) {
    if (answer.headersSent) {
      log.warn("answer was cut off", { requestId: id, error: describeError(error) });
      answer.destroy();
    } else {
      report(error, id, log);
      const response = problem(id, error);
      await send(answer, method, { ...response, headers: { ...cors(settings, message), ...response.headers } }, lifecycle).catch(() => answer.destroy());
    }
  } finally {
    done();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const status = answer.statusCode;
    parts.observe(knownMethods.has(method) ? method : "OTHER", route?.path ?? "none", status, seconds);
    const level = status >= 500 ? "warn" : quiet ? "debug" : "info";
    log[level]("request", { requestId: id, method, path: url.pathname, status, durationMs: Math.round(seconds * 1e5) / 100 });
  }
}

/** The caller's, so that one line of the edge's log finds ours; strange ones are replaced, not repeated. */
function requestId(message: IncomingMessage): string {
  const given = message.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function toRequest(id: string, method: string, url: URL, params: Readonly<Record<string, string>>, message: IncomingMessage): Request {
  const forwarded = message.headers["x-forwarded-for"];
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(",").at(-1)?.trim();
  return {
    id, method, params,
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    client: last ?? message.socket.remoteAddress ?? "unknown",
    json: async () => parseObject(await readBytes(message, jsonLimitBytes)),
    bytes: (limit) => readBytes(message, limit),
  };
}

async function send(answer: ServerResponse, method: string, response: Response, lifecycle: Lifecycle): Promise<void> {
  answer.statusCode = response.status;
  for (const [name, value] of Object.entries(response.headers ?? {})) answer.setHeader(name, value);
  // Tells the edge to take another connection, and thereby another server, for the next request.
  if (lifecycle.draining) answer.setHeader("connection", "close");
  if (response.body instanceof Readable) {
    if (method === "HEAD") response.body.destroy();
    else return pipeline(response.body, answer);
  }
  const body = toBytes(answer, response.body);
  if (response.status !== 204) answer.setHeader("content-length", body.length);
  await new Promise<void>((resolve, reject) => {
    answer.once("close", () => (answer.writableFinished ? resolve() : reject(new Error("the client went away"))));
    answer.once("finish", resolve);
    answer.end(method === "HEAD" ? undefined : body);
  });
}

function toBytes(answer: ServerResponse, body: Response["body"]): Buffer {
  if (body === undefined || body instanceof Readable) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === "string") return Buffer.from(body);
  answer.setHeader("content-type", "application/json; charset=utf-8");
  return Buffer.from(`${JSON.stringify(body)}\n`);
}

function cors(settings: CommonSettings, message: IncomingMessage): Record<string, string> {
  const { origin } = message.headers;
  if (!origin || !settings.corsOrigins.includes(origin)) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": "authorization, content-type, x-request-id",
    vary: "Origin",
  };
}

function noRoute(match: Exclude<ReturnType<Router["match"]>, { kind: "found" }>): HttpError {
  if (match.kind === "none") return new HttpError(404, "not_found", "there is nothing here");
  return new HttpError(405, "method_not_allowed", `use ${match.allow.join(" or ")}`, { allow: match.allow.join(", ") });
}

/** What the client is told. The request ID leads from there to the log line with the reason. */
export function problem(requestId: string, error: unknown): Response {
  const known = error instanceof HttpError ? error
    : error instanceof ConflictError ? new HttpError(409, "conflict", error.message)
    : error instanceof UnavailableError ? new HttpError(503, "unavailable", "a service behind this one does not answer", { "retry-after": "2" })
    : new HttpError(500, "internal", "something went wrong");
  return { status: known.status, body: { error: known.code, message: known.message, requestId }, headers: known.headers };
}

function report(error: unknown, requestId: string, log: Log): void {
  if (error instanceof HttpError || error instanceof ConflictError) return;
  const stack = error instanceof Error && !(error instanceof UnavailableError) ? { stack: describeError(new Error(error.stack)) } : {};
  log.error("request failed", { requestId, error: describeError(error), ...stack });
}
