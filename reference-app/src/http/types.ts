import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { User } from "../auth/users";

export interface Request {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The client's address as the edge reports it. */
  readonly client: string;
  /** The body as an object; 400 when it is no JSON object, 413 when it is too large. */
  json(): Promise<Readonly<Record<string, unknown>>>;
  /** The body as bytes, at most `limit` of them. */
  bytes(limit: number): Promise<Buffer>;
}

export interface Response {
  readonly status: number;
  readonly body?: string | Buffer | Readable | Readonly<Record<string, unknown>> | readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: Request) => Promise<Response> | Response;
export type Guard = (request: Request) => Promise<User>;

export interface Route {
  readonly method: string;
  /** `/api/suites/:id` */
  readonly path: string;
  readonly handler: Handler;
  /**
   * Polled by machines: logged only when it fails, and never slowed down. `direct`: only when the request
   * did not come through the edge, which puts the visitor's address into X-Forwarded-For.
   */
  readonly quiet?: "always" | "direct";
}

/** An answer for the client; everything else that is thrown becomes a 500 that says nothing. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(readonly status: number, readonly code: string, message: string, readonly headers: Readonly<Record<string, string>> = {}) {
    super(message);
  }
}
