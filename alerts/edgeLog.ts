import { systems } from "../systems";

/** What of the edge's access log counts as what, whoever reads it: mtail on Docker, metric filters on AWS. */

/**
 * Last segments of a path that log somebody in. What an application answers 401 or 403 there is a failed login,
 * whatever the application itself counts.
 */
export const loginSegments = ["login", "log-in", "signin", "sign-in", "authenticate", "token"] as const;

/** Where browsers without WebSockets ask and wait: an answer after 25 s is no slow one. */
export const longPolledPaths: readonly string[] = [
  ...new Set(Object.values(systems).flatMap(({ routes }) => routes.flatMap(({ path, websocket }) => (websocket === true && path !== "/" ? [path] : [])))),
];
