import { systemIds, systems, type ServiceName, type SystemId } from "../systems";
import { checkAlerts } from "./alerts-checks";
import { checkAws } from "./aws-checks";
import { checkBackups } from "./backups-checks";
import { checkBeside } from "./beside-checks";
import { defaults } from "./defaults";
import { formatPath, quote, type Path } from "./errors";
import type { GivenSecrets } from "./given-secrets";
import { isPinned } from "./image";
import { checkImage, reportReferenceApp, reportUnpinned } from "./image-checks";
import type { Located } from "./issues";
import { checkKubernetes } from "./kubernetes-checks";
import { checkMaintenance } from "./maintenance-checks";
import { givenSystems } from "./resolve";
import { checkRotations } from "./rotations";
import type { RawService, RawStack, RawSystem } from "./schema";
import { checkSettings } from "./settings";
import { checkSmoke } from "./smoke-checks";
import { isLocalName } from "./texts";
import type { Environment, LogicalImage, StackConfig } from "./types";

/** What a stack file's well-formed part still gets wrong: rules between keys, and rules of its environment. */
export interface Checked {
  readonly raw: RawStack;
  readonly config: StackConfig;
  readonly secrets: GivenSecrets;
  readonly environment: Environment;
  /** True of channels that are in the file, but malformed. */
  readonly isBroken: (name: string) => boolean;
  /** The same of stores. */
  readonly isBrokenStore: (name: string) => boolean;
}

export type Report = (at: Path, given: string, allowed: string, fix: string) => void;

export function checkStack(checked: Checked): Located[] {
  const problems: Located[] = [];
  const report: Report = (at, given, allowed, fix) => problems.push({ at, path: formatPath(at), given, allowed, fix });
  checkSurroundings(checked, report);
  checkEdge(checked, report);
  checkImages(checked, report);
  const given = givenSystems(checked.environment, checked.raw);
  for (const id of systemIds) {
    const system = given[id];
    if (system !== undefined) checkSystem(id, system, checked, report);
  }
  checkDomains(checked, report);
  checkAlerts(checked, report);
  checkBackups(checked, report);
  checkMaintenance(checked, report);
  checkKubernetes(checked, report);
  checkAws(checked, report);
  return problems;
}

function checkSurroundings({ raw, environment }: Checked, report: Report): void {
  const outside = environment !== "dev";
  if (outside && raw.domain === undefined) report(["domain"], "missing", "a host name", `run \`pulumi config set stackbook:domain <your domain>\`: only dev has a default`);
  if (outside && raw.systems === undefined) report(["systems"], "missing", "a map of systems", `name what runs, such as { motel: { version: ... } }; the systems are ${systemIds.join(", ")}`);
  if (environment === "prod" && raw.host === undefined && (raw.platform ?? "docker") === "docker") {
    report(["host"], "missing", "unix:///path, tcp://host:port, ssh://user@host[:port] or local", "name the engine, ssh://user@host, or say `local` to mean this machine's");
  }
  for (const part of ["seed", "traffic"] as const) {
    if (outside && raw.demo?.[part] === true) report(["demo", part], "true", "false outside dev", `use false, or remove it: a demo never touches ${environment}`);
  }
  for (const [name, value] of Object.entries(raw.tags ?? {})) checkTag(name, value, report);
}

function checkTag(name: string, value: string, report: Report): void {
  const trouble = checkSettings({ [name]: value }, () => "keep secrets out of tags: everybody who sees a container sees its labels");
  for (const { fix } of trouble) report(["tags", name], "a secret in plain text", "plain values", fix);
}

function checkEdge({ raw, config, secrets, environment }: Checked, report: Report): void {
  const { edge } = config;
  if (edge.httpPort === edge.httpsPort) {
    const key = raw.edge?.httpsPort === undefined ? "httpPort" : "httpsPort";
    report(["edge", key], String(edge[key]), "another port", `use different ports for HTTP and HTTPS; both are ${edge.httpPort}`);
  }
  const tls = raw.edge?.tls;
  const choices = environment === "prod" ? "{ kind: acme, email: ... } or { kind: given }" : "{ kind: acme, email: ... }, { kind: given } or { kind: self-signed }";
  // On AWS the balancer has the certificate.
  if (tls === undefined && environment !== "dev" && config.platform !== "aws") report(["edge", "tls"], "missing", choices, `choose ${choices}`);
  if (tls?.kind === "self-signed" && environment === "prod") report(["edge", "tls", "kind"], quote(tls.kind), choices, `use ${choices}: browsers refuse a certificate made here`);
  for (const part of ["certificate", "privateKey"] as const) {
    const key = `edge:${part}`;
    if (tls?.kind === "given" && secrets.edge[part] === undefined) report([key], "missing", "a PEM file", `run \`pulumi config set --secret ${key} < ${part === "certificate" ? "chain" : "key"}.pem\``);
    if (tls !== undefined && tls.kind !== "given" && secrets.edge[part] !== undefined) report([key], "given but not used", "edge.tls { kind: given }", `set edge.tls to { kind: given }, or run \`pulumi config rm ${key}\``);
  }
}

function checkImages({ raw, environment }: Checked, report: Report): void {
  for (const [name, reference] of Object.entries(raw.images ?? {}) as [LogicalImage, string | undefined][]) {
    if (reference !== undefined && environment !== "dev" && !isPinned(reference)) reportUnpinned(["images", name], reference, environment, report);
  }
}

function checkSystem(id: SystemId, raw: RawSystem, checked: Checked, report: Report): void {
  const { environment } = checked;
  const at = ["systems", id];
  if (environment !== "dev" && raw.version === undefined) report([...at, "version"], "missing", "a version", `name the version you deploy, such as 1.4.2: only dev has a default, ${defaults.version}`);
  for (const service of ["backend", "frontend"] as const) checkService(id, service, raw.services?.[service] ?? {}, checked, report);
  checkRedis(id, raw, checked.config, report);
  if (raw.rotations !== undefined) checkRotations(systems[id], raw.rotations, report);
  checkMigration(id, raw, checked.config, report);
  if (raw.beside !== undefined) checkBeside(id, raw, raw.beside, checked, report);
  if (raw.smoke !== undefined) checkSmoke(id, raw.smoke, report);
  if (raw.halted !== undefined && raw.enabled === false) {
    report([...at, "enabled"], "false", "true while it is halted", `remove it, or resume the system first (npx stackbook resume ${id}): switched off, its containers go, and with them what they can tell`);
  }
  for (const [index, origin] of (raw.corsOrigins ?? []).entries()) {
    if (environment !== "dev" && origin.startsWith("http:")) report([...at, "corsOrigins", index], quote(origin), "an https:// origin", `use ${origin.replace("http:", "https:")}: whoever sits on the way can change a page sent without TLS`);
  }
}

function checkService(id: SystemId, service: ServiceName, raw: RawService, { config, environment, secrets }: Checked, report: Report): void {
  const at = ["systems", id, "services", service];
  const spec = (config.systems.find((system) => system.spec.id === id)?.spec ?? systems[id]).services[service];
  if (environment !== "dev" && raw.image === undefined) reportReferenceApp([...at, "image"], raw.image, report);
  else checkImage([...at, "image"], raw.image, environment, report);
  if (raw.replicas !== undefined && raw.replicas > spec.scale.maxReplicas) {
    report([...at, "replicas"], String(raw.replicas), `1-${spec.scale.maxReplicas}`, `use 1-${spec.scale.maxReplicas}: ${spec.scale.why}`);
  }
  for (const { name, ...trouble } of checkSettings(raw.settings ?? {}, secretSettingFix(id, service), { system: id, sources: spec.settings })) report([...at, "settings", name], trouble.given, trouble.allowed, trouble.fix);
  const doubled = service === "backend" ? Object.keys(secrets.bySystem[id].settings).filter((name) => Object.hasOwn(raw.settings ?? {}, name)) : [];
  for (const name of doubled) report([...at, "settings", name], "given twice", "one of the two", `keep the stack secret ${id}:${name}, and remove it here`);
}

function secretSettingFix(id: SystemId, service: ServiceName): (name: string) => string {
  return (name) =>
    service === "backend"
      ? `remove it here and run \`pulumi config set --secret ${id}:${name.toUpperCase()}\``
      : `remove it: only the backend takes secrets, from \`pulumi config set --secret ${id}:${name.toUpperCase()}\``;
}

function checkRedis(id: SystemId, raw: RawSystem, config: StackConfig, report: Report): void {
  const at = ["systems", id, "redis"];
  const { redis } = systems[id];
  const replicas = config.systems.find(({ spec }) => spec.id === id)?.services.backend.replicas ?? 1;
  if (raw.redis === true && redis === undefined) report(at, "true", "false", `remove it: ${id} has no Redis`);
  if (raw.redis !== false || redis === undefined) return;
  if (redis.optional !== true) report(at, "false", "true", `remove it: ${id} keeps ${redis.uses.join(", ")} in Redis`);
  else if (replicas > 1) report(at, "false", "true", `remove it, or use 1 replica: ${replicas} backends share their ${redis.uses.join(", ")} in Redis`);
}

function checkMigration(id: SystemId, { migration }: RawSystem, config: StackConfig, report: Report): void {
  if (typeof migration !== "object" || migration.irreversible !== true) return;
  if (config.systems.find(({ spec }) => spec.id === id)?.migration !== undefined) return;
  report(["systems", id, "migration", "irreversible"], "true", "true with a command", `add migration.command, or remove it: ${id} has no migration`);
}

function checkDomains({ raw, config }: Checked, report: Report): void {
  const seen = new Map<string, SystemId>();
  for (const { spec, domain } of config.systems) {
    const at = ["systems", spec.id, "domain"];
    const other = seen.get(domain);
    if (other !== undefined) report(at, quote(domain), "a host name of its own", `use another host name: ${other} answers there`);
    seen.set(domain, spec.id);
    const own = raw.systems?.[spec.id]?.domain !== undefined;
    if (own && config.edge.tls.kind === "acme" && isLocalName(domain)) report(at, quote(domain), "a public host name", acmeFix);
  }
  if (config.edge.tls.kind === "acme" && isLocalName(config.domain) && (raw.domain !== undefined || config.environment === "dev")) {
    report(["domain"], quote(config.domain), "a public host name", acmeFix);
  }
}

const acmeFix = "use a name that the certificate authority can reach, or set edge.tls to { kind: self-signed }";
