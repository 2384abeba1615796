import type { Audit } from "../audit";
import type { Cache } from "../cache";
import type { Database, StoredRow } from "../database";
import type { Events } from "../events";
import { HttpError, type Guard, type Request, type Response, type Route } from "../http/types";
import type { BackendSettings } from "../settings";
import { users } from "../systems/users";
import { hashPassword, minimumPasswordLength, verifyNobody, verifyPassword } from "./passwords";
import { Sessions } from "./sessions";
import { TokenSigner } from "./tokens";
import { normalEmail, publicUser, textOf, type User } from "./users";

const failuresAllowed = 10;
const failureWindowSeconds = 15 * 60;
const refreshSeconds = 7 * 24 * 3600;
const seenEverySeconds = 60;

export interface AuthParts {
  readonly settings: BackendSettings;
  readonly database: Database;
  readonly cache: Cache;
  readonly audit: Audit;
  readonly events: Events;
}

/** Logins, tokens and sessions; `user` and `admin` guard the routes of others. */
export class Auth {
  readonly sessions: Sessions;
  private readonly access: TokenSigner;
  private readonly refresh: TokenSigner | undefined;
  private readonly seen = new Map<string, number>();

  constructor(private readonly parts: AuthParts) {
    const { settings } = parts;
    this.sessions = new Sessions(parts.cache);
    this.access = new TokenSigner(settings.jwtSecret, `${settings.system.id}-access`, settings.accessSeconds);
    this.refresh = settings.jwtRefreshSecret
      ? new TokenSigner(settings.jwtRefreshSecret, `${settings.system.id}-refresh`, refreshSeconds)
      : undefined;
  }

  routes(): readonly Route[] {
    const routes: Route[] = [
      { method: "POST", path: "/api/auth/login", handler: (request) => this.login(request) },
      { method: "POST", path: "/api/auth/logout", handler: (request) => this.logout(request) },
      { method: "POST", path: "/api/auth/password", handler: (request) => this.changePassword(request) },
      { method: "GET", path: "/api/auth/me", handler: (request) => this.me(request) },
    ];
    if (this.refresh) routes.push({ method: "POST", path: "/api/auth/refresh", handler: (request) => this.renew(request) });
    return routes;
  }

  readonly user: Guard = async (request) => {
    const user = await this.identify(bearer(request.headers.authorization));
    if (!user) throw new HttpError(401, "not_signed_in", "a valid token is needed", { "www-authenticate": "Bearer" });
    await this.markSeen(user);
    return user;
  };

  readonly admin: Guard = async (request) => {
    const user = await this.user(request);
    if (user.role !== "admin") throw new HttpError(403, "not_allowed", "this needs the role admin");
    return user;
  };

  /** The user behind a token whose session is still open. */
  async identify(token: string | undefined): Promise<User | undefined> {
    const user = token === undefined ? undefined : await this.access.verify(token);
    return user && (await this.sessions.isOpen(user.session)) ? user : undefined;
  }

  private async login(request: Request): Promise<Response> {
    const { cache, database, events, audit } = this.parts;
    const body = await request.json();
    const email = normalEmail(body["email"]);
    const password = typeof body["password"] === "string" ? body["password"] : "";
    if (email === "" || password === "") throw new HttpError(400, "incomplete", "email and password are needed");
    const key = `login-failures:${request.client}:${email}`;
    if (Number((await cache.get(key)) ?? 0) >= failuresAllowed) {
      throw new HttpError(429, "too_many_failures", "too many failed logins", { "retry-after": String(failureWindowSeconds) });
    }
    const row = await database.find(users, { email });
    const stored = row?.["passwordHash"];
    const right = typeof stored === "string" ? await verifyPassword(password, stored) : await verifyNobody(password);
    if (!row || !right) {
      events.emit("loginFailed");
      await cache.hit(key, failureWindowSeconds);
      await audit.record({ action: "loginFailed", actor: email, requestId: request.id });
      throw new HttpError(401, "wrong_login", "email or password is wrong");
    }
    await cache.delete(key);
    const now = new Date();
    await database.update(users, row.id, { lastLoginAt: now, lastSeenAt: now });
    await audit.record({ action: "login", actor: email, requestId: request.id });
    events.emit("login");
    return this.tokens(row);
  }

  private async renew(request: Request): Promise<Response> {
    const body = await request.json();
    const token = typeof body["refreshToken"] === "string" ? body["refreshToken"] : "";
    const user = await this.refresh?.verify(token);
    const row = user && (await this.sessions.isOpen(user.session)) ? await this.parts.database.find(users, { id: user.id }) : undefined;
    if (!user || !row) throw new HttpError(401, "not_signed_in", "the refresh token is not valid any more");
    // A refresh token is good for one use.
    await this.sessions.end(user.session);
    return this.tokens(row);
  }

  private async logout(request: Request): Promise<Response> {
    const user = await this.user(request);
    await this.sessions.end(user.session);
    await this.parts.audit.record({ action: "logout", actor: user.email, requestId: request.id });
    return { status: 204 };
  }

  private async me(request: Request): Promise<Response> {
    const user = await this.user(request);
    const row = await this.parts.database.find(users, { id: user.id });
    if (!row) throw new HttpError(401, "not_signed_in", "this user is gone");
    return { status: 200, body: publicUser(row) };
  }

  private async changePassword(request: Request): Promise<Response> {
    const user = await this.user(request);
    const body = await request.json();
    const current = typeof body["currentPassword"] === "string" ? body["currentPassword"] : "";
    const wanted = typeof body["newPassword"] === "string" ? body["newPassword"] : "";
    if (wanted.length < minimumPasswordLength) throw new HttpError(400, "weak_password", `use at least ${minimumPasswordLength} characters`);
    const row = await this.parts.database.find(users, { id: user.id });
    const stored = row?.["passwordHash"];
    if (!row || typeof stored !== "string" || !(await verifyPassword(current, stored))) {
      throw new HttpError(403, "wrong_password", "the current password is wrong");
    }
    await this.parts.database.update(users, row.id, { passwordHash: await hashPassword(wanted) });
    await this.parts.audit.record({ action: "passwordChanged", actor: user.email, requestId: request.id });
    this.parts.events.emit("passwordChanged");
    return { status: 204 };
  }

  private async tokens(row: StoredRow): Promise<Response> {
    const session = await this.sessions.open(this.refresh ? refreshSeconds : this.access.seconds);
    const user: User = { id: row.id, email: textOf(row, "email"), role: textOf(row, "role"), session };
    const refreshToken = await this.refresh?.sign(user);
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        token: await this.access.sign(user), tokenType: "Bearer", expiresIn: this.access.seconds,
        ...(refreshToken ? { refreshToken } : {}), user: publicUser(row),
      },
    };
  }

  /** For the figure of active users; once a minute and user is exact enough for a window of fifteen. */
  private async markSeen(user: User): Promise<void> {
    const now = Date.now();
    if (now - (this.seen.get(user.id) ?? 0) < seenEverySeconds * 1000) return;
    this.seen.set(user.id, now);
    await this.parts.database.update(users, user.id, { lastSeenAt: new Date(now) });
  }
}

export function bearer(header: string | undefined): string | undefined {
  return /^Bearer ([\w.-]+)$/i.exec(header ?? "")?.[1];
}
