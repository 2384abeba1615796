import { createHash } from "node:crypto";
import { renderBackends } from "./backends";
import { renderFrontends } from "./frontends";
import { doorSystem } from "./doors";
import { edgeFiles, type EdgeFile, type EdgePaths } from "./files";
import { type EdgeListen, type EdgeModel, edgeDirectory, edgeListen, edgeLogDescriptor } from "./model";
import { htmlBody, pages } from "./pages";
import { checkModel } from "./validate";

/** A model with every default filled in, as the renderers take it. */
export type FullModel = Required<Omit<EdgeModel, "acme" | "balancer" | "listen" | "passKeyId" | "statusPage">> & Pick<EdgeModel, "acme" | "balancer" | "passKeyId" | "statusPage"> & {
  readonly listen: EdgeListen;
  /** How long an idle connection of a visitor stays open. */
  readonly keepAliveSeconds: number;
};

/** Linux takes at most 128 KiB in one environment variable, and by one the text reaches the route writer. */
const maxConfigBytes = 120 * 1024;
const stampLength = 16;
const stampPlaceholder = "@".repeat(stampLength);

/**
 * HAProxy's configuration for this model. The same model gives the same text, byte for byte, whatever the
 * order of its systems, routes, services and servers. Runs on Debian's 2.6 and on 3.0 and newer.
 */
export function renderHaproxy(model: EdgeModel): string {
  checkModel(model);
  const full = withDefaults(model);
  const { paths } = edgeFiles(full);
  const text = [renderGlobal(full, paths), renderDefaults(full), renderPeers(full), renderFrontends(full, paths, stampPlaceholder), renderBackends(full)]
    .map((section) => section.join("\n"))
    .join("\n\n");
  const unstamped = `# Written by Stackbook; changes are lost with the next deploy.\n# stamp ${stampPlaceholder}\n${text}\n`;
  const stamp = createHash("sha256").update(unstamped).digest("hex").slice(0, stampLength);
  const config = unstamped.replaceAll(stampPlaceholder, stamp);
  if (Buffer.byteLength(config) > maxConfigBytes) {
    throw new Error(`the edge's configuration is ${Buffer.byteLength(config)} bytes; at most ${maxConfigBytes} fit: fewer systems, hosts or servers on one edge`);
  }
  return config;
}

/** The files that this model's configuration loads, but for what is secret. */
export function filesOf(model: EdgeModel): readonly EdgeFile[] {
  checkModel(model);
  return edgeFiles(withDefaults(model)).files;
}

/** The stamp that `/stamp` answers while this text is in force. */
export function stampOf(config: string): string {
  const stamp = /^# stamp ([0-9a-f]+)$/m.exec(config)?.[1];
  if (stamp === undefined) throw new Error("this text was not made by renderHaproxy: it has no stamp");
  return stamp;
}

/** Whether this text passes an authority's challenges on. */
export function usesAcme(config: string): boolean {
  return /^backend acme /m.test(config);
}

function withDefaults(model: EdgeModel): FullModel {
  const drainSeconds = model.drainSeconds ?? 30;
  const byKey = <T>(items: readonly T[], key: (item: T) => string): T[] =>
    [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    publicHttpsPort: model.publicHttpsPort,
    ...(model.acme === undefined ? {} : { acme: model.acme }),
    ...(model.balancer === undefined ? {} : { balancer: model.balancer }),
    ...(model.passKeyId === undefined ? {} : { passKeyId: model.passKeyId }),
    ...(model.statusPage === undefined ? {} : { statusPage: model.statusPage }),
    blocked: model.blocked ?? [],
    bypass: model.bypass ?? [],
    timeZone: model.timeZone ?? "UTC",
    observed: model.observed ?? false,
    doors: byKey(model.doors ?? [], (door) => door.name),
    systems: byKey([...model.systems, ...(model.doors ?? []).map(doorSystem)], (s) => s.id).map((system) => ({
      ...system,
      hosts: [...system.hosts].sort(),
      corsOrigins: [...new Set(system.corsOrigins)].sort(),
      services: byKey(system.services, (s) => s.name).map((service) => ({
        ...service,
        // Nobody is there who could be looked up or asked for his health.
        servers: system.closed?.kind === "halted" ? [] : byKey(service.servers, (s) => s.name),
      })),
      // Longest first is what makes the longest prefix win: HAProxy takes the first rule that matches.
      routes: [...system.routes].sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1)),
    })),
    drainSeconds,
    hardStopSeconds: model.hardStopSeconds ?? Math.max(60, 2 * drainSeconds),
    // Less than the drain: a request on an idle connection left behind would find its servers gone.
    keepAliveSeconds: model.balancer === undefined ? Math.max(1, Math.min(10, drainSeconds - 2)) : model.balancer.idleSeconds + 15,
    resolver: model.resolver ?? "127.0.0.11:53",
    maxConnections: model.maxConnections ?? 4000,
    hstsSeconds: model.hstsSeconds ?? 31_536_000,
    directory: model.directory ?? edgeDirectory,
    listen: { ...edgeListen, ...model.listen },
  };
}

function renderGlobal(model: FullModel, { bodyLimit, closeTunnels }: EdgePaths): string[] {
  return [
    "global",
    // A line must hold a whole JSON object; the usual 1024 bytes would cut one in two.
    "    log stdout len 16384 format raw local0 info",
    // A pipe that nobody reads is full one day; what doesn't fit is dropped then, and never waited for.
    ...(model.observed ? [`    log fd@${edgeLogDescriptor} len 16384 format raw local0 info`] : []),
    "    localpeer edge",
    `    maxconn ${model.maxConnections}`,
    `    hard-stop-after ${model.hardStopSeconds}s`,
    // Mozilla's "intermediate" profile, 2024.
    "    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    "    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
    "    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    "    tune.ssl.default-dh-param 2048",
    `    lua-load-per-thread ${bodyLimit}`,
    // Once for all threads.
    ...(closeTunnels === undefined ? [] : [`    lua-load ${closeTunnels}`]),
  ];
}

function renderDefaults(model: FullModel): string[] {
  return [
    "defaults quiet",
    "    mode http",
    "    timeout connect 2s",
    "    timeout client 60s",
    "    timeout server 60s",
    // A client that dribbles its headers is let go; so is a request that finds every server busy.
    "    timeout http-request 10s",
    "    timeout queue 10s",
    "    timeout check 2s",
    "    timeout client-fin 10s",
    `    timeout http-keep-alive ${model.keepAliveSeconds}s`,
    // Without it a reload closes idle connections at once, some of them just as their client sends.
    "    option idle-close-on-response",
    // One connection to a server per request: a server that closes an idle one at the wrong moment can't lose a POST.
    // The price, on two busy cores before an application that does nothing: 1,900 requests a second in place of 5,000.
    "    option http-server-close",
    "    unique-id-format %[uuid()]",
    "",
    "defaults web from quiet",
    "    log global",
    `    log-format ${accessLog()}`,
    "    option dontlognull",
    "    option redispatch 1",
    "    retries 2",
    "    retry-on conn-failure empty-response",
    "    balance leastconn",
    ...[pages.unavailable, pages.brokenAnswer, pages.lateAnswer].map((page) => `    http-error status ${page.status} ${htmlBody(page)}`),
  ];
}

/**
 * One JSON object per request, all that can't be trusted escaped and cut: a line stays below 4096 bytes however
 * much of it must be escaped, which is what Linux writes to a pipe in one piece. The query is left out, and so
 * are cookies and authorization: they may hold secrets. Durations are milliseconds, -1 where a step was not reached.
 */
function accessLog(): string {
  const text = (expression: string, bytes: number): string => `"%[${expression},bytes(0,${bytes}),json(utf8s)]"`;
  const fields: Record<string, string> = {
    time: '"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]"',
    acceptedAt: "%Ts.%ms",
    kind: '"access"',
    requestId: '"%ID"',
    client: '"%ci"',
    // A door is the stack's; its name is the service.
    system: text("var(txn.system),regsub(^stack-.*,stack)", 32),
    service: text("var(txn.service)", 32),
    server: '"%s"',
    host: text("var(txn.host)", 255),
    method: text("var(txn.method)", 16),
    path: text("var(txn.path)", 768),
    status: "%ST",
    bytesIn: "%U",
    bytesOut: "%B",
    requestMs: "%TR",
    queueMs: "%Tw",
    connectMs: "%Tc",
    responseMs: "%Tr",
    totalMs: "%Ta",
    retries: '"%rc"',
    tls: '"%sslv"',
    protocol: text("var(txn.protocol)", 8),
    termination: '"%tsc"',
    // The time since when what answered is out of date (RFC 9745), or "-".
    deprecation: text("var(txn.deprecation)", 32),
    // Why the edge answered in the application's place: a page's name, or "-".
    refused: text("var(txn.refuse)", 32),
    userAgent: text("var(txn.agent)", 192),
  };
  return `'{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(",")}}'`;
}

function renderPeers(model: FullModel): string[] {
  return [
    // On a reload the old worker hands its tables to the new one, so that a limit isn't lifted by a deploy.
    "peers edge",
    `    peer edge 127.0.0.1:${model.listen.peers}`,
  ];
}
