import type { SlotShares } from "./slots";

/**
 * What the edge serves, as plain data: the renderer turns it into HAProxy's text, the route-writing Task
 * puts that text into place. Nothing here knows Docker or Kubernetes.
 */
export interface EdgeModel {
  /** The port that visitors use for https; it appears in redirects unless it is 443. 1-65535. */
  readonly publicHttpsPort: number;
  /** The systems, each with host names of its own. None is allowed: every request is then answered with 421. */
  readonly systems: readonly EdgeSystem[];
  /** Who answers ACME's HTTP-01 challenges (the lego container). Absent: the path is redirected like any other. */
  readonly acme?: { readonly host: string; readonly port: number };
  /** Pages of the stack's own, each under a host name that no system has. @default none */
  readonly doors?: readonly EdgeDoor[];
  /**
   * Somebody watches: the access log goes to the pipe besides standard output, and probes have a port where
   * nothing is logged, so that they are not counted as visitors. @default false
   */
  readonly observed?: boolean;
  /**
   * Seconds the route writer waits for the old worker to finish, 2-3600. Idle connections of visitors
   * are given less than this, so that none is left on a worker whose servers are about to go. @default 30
   */
  readonly drainSeconds?: number;
  /** Seconds after which an old worker is ended with whatever it still carries (WebSockets), 5-86400. @default 2 x drainSeconds, at least 60 */
  readonly hardStopSeconds?: number;
  /** Name server that knows the servers' names: "address:port", or "system" for the container's own. @default "127.0.0.11:53", Docker's own */
  readonly resolver?: string;
  /** Connections from visitors at one time, 10-100000. @default 4000 */
  readonly maxConnections?: number;
  /** Seconds browsers remember to use https only, 0-63072000. @default 31536000 */
  readonly hstsSeconds?: number;
  /** Where the edge's files lie. @default "/var/lib/haproxy" */
  readonly directory?: string;
  /** What the edge listens on inside its container. @default 8080, 8443, 8404, 8405, 8444 */
  readonly listen?: Partial<EdgeListen>;
  /** Who gets 403 and nothing else, on both ports; at most 1000. @default nobody */
  readonly blocked?: readonly EdgeBlock[];
  /** Networks from which systems in maintenance are reached as ever; at most 100. @default none */
  readonly bypass?: readonly string[];
  /**
   * Names the key of operators' passes, which the route writer gets as a secret (`WriteRoutes.pass`); another key has
   * another name. Absent: there are no passes.
   */
  readonly passKeyId?: string;
  /**
   * Visitors come by a balancer, and by nothing else: an address is the last one that it has added to X-Forwarded-For. It
   * keeps connections that nobody uses so many seconds, and the edge a little longer: whoever hangs up first may cut off a
   * request that was just being sent. @default they come by themselves
   */
  readonly balancer?: { readonly idleSeconds: number };
  /** Where visitors read how the systems are: "https://status.example.org". @default no link */
  readonly statusPage?: string;
  /** IANA, of times that visitors read. @default "UTC" */
  readonly timeZone?: string;
}

/** By the edge's own clock, so that it ends though nobody does anything. */
export interface EdgeBlock {
  /** An address or network of either family. */
  readonly network: string;
  /** Unix seconds. @default for good */
  readonly until?: number;
}

export interface EdgeListen {
  readonly http: number;
  readonly https: number;
  /** /metrics, /stamp, /healthz and /stats. Never published. */
  readonly admin: number;
  /** Over which an old worker hands its rate-limit tables to the new one; on 127.0.0.1 only. */
  readonly peers: number;
  /** https for probes from inside, where nothing is logged. Never published. */
  readonly probes: number;
}

/**
 * A page of the stack itself, such as its dashboards. Nothing waits for it: it may be down while systems are
 * deployed, and is answered for by the 503 page then. In the log its system is "stack", its service its name.
 */
export interface EdgeDoor {
  /** a-z, 0-9 and -, starting with a letter, at most 26 characters. */
  readonly name: string;
  /** Host name without port. */
  readonly host: string;
  /** Who answers: container name or address, and port. */
  readonly target: { readonly host: string; readonly port: number };
  readonly healthPath: string;
  /** Paths whose connections may be upgraded. @default none */
  readonly websockets?: readonly string[];
  /**
   * SHA-256, in hex, of the one Authorization header that opens it; absent: everybody may come in. No secret
   * as long as the password is random and long: it can't be guessed from its hash.
   */
  readonly authorizationSha256?: string;
}

export interface EdgeSystem {
  /** a-z, 0-9 and -, starting with a letter, at most 32 characters. */
  readonly id: string;
  /** Host names without port; no two systems share one. */
  readonly hosts: readonly string[];
  /** In any order: the longest path that matches whole segments wins ("/api" takes /api and /api/x, not /apix). */
  readonly routes: readonly EdgeRoute[];
  readonly services: readonly EdgeService[];
  /** Origins that may call from a browser, "https://host[:port]". Never "*". */
  readonly corsOrigins: readonly string[];
  /** Requests a client address may make in 60 seconds, 1-1000000. */
  readonly requestsPerMinute: number;
  /**
   * Visitors out of a hundred for the servers of each slot, `a-0` and `b-0`, where a system runs in both. Their weights
   * say the same. @default they are not told apart
   */
  readonly shares?: SlotShares;
  /** Largest request body, 1 byte - 10 GiB; 413 above, by Content-Length or while it streams in. */
  readonly maxBodyBytes: number;
  /** When the edge answers in the system's place. @default never */
  readonly closed?: EdgeClosed;
}

/** The message is for visitors: plain text of one line, at most 500 characters. */
export type EdgeClosed =
  /** Stopped: its servers are neither waited for, nor routed to, nor looked up. Nobody passes. */
  | { readonly kind: "halted"; readonly message?: string }
  /** At these times, by the edge's own clock; operators pass, and so do probes. At most 50. */
  | { readonly kind: "maintenance"; readonly windows: readonly EdgeWindow[] };

/** Unix seconds, the second one no longer part of it. */
export interface EdgeWindow {
  /** @default it is open already */
  readonly from?: number;
  /** @default until it is taken out */
  readonly until?: number;
  readonly message?: string;
}

export interface EdgeRoute {
  /** "/" or "/segment[/segment]", no trailing slash. */
  readonly path: string;
  /** Name of one of the system's services. */
  readonly service: string;
  /** Lets connections be upgraded, and stay open for an hour without traffic. @default false */
  readonly websocket?: boolean;
  /** Keeps a visitor on one server by a cookie. @default the service's `sticky` */
  readonly sticky?: boolean;
}

export interface EdgeService {
  readonly name: string;
  /** Port the servers listen on, unless a server names its own. */
  readonly port: number;
  /** Path that answers 200-399 when a server may get traffic. */
  readonly healthPath: string;
  /** None is allowed: visitors get the 503 page. */
  readonly servers: readonly EdgeServer[];
  /** Every route to this service keeps a visitor on one server. @default false */
  readonly sticky?: boolean;
  /** Seconds a server may take to answer, 1-3600. @default 60 */
  readonly answerSeconds?: number;
  /** Requests in work at one server at one time, the rest waits its turn; 1-10000. @default 256 */
  readonly maxRequestsPerServer?: number;
}

export interface EdgeServer {
  /** Slot and number, "a-0"; value of the sticky cookie, `server` in the log. */
  readonly name: string;
  /** Container name or address. */
  readonly host: string;
  readonly port?: number;
  /** Share of new visitors, 0-256; 0 keeps the server warm for those a cookie binds to it, unless they belong to another slot. @default 100 */
  readonly weight?: number;
}

/** One problem of a model; `path` names the field as in `systems.motel.services.backend.servers[0].host`. */
export interface EdgeProblem {
  readonly path: string;
  readonly given: string;
  readonly allowed: string;
}

export class EdgeModelError extends Error {
  constructor(readonly problems: readonly EdgeProblem[]) {
    super(
      `the edge can't be configured:\n${problems
        .map((p) => `  edge.${p.path} is ${p.given}; use ${p.allowed}`)
        .join("\n")}`,
    );
    this.name = "EdgeModelError";
  }
}

export const edgeDirectory = "/var/lib/haproxy";
export const edgeListen: EdgeListen = { http: 8080, https: 8443, admin: 8404, peers: 8405, probes: 8444 };
/** Where the edge's own command makes the pipe for the log's reader; a folder of its own, as the other one holds keys. */
export const edgeLogDirectory = "/run/edge-log";
export const edgeLogPipe = `${edgeLogDirectory}/access`;
/** Docker's options of the volume that the folder is: in memory, and the edge's own. */
export const edgeLogVolume: Readonly<Record<string, string>> = { type: "tmpfs", device: "tmpfs", o: "uid=99,gid=99,mode=0750,size=64k" };
/** What HAProxy knows the pipe by; edge.sh opens it under this number. */
export const edgeLogDescriptor = 7;
/** The user HAProxy, the route writer and lego run as; /var/lib/haproxy belongs to it. */
export const edgeUser = "99:99";
