import { stampOf, usesAcme } from "./haproxy";
import { bodyLimitLua } from "./lua";
import { type EdgeModel, edgeDirectory } from "./model";
import { script } from "./scripts";

export const writeRoutesScript: string = script("write-routes.sh");

/** A server that must be healthy before it may be routed to. */
export interface WaitForServer {
  /** For messages: "motel backend a-0". */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly hostHeader: string;
}

export interface WriteRoutes {
  /** From renderHaproxy. */
  readonly config: string;
  readonly waitFor: readonly WaitForServer[];
  /**
   * Certificate chain and private key in one text; a secret. With ACME it serves until the authority's are there
   * (theirs come first by name). HAProxy needs one at least; absent: what lies on the volume stays.
   */
  readonly certificatePem?: string;
  /** @default 30 */
  readonly drainSeconds?: number;
  /** Seconds for the servers to get healthy, for the lock and for the reload, each. @default 60 */
  readonly timeoutSeconds?: number;
  /** Port of the edge's /stamp. @default 8404 */
  readonly adminPort?: number;
  /** @default "/var/lib/haproxy" */
  readonly directory?: string;
}

/** Command of the route-writing Task's container. */
export function writeRoutesCommand(): string[] {
  return ["bash", "-c", writeRoutesScript];
}

/** Its environment: plain values in, plain values out, to be called inside one `apply`. Holds the certificate's key. */
export function writeRoutesEnvironment(routes: WriteRoutes): Record<string, string> {
  return {
    HAPROXY_CFG: routes.config,
    STAMP: stampOf(routes.config),
    WAIT_FOR: routes.waitFor.map((s) => [s.name.replace(/\s+/g, "/"), s.host, s.port, s.path, s.hostHeader].join(" ")).join("\n"),
    LUA_NAME: bodyLimitLua.fileName,
    LUA: bodyLimitLua.text,
    DRAIN_SECONDS: String(whole("drainSeconds", routes.drainSeconds ?? 30, 0, 3600)),
    TIMEOUT_SECONDS: String(whole("timeoutSeconds", routes.timeoutSeconds ?? 60, 1, 3600)),
    ADMIN_PORT: String(whole("adminPort", routes.adminPort ?? 8404, 1, 65535)),
    EDGE_DIRECTORY: routes.directory ?? edgeDirectory,
    ...(usesAcme(routes.config) ? { KEEP_ACME: "yes" } : {}),
    ...(routes.certificatePem === undefined ? {} : { CERT_FILE: "stackbook.pem", CERT_PEM: routes.certificatePem.trim() }),
  };
}

/** Every server of the model that gets new visitors. */
export function waitForServers(model: EdgeModel): WaitForServer[] {
  return model.systems.flatMap((system) =>
    system.services.flatMap((service) =>
      service.servers
        .filter((server) => server.weight !== 0)
        .map((server) => ({
          name: `${system.id}/${service.name}/${server.name}`,
          host: server.host,
          port: server.port ?? service.port,
          path: service.healthPath,
          hostHeader: system.hosts[0] ?? "localhost",
        })),
    ),
  );
}

function whole(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${name} is ${value}; use a whole number, ${min}-${max}`);
  return value;
}
