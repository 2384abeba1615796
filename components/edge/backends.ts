import type { FullModel } from "./haproxy";
import type { EdgeServer, EdgeService, EdgeSystem } from "./model";
import { backendName, plain, rateTable, routeFlags, type RouteFlags } from "./names";
import { jsonBody, pages } from "./pages";
import { leaveOtherSlot, ownSlotFirst } from "./slots";

export function renderBackends(model: FullModel): string[] {
  return [...renderResolvers(model), "", ...model.systems.flatMap((system) => [...renderRateTable(system), "", ...renderSystem(system)])];
}

function renderResolvers(model: FullModel): string[] {
  return [
    // A container that comes back has another address under the same name.
    "resolvers names",
    model.resolver === "system" ? "    parse-resolv-conf" : `    nameserver first ${model.resolver}`,
    "    accepted_payload_size 4096",
    "    resolve_retries 3",
    "    timeout resolve 1s",
    "    timeout retry 1s",
    "    hold valid 5s",
    "    hold obsolete 15s",
    "    hold nx 10s",
    "    hold other 30s",
    "    hold refused 30s",
    "    hold timeout 30s",
  ];
}

function renderRateTable(system: EdgeSystem): string[] {
  return [`backend ${rateTable(system)} from quiet`, "    stick-table type ipv6 size 100k expire 2m store http_req_rate(60s) peers edge"];
}

function renderSystem(system: EdgeSystem): string[] {
  return system.services.flatMap((service) => {
    const variants = new Map<string, RouteFlags>();
    for (const route of system.routes) {
      if (route.service !== service.name) continue;
      const flags = routeFlags(system, route);
      variants.set(backendName(system, service.name, flags), flags);
    }
    const base = backendName(system, service.name, plain);
    variants.delete(base);
    return [
      // Always there: it is the one that checks the servers; the variants follow its verdict.
      ...renderBackend(system, service, plain),
      "",
      ...[...variants.values()].flatMap((flags) => [...renderBackend(system, service, flags), ""]),
    ];
  });
}

function renderBackend(system: EdgeSystem, service: EdgeService, flags: RouteFlags): string[] {
  const checks = !flags.sticky && !flags.websocket;
  const cookie = `stackbook_${system.id}_${service.name}`;
  return [
    `backend ${backendName(system, service.name, flags)} from web`,
    `    http-request set-var(txn.service) str(${service.name})`,
    `    timeout server ${service.answerSeconds ?? 60}s`,
    // A request is sent to a second server only if no server can have worked on it, or if it changes nothing.
    "    http-request disable-l7-retry if !METH_GET !METH_OPTIONS",
    "    http-response set-var(txn.deprecation) res.fhdr(deprecation)",
    ...(flags.websocket ? ["    timeout tunnel 1h"] : ["    http-request del-header Upgrade"]),
    ...answersForPrograms(system, service),
    `    http-request set-var(txn.max_body) int(${system.maxBodyBytes})`,
    "    filter lua.body-limit",
    // What the filter ends comes out as a bad request; responseHeaders gives it its number.
    `    http-error status 400 ${jsonBody(pages.bodyTooLarge)}`,
    ...(flags.sticky ? leaveOtherSlot(system, cookie) : []),
    ...(flags.sticky ? [`    cookie ${cookie} insert indirect nocache httponly secure attr "SameSite=${sameSite(system)}"`] : []),
    ...(checks ? healthCheck(system, service) : []),
    ...ownSlotFirst(system, service),
    ...service.servers.map((server) => renderServer(system, service, server, flags, checks)),
  ];
}

/**
 * Programs read JSON; who serves "/" serves people, who get the page that stands in the defaults. These are the
 * answers HAProxy gives when it finds no server, not a rule that asks `nbsrv`: that counts 0 in a new worker's
 * first moments, and every reload would have refused a few requests (seen: 44-68 in 10 reloads under load).
 */
function answersForPrograms(system: EdgeSystem, service: EdgeService): string[] {
  if (system.routes.some((route) => route.service === service.name && route.path === "/")) return [];
  return [pages.unavailable, pages.brokenAnswer, pages.lateAnswer].map((page) => `    http-error status ${page.status} ${jsonBody(page)}`);
}

/** The cookie holds no secret; pages of other sites that may call this one need it sent with their calls. */
export function sameSite(system: EdgeSystem): string {
  const own = new Set(system.hosts);
  return system.corsOrigins.every((origin) => own.has(new URL(origin).hostname)) ? "Lax" : "None";
}

function healthCheck(system: EdgeSystem, service: EdgeService): string[] {
  return [
    "    option httpchk",
    `    http-check send meth GET uri ${service.healthPath} ver HTTP/1.1 hdr Host ${system.hosts[0]} hdr User-Agent stackbook-edge hdr Accept application/json hdr Connection close`,
    "    http-check expect status 200-399",
    "    default-server check inter 2s fastinter 500ms downinter 1s fall 2 rise 1",
  ];
}

function renderServer(system: EdgeSystem, service: EdgeService, server: EdgeServer, flags: RouteFlags, checks: boolean): string {
  return [
    `    server ${server.name} ${server.host}:${server.port ?? service.port}`,
    `weight ${server.weight ?? 100}`,
    // An open WebSocket holds its place for hours; only plain requests wait their turn.
    `maxconn ${flags.websocket ? 10_000 : (service.maxRequestsPerServer ?? 256)}`,
    "resolvers names init-addr last,libc,none resolve-prefer ipv4",
    ...(checks ? [] : [`track ${backendName(system, service.name, plain)}/${server.name}`]),
    ...(flags.sticky ? [`cookie ${server.name}`] : []),
  ].join(" ");
}
