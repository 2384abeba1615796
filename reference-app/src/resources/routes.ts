import type { Audit } from "../audit";
import type { Auth } from "../auth/routes";
import type { Cache } from "../cache";
import type { Database, Page, Row, StoredRow, TableSpec } from "../database";
import type { Events } from "../events";
import { HttpError, type Guard, type Request, type Response, type Route } from "../http/types";
import type { System } from "../systems/types";
import { publicRow, readRow } from "./fields";

const cacheSeconds = 5;
const maximumPage = 100;

export interface ResourceParts {
  readonly system: System;
  readonly database: Database;
  readonly cache: Cache;
  readonly auth: Pick<Auth, "user" | "admin">;
  readonly audit: Audit;
  readonly events: Events;
}

export function resourceRoutes(parts: ResourceParts): readonly Route[] {
  return parts.system.tables.flatMap((table) => new Resource(parts, table).routes());
}

/** Listing, reading, writing and deleting the rows of one table under `/api/<name>`. */
class Resource {
  constructor(private readonly parts: ResourceParts, private readonly table: TableSpec) {}

  routes(): readonly Route[] {
    const path = `/api/${this.table.name}`;
    const routes: Route[] = [
      { method: "GET", path, handler: (request) => this.list(request) },
      { method: "GET", path: `${path}/:id`, handler: (request) => this.read(request) },
    ];
    for (const [old, { table, since }] of Object.entries(this.parts.system.deprecated ?? {})) {
      if (table === this.table.name) routes.push({ method: "GET", path: old, handler: (request) => this.listTheOldWay(request, path, since) });
    }
    if (this.table.access.write === "nobody") return routes;
    return [
      ...routes,
      { method: "POST", path, handler: (request) => this.create(request) },
      { method: "PUT", path: `${path}/:id`, handler: (request) => this.change(request, true) },
      { method: "PATCH", path: `${path}/:id`, handler: (request) => this.change(request, false) },
      { method: "DELETE", path: `${path}/:id`, handler: (request) => this.remove(request) },
    ];
  }

  private async list(request: Request): Promise<Response> {
    if (this.table.access.read !== "anyone") await this.guard(this.table.access.read)(request);
    const where = this.where(request.query);
    const page = readPage(request.query);
    const cached = this.parts.system.cachedTable === this.table.name && request.query.size === 0;
    return json(cached ? await this.throughCache(() => this.page(where, page)) : JSON.stringify(await this.page(where, page)));
  }

  private async listTheOldWay(request: Request, instead: string, since: string): Promise<Response> {
    this.parts.events.emit("deprecatedCall");
    const response = await this.list(request);
    // RFC 9745: a structured date, the second from which on the route is old. The edge's log counts answers that have it.
    const deprecation = `@${Date.parse(since) / 1000}`;
    return { ...response, headers: { ...response.headers, deprecation, link: `<${instead}>; rel="successor-version"` } };
  }

  private async read(request: Request): Promise<Response> {
    if (this.table.access.read !== "anyone") await this.guard(this.table.access.read)(request);
    return this.answer(200, await this.parts.database.find(this.table, { id: id(request) }));
  }

  private async create(request: Request): Promise<Response> {
    const user = await this.guard(this.table.access.write)(request);
    const row = await readRow(this.table, await request.json(), true);
    const stored = await this.parts.database.insert(this.table, row);
    await this.written("create", user.email, stored.id, request.id);
    this.parts.events.emit(`created:${this.table.name}`);
    return this.answer(201, stored);
  }

  private async change(request: Request, complete: boolean): Promise<Response> {
    const user = await this.guard(this.table.access.write)(request);
    const row = await readRow(this.table, await request.json(), complete);
    const stored = await this.parts.database.update(this.table, id(request), row);
    if (stored) await this.written("change", user.email, stored.id, request.id);
    return this.answer(200, stored);
  }

  private async remove(request: Request): Promise<Response> {
    const user = await this.guard(this.table.access.write)(request);
    const gone = await this.parts.database.remove(this.table, id(request));
    if (!gone) return this.answer(404, undefined);
    await this.written("delete", user.email, id(request), request.id);
    return { status: 204 };
  }

  private async written(action: string, actor: string, target: string, requestId: string): Promise<void> {
    if (this.parts.system.cachedTable === this.table.name) await this.parts.cache.delete(this.cacheKey).catch(() => undefined);
    await this.parts.audit.record({ action: `${this.table.name}.${action}`, actor, target, requestId });
  }

  private answer(status: number, row: StoredRow | undefined): Response {
    if (!row) throw new HttpError(404, "not_found", `there is no such row in ${this.table.name}`);
    return { status, body: publicRow(this.table, row) };
  }

  private async page(where: Row, page: Page): Promise<object> {
    const { database } = this.parts;
    const [rows, total] = await Promise.all([database.list(this.table, where, page), database.count(this.table, where)]);
    return { items: rows.map((row) => publicRow(this.table, row)), total, limit: page.limit, offset: page.offset };
  }

  /** A cache that does not answer is a miss: it may make the app slower, never break it. */
  private async throughCache(load: () => Promise<object>): Promise<string> {
    const { cache, events } = this.parts;
    const kept = await cache.get(this.cacheKey).catch(() => undefined);
    events.emit(kept === undefined ? "cacheMiss" : "cacheHit");
    if (kept !== undefined) return kept;
    const fresh = JSON.stringify(await load());
    await cache.set(this.cacheKey, fresh, cacheSeconds).catch(() => undefined);
    return fresh;
  }

  /** `?status=pending`: equality on text columns that may be seen. */
  private where(query: URLSearchParams): Row {
    const where: Record<string, string> = {};
    for (const [name, value] of query) {
      if (name === "limit" || name === "offset") continue;
      const column = Object.hasOwn(this.table.columns, name) ? this.table.columns[name] : undefined;
      if (column?.type !== "text" || column.hidden) throw new HttpError(400, "invalid", `${name} cannot be searched for`);
      where[name] = value;
    }
    return where;
  }

  private guard(whom: "user" | "admin" | "nobody"): Guard {
    return whom === "admin" ? this.parts.auth.admin : this.parts.auth.user;
  }

  private get cacheKey(): string {
    return `list:${this.table.name}`;
  }
}

function json(text: string): Response {
  return { status: 200, body: `${text}\n`, headers: { "content-type": "application/json; charset=utf-8" } };
}

function id(request: Request): string {
  return request.params["id"] ?? "";
}

function readPage(query: URLSearchParams): Page {
  const number = (name: string, fallback: number, minimum: number, maximum: number): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum) throw new HttpError(400, "invalid", `${name} must be ${minimum} to ${maximum}`);
    return value;
  };
  return { limit: number("limit", 50, 1, maximumPage), offset: number("offset", 0, 0, 1_000_000) };
}
