import { createHash, createHmac } from "node:crypto";

/**
 * Operators' passes: who shows one reaches a system that is closed for maintenance. A JWT (RFC 7519) signed with a
 * key that is the stack's alone, so that the edge can tell it without asking anybody, and it ends by itself.
 */
export interface Pass {
  /** The system, or all of them. */
  readonly system: string;
  /** Whom it was made for: user@host. */
  readonly who: string;
  /** Unix seconds. */
  readonly made: number;
  readonly until: number;
}

/** `__Host-`: browsers take it from the host itself only, by https, for every path. */
export const passCookie = "__Host-stackbook-pass";
/** On each system's own host; `?pass=<pass>` is put into the cookie there. */
export const passPath = "/.well-known/stackbook/pass";

export function signPass({ system, who, made, until }: Pass, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ aud: system, sub: who, iat: made, exp: until })}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** A name for a key, from which nobody can tell it: it is long and random. */
export function passKeyId(key: string): string {
  return createHash("sha256").update(`pass key ${key}`).digest("hex").slice(0, 16);
}
