import { networkForm, readNetwork } from "../../config/addresses";
import { doorPrefix } from "./doors";
import { type EdgeClosed, type EdgeDoor, type EdgeModel, EdgeModelError, type EdgeProblem, type EdgeService, type EdgeSystem } from "./model";

/**
 * Every text that reaches HAProxy's configuration matches one of these. None lets a blank, a quote, a `#`,
 * a `%`, a `{` or a line break through, so that no value can become a directive or a log variable.
 */
const patterns = {
  id: { pattern: /^[a-z][a-z0-9-]{0,31}$/, allowed: "a-z, 0-9 and -, starting with a letter, at most 32 characters" },
  door: { pattern: /^[a-z][a-z0-9-]{0,25}$/, allowed: "a-z, 0-9 and -, starting with a letter, at most 26 characters" },
  sha256: { pattern: /^[0-9a-fA-F]{64}$/, allowed: "64 hexadecimal digits" },
  server: { pattern: /^[a-z0-9][a-z0-9-]{0,31}$/, allowed: "a-z, 0-9 and -, at most 32 characters" },
  hostName: {
    pattern: /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    allowed: "a host name in lower case, without port",
  },
  serverHost: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
    allowed: "a container name, host name or IPv4 address",
  },
  path: {
    pattern: /^(\/|(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+)$/,
    allowed: 'a path such as "/" or "/api/v1", without trailing slash',
  },
  healthPath: {
    pattern: /^(\/[A-Za-z0-9._~-]*)+(\?[A-Za-z0-9._~=&-]*)?$/,
    allowed: 'a path such as "/health/ready"',
  },
  origin: {
    pattern: /^https?:\/\/[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?$/,
    allowed: 'an origin such as "https://app.example.org" (scheme, host, port if not the usual one; never *)',
  },
  resolver: { pattern: /^([0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{1,5}|system)$/, allowed: 'address and port, "127.0.0.11:53", or "system"' },
  directory: { pattern: /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/, allowed: "an absolute path" },
  address: { pattern: /^https?:\/\/[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]*)?$/, allowed: 'an address such as "https://status.example.org"' },
  keyId: { pattern: /^[0-9a-f]{8,64}$/, allowed: "8-64 hexadecimal digits" },
  timeZone: { pattern: /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, allowed: "an IANA time zone" },
  // It stands in a file of its own, a line each.
  message: { pattern: /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,500}$/u, allowed: "text of one line, at most 500 characters" },
} as const;

/** Throws one EdgeModelError that names every field at fault. */
export function checkModel(model: EdgeModel): void {
  const problems = new Problems();
  problems.whole("publicHttpsPort", model.publicHttpsPort, 1, 65535);
  problems.optionalWhole("drainSeconds", model.drainSeconds, 2, 3600);
  problems.optionalWhole("hardStopSeconds", model.hardStopSeconds, 5, 86400);
  problems.optionalWhole("maxConnections", model.maxConnections, 10, 100_000);
  problems.optionalWhole("balancer.idleSeconds", model.balancer?.idleSeconds, 1, 4000);
  problems.optionalWhole("hstsSeconds", model.hstsSeconds, 0, 63_072_000);
  if (model.resolver !== undefined) problems.text("resolver", model.resolver, "resolver");
  if (model.directory !== undefined) problems.text("directory", model.directory, "directory");
  for (const [name, port] of Object.entries(model.listen ?? {})) problems.whole(`listen.${name}`, port, 1, 65535);
  if (model.acme !== undefined) {
    problems.text("acme.host", model.acme.host, "serverHost");
    problems.whole("acme.port", model.acme.port, 1, 65535);
  }
  if (model.statusPage !== undefined) problems.text("statusPage", model.statusPage, "address");
  if (model.passKeyId !== undefined) problems.text("passKeyId", model.passKeyId, "keyId");
  if (model.timeZone !== undefined) problems.text("timeZone", model.timeZone, "timeZone");
  problems.atMost("blocked", model.blocked ?? [], 1000);
  model.blocked?.forEach(({ network, until }, i) => {
    problems.network(`blocked[${i}].network`, network);
    problems.optionalWhole(`blocked[${i}].until`, until, 0, lastSecond);
  });
  problems.atMost("bypass", model.bypass ?? [], 100);
  model.bypass?.forEach((network, i) => problems.network(`bypass[${i}]`, network));
  const doors = model.doors ?? [];
  problems.unique("systems", model.systems.map((s) => s.id), "an id of its own for each system");
  problems.unique("doors", doors.map((door) => door.name), "a name of its own for each door");
  problems.unique("systems.hosts", [...model.systems.flatMap((s) => s.hosts), ...doors.map((door) => door.host)], "each host name once, in one system or door");
  for (const door of doors) checkDoor(door, `doors.${show(door.name)}`, problems);
  for (const system of model.systems) checkSystem(system, `systems.${show(system.id)}`, problems);
  problems.raise();
}

function checkDoor(door: EdgeDoor, path: string, problems: Problems): void {
  problems.text(`${path}.name`, door.name, "door");
  problems.text(`${path}.host`, door.host, "hostName");
  problems.text(`${path}.target.host`, door.target.host, "serverHost");
  problems.whole(`${path}.target.port`, door.target.port, 1, 65535);
  problems.text(`${path}.healthPath`, door.healthPath, "healthPath");
  door.websockets?.forEach((websocket, i) => problems.text(`${path}.websockets[${i}]`, websocket, "path"));
  if (door.authorizationSha256 !== undefined) problems.text(`${path}.authorizationSha256`, door.authorizationSha256, "sha256");
}

function checkSystem(system: EdgeSystem, path: string, problems: Problems): void {
  problems.text(`${path}.id`, system.id, "id");
  // In the log, what begins like this is a door of the stack.
  if (system.id.startsWith(doorPrefix)) problems.add(`${path}.id`, show(system.id), `an id that doesn't start with ${doorPrefix}`);
  if (system.hosts.length === 0) problems.add(`${path}.hosts`, "empty", "at least one host name");
  system.hosts.forEach((host, i) => problems.text(`${path}.hosts[${i}]`, host, "hostName"));
  system.corsOrigins.forEach((origin, i) => problems.text(`${path}.corsOrigins[${i}]`, origin, "origin"));
  problems.whole(`${path}.requestsPerMinute`, system.requestsPerMinute, 1, 1_000_000);
  problems.whole(`${path}.maxBodyBytes`, system.maxBodyBytes, 1, 10 * 1024 ** 3);
  checkShares(system, path, problems);
  const names = system.services.map((s) => s.name);
  problems.unique(`${path}.services`, names, "a name of its own for each service");
  problems.unique(`${path}.routes`, system.routes.map((r) => r.path), "each path once");
  system.routes.forEach((route, i) => {
    problems.text(`${path}.routes[${i}].path`, route.path, "path");
    if (!names.includes(route.service)) {
      problems.add(`${path}.routes[${i}].service`, show(route.service), `one of ${names.join(", ") || "(no service is declared)"}`);
    }
  });
  for (const service of system.services) checkService(service, `${path}.services.${show(service.name)}`, problems);
  if (system.closed !== undefined) checkClosed(system.closed, `${path}.closed`, problems);
}

/** End of the year 2999. */
const lastSecond = 32_503_679_999;

function checkClosed(closed: EdgeClosed, path: string, problems: Problems): void {
  if (closed.kind === "halted") {
    if (closed.message !== undefined) problems.text(`${path}.message`, closed.message, "message");
    return;
  }
  problems.atMost(`${path}.windows`, closed.windows, 50);
  closed.windows.forEach(({ from, until, message }, i) => {
    problems.optionalWhole(`${path}.windows[${i}].from`, from, 0, lastSecond);
    problems.optionalWhole(`${path}.windows[${i}].until`, until, 0, lastSecond);
    if (from !== undefined && until !== undefined && until <= from) problems.add(`${path}.windows[${i}].until`, show(until), `a time after from, ${from}`);
    if (message !== undefined) problems.text(`${path}.windows[${i}].message`, message, "message");
  });
}

function checkShares({ shares }: EdgeSystem, path: string, problems: Problems): void {
  if (shares === undefined) return;
  problems.whole(`${path}.shares.a`, shares.a, 0, 100);
  problems.whole(`${path}.shares.b`, shares.b, 0, 100);
  if (shares.a + shares.b !== 100) problems.add(`${path}.shares`, `${shares.a} and ${shares.b}`, "two numbers that are 100 together");
}

function checkService(service: EdgeService, path: string, problems: Problems): void {
  problems.text(`${path}.name`, service.name, "id");
  problems.whole(`${path}.port`, service.port, 1, 65535);
  problems.text(`${path}.healthPath`, service.healthPath, "healthPath");
  problems.optionalWhole(`${path}.answerSeconds`, service.answerSeconds, 1, 3600);
  problems.optionalWhole(`${path}.maxRequestsPerServer`, service.maxRequestsPerServer, 1, 10_000);
  problems.unique(`${path}.servers`, service.servers.map((s) => s.name), "a name of its own for each server");
  service.servers.forEach((server, i) => {
    problems.text(`${path}.servers[${i}].name`, server.name, "server");
    problems.text(`${path}.servers[${i}].host`, server.host, "serverHost");
    problems.optionalWhole(`${path}.servers[${i}].port`, server.port, 1, 65535);
    problems.optionalWhole(`${path}.servers[${i}].weight`, server.weight, 0, 256);
  });
}

class Problems {
  private readonly found: EdgeProblem[] = [];

  add(path: string, given: string, allowed: string): void {
    this.found.push({ path, given, allowed });
  }

  text(path: string, value: string, kind: keyof typeof patterns): void {
    // A value from JSON may be of another type than the compiler believes.
    if (typeof value !== "string" || !patterns[kind].pattern.test(value)) this.add(path, show(value), patterns[kind].allowed);
  }

  whole(path: string, value: number, min: number, max: number): void {
    if (!Number.isInteger(value) || value < min || value > max) this.add(path, show(value), `a whole number, ${min}-${max}`);
  }

  optionalWhole(path: string, value: number | undefined, min: number, max: number): void {
    if (value !== undefined) this.whole(path, value, min, max);
  }

  network(path: string, value: string): void {
    const network = typeof value === "string" ? readNetwork(value) : undefined;
    if (network === undefined || "fix" in network) this.add(path, show(value), networkForm);
  }

  atMost(path: string, values: readonly unknown[], most: number): void {
    if (values.length > most) this.add(path, `${values.length} entries`, `at most ${most}`);
  }

  unique(path: string, values: readonly string[], allowed: string): void {
    const twice = values.filter((value, i) => values.indexOf(value) !== i);
    for (const value of new Set(twice)) this.add(path, `${show(value)} twice`, allowed);
  }

  raise(): void {
    if (this.found.length > 0) throw new EdgeModelError(this.found);
  }
}

/** Plain names as they are, all else quoted, so that a message stays on one line. */
function show(value: unknown): string {
  const text = typeof value === "string" && /^[A-Za-z0-9._-]+$/.test(value) ? value : (JSON.stringify(value) ?? "missing");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
