import { stampOf, usesAcme } from "./haproxy";
import { passFile, type EdgeFile } from "./files";
import { type EdgeModel, type EdgeWindow, edgeDirectory } from "./model";
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
  /** Times at which visitors are kept from it, so that nobody need wait until it is healthy. @default none */
  readonly closed?: readonly Pick<EdgeWindow, "from" | "until">[];
}

export interface WriteRoutes {
  /** From renderHaproxy. */
  readonly config: string;
  /** From filesOf, of the same model. */
  readonly files: readonly EdgeFile[];
  /** Key of operators' passes, where the model names one by `id`; a secret. */
  readonly pass?: { readonly id: string; readonly key: string };
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
    WAIT_FOR: routes.waitFor.map(waitForLine).join("\n"),
    ...fileEnvironment([...routes.files, ...(routes.pass === undefined ? [] : [{ path: passFile(routes.pass.id), text: `key ${routes.pass.key}\n` }])]),
    DRAIN_SECONDS: String(whole("drainSeconds", routes.drainSeconds ?? 30, 0, 3600)),
    TIMEOUT_SECONDS: String(whole("timeoutSeconds", routes.timeoutSeconds ?? 60, 1, 3600)),
    ADMIN_PORT: String(whole("adminPort", routes.adminPort ?? 8404, 1, 65535)),
    EDGE_DIRECTORY: routes.directory ?? edgeDirectory,
    ...(usesAcme(routes.config) ? { KEEP_ACME: "yes" } : {}),
    ...(routes.certificatePem === undefined ? {} : { CERT_FILE: "stackbook.pem", CERT_PEM: routes.certificatePem.trim() }),
  };
}

/** `motel/backend/a-0 host port path header [from-until,from-until]`. */
function waitForLine({ name, host, port, path, hostHeader, closed = [] }: WaitForServer): string {
  const times = closed.map(({ from = 0, until = "" }) => `${from}-${until}`).join(",");
  return [name.replace(/\s+/g, "/"), host, port, path, hostHeader, ...(times === "" ? [] : [times])].join(" ");
}

/** `FILES` has the paths, one a line; the text of the first is `FILE_1`, and so on. */
function fileEnvironment(files: readonly EdgeFile[]): Record<string, string> {
  return { FILES: files.map(({ path }) => path).join("\n"), ...Object.fromEntries(files.map(({ text }, at) => [`FILE_${at + 1}`, text])) };
}

/** Every server of the model that gets new visitors. */
export function waitForServers(model: EdgeModel): WaitForServer[] {
  return model.systems.flatMap(({ closed, hosts, id, services }) => {
    if (closed?.kind === "halted") return [];
    const windows = closed?.windows.map(({ from, until }) => ({ ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }));
    return services.flatMap((service) =>
      service.servers
        .filter((server) => server.weight !== 0)
        .map((server) => ({
          name: `${id}/${service.name}/${server.name}`,
          host: server.host,
          port: server.port ?? service.port,
          path: service.healthPath,
          hostHeader: hosts[0] ?? "localhost",
          ...(windows === undefined || windows.length === 0 ? {} : { closed: windows }),
        })),
    );
  });
}

function whole(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${name} is ${value}; use a whole number, ${min}-${max}`);
  return value;
}
