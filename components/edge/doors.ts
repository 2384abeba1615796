import { createHash } from "node:crypto";
import type { EdgeDoor, EdgeSystem } from "./model";

export const doorPrefix = "stack-";

/** A door is a system with one service on one server; the dashboards of one person ask dozens of questions at once. */
export function doorSystem(door: EdgeDoor): EdgeSystem {
  return {
    id: `${doorPrefix}${door.name}`,
    hosts: [door.host],
    routes: [{ path: "/", service: door.name }, ...(door.websockets ?? []).map((path) => ({ path, service: door.name, websocket: true }))],
    services: [{ name: door.name, port: door.target.port, healthPath: door.healthPath, servers: [{ name: "a-0", host: door.target.host }] }],
    corsOrigins: [],
    requestsPerMinute: 3000,
    maxBodyBytes: 10 * 1024 * 1024,
  };
}

/**
 * By hash, so that the password is in no configuration file, and a comparison takes the same time however much of
 * a guess is right. HAProxy's own user lists hash slowly on purpose, which would hold up visitors.
 */
export function askOperators(doors: readonly EdgeDoor[]): string[] {
  return doors.flatMap((door) => {
    if (door.authorizationSha256 === undefined) return [];
    const here = `{ var(txn.system) -m str ${doorPrefix}${door.name} }`;
    return [
      `    http-request auth realm Operators if ${here} !{ req.fhdr(authorization),sha2(256),hex -m str ${door.authorizationSha256.toUpperCase()} }`,
      // What is behind knows nothing of these words.
      `    http-request del-header Authorization if ${here}`,
    ];
  });
}

/** What a door compares with: of the header that a browser sends for this name and password. */
export function authorizationSha256(user: string, password: string): string {
  return createHash("sha256").update(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`).digest("hex");
}
