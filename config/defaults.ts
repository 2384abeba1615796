import type { Environment } from "./types";

/** What holds where a stack file is silent and no runbook speaks. The reference quotes these. */
export const defaults = {
  platform: "docker",
  domain: "localhost",
  /** Dev's ports need no root and meet no web server that already runs. */
  httpPort: (environment: Environment) => (environment === "dev" ? 8080 : 80),
  httpsPort: (environment: Environment) => (environment === "dev" ? 8443 : 443),
  bindAddress: (environment: Environment) => (environment === "dev" ? "127.0.0.1" : "0.0.0.0"),
  /** 20 a second: far above a person and a page's files, far below a password guesser. */
  requestsPerMinute: 1200,
  /** Nobody waits for long requests in dev; elsewhere half a minute covers slow uploads. */
  drainSeconds: (environment: Environment) => (environment === "dev" ? 10 : 30),
  protectData: true,
  demo: { seed: false, traffic: false },
  version: "1.0.0",
  slot: "a",
  enabled: true,
  /** What runs on a dev stack that says nothing: the first system. */
  devSystem: "motel",
} as const;
