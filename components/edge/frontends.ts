import { renderBlocked, renderPasses } from "./admission";
import { sameSite } from "./backends";
import { renderClosed } from "./closed";
import { askOperators } from "./doors";
import type { EdgePaths } from "./files";
import type { FullModel } from "./haproxy";
import type { EdgeSystem } from "./model";
import { backendName, isSystem, rateTable, routeFlags } from "./names";
import { htmlBody, jsonBody, type PageName, pages } from "./pages";
import { chooseSlots } from "./slots";

export function renderFrontends(model: FullModel, paths: EdgePaths, stamp: string): string[] {
  return [...renderHttp(model, paths), "", ...renderHttps(model, paths), "", ...renderAdmin(model, stamp)];
}

/** Port 80: everything goes to https, but for ACME's challenges. */
function renderHttp(model: FullModel, { blocked }: EdgePaths): string[] {
  const port = model.publicHttpsPort === 443 ? "" : `:${model.publicHttpsPort}`;
  const location = `location https://%[var(txn.host)]${port}%[pathq]`;
  return [
    "frontend http from web",
    `    bind :${model.listen.http}`,
    ...visitors(model),
    ...remember(),
    ...renderBlocked(model, blocked, "http"),
    ...model.systems.flatMap(setSystem),
    // Only to names that are ours: a redirect to whatever a client names could be cached and used against others.
    refuse("unknownHost", "!{ var(txn.system) -m found }"),
    ...answers(["unknownHost"]),
    ...(model.acme === undefined ? [] : [`    http-request set-var(txn.challenge) bool(true) if { path_beg /.well-known/acme-challenge/ }`]),
    // 308 keeps the method and body of anything that is not a plain read.
    `    http-request redirect ${location} code 301 if METH_GET !{ var(txn.challenge) -m bool }`,
    `    http-request redirect ${location} code 308 if !{ var(txn.challenge) -m bool }`,
    ...(model.acme === undefined ? [] : ["    default_backend acme", "", ...renderAcme(model.acme)]),
  ];
}

function renderAcme(acme: NonNullable<FullModel["acme"]>): string[] {
  // No health check: lego listens only while a challenge is open.
  return [
    "backend acme from web",
    "    http-request set-var(txn.service) str(acme)",
    `    server lego ${acme.host}:${acme.port} resolvers names init-addr last,libc,none resolve-prefer ipv4`,
  ];
}

function renderHttps(model: FullModel, paths: EdgePaths): string[] {
  return [
    "frontend https from web",
    `    bind :${model.listen.https} ssl crt ${model.directory}/certs alpn h2,http/1.1`,
    ...(model.observed ? probes(model) : []),
    ...visitors(model),
    "    compression algo gzip",
    "    compression type text/html text/plain text/css text/javascript application/javascript application/json application/manifest+json image/svg+xml",
    ...remember(),
    ...renderBlocked(model, paths.blocked, "https"),
    "    http-request set-var(txn.origin) req.fhdr(origin)",
    "    http-request set-var(txn.self) str(https://),concat(,txn.host_header)",
    ...model.systems.flatMap(setSystem),
    ...forwardedHeaders(model),
    refuse("unknownHost", "!{ var(txn.system) -m found }"),
    ...model.systems.flatMap(rateLimit),
    ...model.systems.map(bodyLimit),
    ...model.systems.flatMap(allowOrigins),
    ...originRules(),
    ...answers(["unknownHost", "tooManyRequests", "bodyTooLarge", "foreignOrigin"]),
    preflight(),
    ...renderPasses(model, paths),
    ...renderClosed(model, paths.closed),
    ...askOperators(model.doors),
    ...responseHeaders(model),
    ...chooseSlots(model.systems, sameSite),
    ...model.systems.flatMap(routes),
    // No rule took it.
    "    default_backend no_route",
    "",
    "backend no_route from web",
    "    http-request set-var(txn.refuse) str(noRoute)",
    ...answers(["noRoute"]),
  ];
}

/** Before anything looks at an address. What a client writes there itself stands before what the balancer has added. */
function visitors({ balancer }: FullModel): string[] {
  return balancer === undefined ? [] : ["    http-request set-src req.hdr_ip(x-forwarded-for,-1) if { req.hdr(x-forwarded-for) -m found }"];
}

/** For what asks whether systems answer. It can't be reached from outside, and can read only. */
function probes(model: FullModel): string[] {
  const here = `{ dst_port ${model.listen.probes} }`;
  return [
    `    bind :${model.listen.probes} ssl crt ${model.directory}/certs alpn h2,http/1.1`,
    `    http-request set-log-level silent if ${here}`,
    `    http-request deny if ${here} !METH_GET`,
  ];
}

/** The log is written when the request's headers are gone, so what it needs is kept. */
function remember(): string[] {
  return [
    "    http-request set-var(txn.host_header) req.fhdr(host),lower",
    "    http-request set-var(txn.host) req.fhdr(host),host_only,lower",
    "    http-request set-var(txn.path) path",
    "    http-request set-var(txn.method) method",
    "    http-request set-var(txn.protocol) req.ver",
    "    http-request set-var(txn.agent) req.fhdr(user-agent)",
    // One moment for all that is compared with it.
    "    http-request set-var(txn.now) date",
  ];
}

/** A line for each: HAProxy takes 64 words in one. */
function setSystem(system: EdgeSystem): string[] {
  return system.hosts.map((host) => `    http-request set-var(txn.system) str(${system.id}) if { var(txn.host) -m str ${host} }`);
}

/** What a client claims about itself is dropped, what the edge knows is set. */
function forwardedHeaders(model: FullModel): string[] {
  return [
    "    http-request del-header x-forwarded- -m beg",
    ...["Forwarded", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Original-URL", "X-Rewrite-URL", "Proxy"].map(
      (name) => `    http-request del-header ${name}`,
    ),
    "    http-request set-header X-Forwarded-For %[src]",
    "    http-request set-header X-Real-IP %[src]",
    "    http-request set-header X-Forwarded-Proto https",
    "    http-request set-header X-Forwarded-Host %[req.fhdr(host)]",
    `    http-request set-header X-Forwarded-Port ${model.publicHttpsPort}`,
    // Always the edge's own: a visitor's could be made to collide with another's in the logs.
    "    http-request set-header X-Request-ID %[unique-id]",
  ];
}

/** Counted per address and system over a sliding minute; IPv6 by network, of which one client has a whole /64. */
function rateLimit(system: EdgeSystem): string[] {
  const table = rateTable(system);
  return [
    `    http-request track-sc0 src,ipmask(32,64) table ${table} if ${isSystem(system)}`,
    refuse("tooManyRequests", `${isSystem(system)} { sc_http_req_rate(0,${table}) gt ${system.requestsPerMinute} }`),
  ];
}

/** By Content-Length, before anything is passed on; a body without one is counted as it comes, see lua.ts. */
function bodyLimit(system: EdgeSystem): string {
  return refuse("bodyTooLarge", `${isSystem(system)} { req.hdr_val(content-length) gt ${system.maxBodyBytes} }`);
}

function allowOrigins(system: EdgeSystem): string[] {
  return system.corsOrigins.map(
    (origin) => `    http-request set-var(txn.cors) bool(true) if ${isSystem(system)} { var(txn.origin) -m str ${origin} }`,
  );
}

const asksFirst = "METH_OPTIONS { var(txn.origin) -m found } { req.hdr(access-control-request-method) -m found }";
const allowedOrigin = "{ var(txn.cors) -m bool }";

/** Browsers ask before they call from another origin, but not before they open a WebSocket: a foreign page's is refused too. */
function originRules(): string[] {
  return [
    refuse("foreignOrigin", `${asksFirst} !${allowedOrigin}`),
    refuse(
      "foreignOrigin",
      `{ req.hdr(upgrade) -m found } { var(txn.origin) -m found } !${allowedOrigin} !{ var(txn.origin),strcmp(txn.self) eq 0 }`,
    ),
  ];
}

/** Answered here, for every system alike; which headers and methods an application takes is its own business. */
function preflight(): string {
  const headers = {
    "Access-Control-Allow-Methods": '"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"',
    "Access-Control-Allow-Headers": '"%[req.fhdr(access-control-request-headers)]"',
    "Access-Control-Max-Age": "600",
  };
  const hdr = Object.entries(headers).map(([name, value]) => `hdr ${name} ${value}`);
  return `    http-request return status 204 ${hdr.join(" ")} if ${asksFirst} ${allowedOrigin}`;
}

/** On every answer, the edge's own included; what an application sets itself is kept where it may know better. */
function responseHeaders(model: FullModel): string[] {
  const unlessSet = (name: string, value: string): string =>
    `    http-after-response set-header ${name} "${value}" unless { res.hdr(${name}) -m found }`;
  return [
    "    http-after-response del-header Server",
    "    http-after-response del-header X-Powered-By",
    "    http-after-response set-header X-Request-ID %[unique-id]",
    `    http-after-response set-header Strict-Transport-Security "max-age=${model.hstsSeconds}"`,
    "    http-after-response set-header X-Content-Type-Options nosniff",
    unlessSet("X-Frame-Options", "SAMEORIGIN"),
    unlessSet("Referrer-Policy", "strict-origin-when-cross-origin"),
    unlessSet("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    // Says nothing about scripts and styles: a rule for those that an application doesn't know of breaks it.
    unlessSet("Content-Security-Policy", "frame-ancestors 'self'; object-src 'none'; base-uri 'self'"),
    "    http-after-response del-header Access-Control-Allow-Origin",
    "    http-after-response del-header Access-Control-Allow-Credentials",
    "    http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.cors) -m bool }",
    "    http-after-response set-header Access-Control-Allow-Credentials true if { var(txn.cors) -m bool }",
    "    http-after-response add-header Vary Origin",
    '    http-after-response set-status 413 reason "Content Too Large" if { var(txn.too_large) -m bool }',
  ];
}

function routes(system: EdgeSystem): string[] {
  return system.routes.flatMap((route) => {
    const backend = backendName(system, route.service, routeFlags(system, route));
    const use = `    use_backend ${backend} if ${isSystem(system)}`;
    return route.path === "/" ? [use] : [`${use} { var(txn.path) -m str ${route.path} } or ${isSystem(system)} { var(txn.path) -m beg ${route.path}/ }`];
  });
}

/** The first reason stays; the answer follows below all of them. */
function refuse(page: PageName, condition: string): string {
  return `    http-request set-var(txn.refuse) str(${page}) if !{ var(txn.refuse) -m found } ${condition}`;
}

/** A page where the visitor reads one, JSON where a program asked. */
function answers(names: readonly PageName[]): string[] {
  return names.flatMap((name) => {
    const page = pages[name];
    const when = `if { var(txn.refuse) -m str ${name} }`;
    return [
      `    http-request return status ${page.status} ${htmlBody(page)} ${when} { req.hdr(accept) -m sub text/html }`,
      `    http-request return status ${page.status} ${jsonBody(page)} ${when}`,
    ];
  });
}

/** For the health check, the route writer and Prometheus; not logged, never published. */
function renderAdmin(model: FullModel, stamp: string): string[] {
  return [
    "frontend admin from quiet",
    `    bind :${model.listen.admin}`,
    "    stats enable",
    "    stats uri /stats",
    "    stats hide-version",
    // A server is taken out and put back from inside the edge's own container alone, see operations/edgeServers.ts.
    "    stats admin if { src 127.0.0.1 }",
    `    http-request return status 200 content-type text/plain string ${stamp} if { path /stamp }`,
    "    http-request return status 200 content-type text/plain string ok if { path /healthz }",
    "    http-request use-service prometheus-exporter if { path /metrics }",
    "    http-request return status 404 content-type text/plain string \"not found\" unless { path_beg /stats }",
  ];
}
