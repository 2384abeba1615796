import { systemIds, systems, type ServiceName, type ServiceSpec, type SystemId } from "../systems";
import type { Contacts } from "../systems/contacts";
import { resolveAlerts } from "./alerts-resolve";
import { resolveAws } from "./aws-schema";
import { resolveBackups, resolveRestore, resolveSystemBackups } from "./backups-resolve";
import { resolveBeside } from "./beside-resolve";
import { defaults } from "./defaults";
import type { GivenSecrets } from "./given-secrets";
import { resolveHalted } from "./halted-schema";
import { resolveImage, resolveMigration } from "./image-resolve";
import { resolveBlocked, resolveMaintenance } from "./maintenance-schema";
import { resolveKubernetes } from "./kubernetes-schema";
import type { RawMonitoring } from "./monitoring-schema";
import type { RawService, RawStack, RawSystem } from "./schema";
import { resolveRotations } from "./rotations";
import { resolveSmoke } from "./smoke-schema";
import { localHost } from "./texts";
import type { EdgeConfig, Environment, MonitoringConfig, ServiceConfig, StackConfig, SystemConfig, TlsConfig } from "./types";

/**
 * The stack file over the catalogue over the defaults. Takes whatever is well-formed: the checks say
 * what is missing, and nobody sees the result unless they are content.
 */
export function resolveStack(stack: string, environment: Environment, raw: RawStack, secrets: GivenSecrets, asGiven: StackConfig["given"] = {}): StackConfig {
  const edge = resolveEdge(environment, raw.edge ?? {}, raw.platform === "aws" ? balancerPorts : {});
  const domain = raw.domain ?? defaults.domain;
  const given = givenSystems(environment, raw);
  const maintenance = resolveMaintenance(raw.maintenance, true);
  return {
    environment,
    stack,
    platform: raw.platform ?? defaults.platform,
    ...(raw.host === undefined || raw.host === localHost ? {} : { host: raw.host }),
    ...(raw.platform === "kubernetes" ? { kubernetes: { ...resolveKubernetes(stack, raw.kubernetes), ...(secrets.registry.pullSecret === undefined ? {} : { pullSecret: secrets.registry.pullSecret }) } } : {}),
    ...(raw.platform === "aws" ? { aws: resolveAws(stack, environment, raw.aws) } : {}),
    domain,
    ...(raw.contact === undefined ? {} : { contact: raw.contact }),
    contacts: raw.contacts ?? {},
    tags: raw.tags ?? {},
    edge,
    systems: systemIds.flatMap((id) => {
      const system = given[id];
      return system === undefined ? [] : [resolveSystem(id, system, { domain, edge, secrets: secrets.bySystem[id], backups: raw.backups ?? {}, contacts: raw.contacts ?? {}, maintenance })];
    }),
    images: raw.images ?? {},
    demo: { seed: raw.demo?.seed ?? defaults.demo.seed, traffic: raw.demo?.traffic ?? defaults.demo.traffic },
    protectData: raw.protectData ?? defaults.protectData,
    monitoring: resolveMonitoring(environment, raw.monitoring ?? {}),
    alerts: resolveAlerts(raw.alerts ?? {}, Object.keys(given), secrets.alerts),
    // On AWS nothing is kept yet, so not even a place for it is made.
    backups: { ...resolveBackups(raw.backups ?? {}, secrets.backups), ...(raw.platform === "aws" ? { stores: [] } : {}) },
    maintenance,
    given: asGiven,
    sequence: raw.sequence ?? defaults.sequence,
    ...(raw.pinned === undefined ? {} : { pinned: raw.pinned }),
  };
}

export function givenSystems(environment: Environment, raw: RawStack): NonNullable<RawStack["systems"]> {
  return raw.systems ?? (environment === "dev" ? { [defaults.devSystem]: {} } : {});
}

/** A cloud's balancer takes no port from anybody, in dev either. */
const balancerPorts = { httpPort: 80, httpsPort: 443 };

function resolveEdge(environment: Environment, raw: NonNullable<RawStack["edge"]>, usual: Partial<typeof balancerPorts>): EdgeConfig {
  return {
    httpPort: raw.httpPort ?? usual.httpPort ?? defaults.httpPort(environment),
    httpsPort: raw.httpsPort ?? usual.httpsPort ?? defaults.httpsPort(environment),
    bindAddress: raw.bindAddress ?? defaults.bindAddress(environment),
    tls: resolveTls(raw.tls),
    rateLimit: { requestsPerMinute: raw.rateLimit?.requestsPerMinute ?? defaults.requestsPerMinute },
    drainSeconds: raw.drainSeconds ?? defaults.drainSeconds(environment),
    blocked: resolveBlocked(raw.blocked),
    bypass: raw.bypass ?? [],
    ...resolveRotations(raw.rotations),
  };
}

function resolveTls(raw: NonNullable<RawStack["edge"]>["tls"]): TlsConfig {
  if (raw?.kind === "acme") return { kind: "acme", email: raw.email, ...(raw.directoryUrl === undefined ? {} : { directoryUrl: raw.directoryUrl }) };
  if (raw?.kind !== "given") return { kind: "self-signed" };
  return { kind: "given", certificate: { namespace: "edge", key: "certificate" }, privateKey: { namespace: "edge", key: "privateKey" } };
}

function resolveMonitoring(environment: Environment, raw: RawMonitoring): MonitoringConfig {
  const { monitoring } = defaults;
  return {
    enabled: raw.enabled ?? monitoring.enabled,
    timeZone: raw.timeZone ?? monitoring.timeZone,
    scrapeSeconds: raw.scrapeSeconds ?? monitoring.scrapeSeconds,
    metrics: {
      retentionDays: raw.metrics?.retentionDays ?? monitoring.retentionDays(environment),
      maxSizeGiB: raw.metrics?.maxSizeGiB ?? monitoring.maxSizeGiB(environment),
    },
    logs: {
      enabled: raw.logs?.enabled ?? monitoring.logs,
      hostDirectory: raw.logs?.hostDirectory ?? monitoring.hostDirectory,
      retentionDays: { ...monitoring.logDays, ...raw.logs?.retentionDays },
    },
    dashboards: { enabled: raw.dashboards?.enabled ?? monitoring.dashboards },
    operatorPages: raw.operatorPages ?? monitoring.operatorPages(environment),
    statusPage: { enabled: raw.statusPage?.enabled ?? monitoring.statusPage, title: raw.statusPage?.title ?? monitoring.title },
    ...resolveRotations(raw.rotations),
  };
}

interface Surroundings {
  readonly domain: string;
  readonly edge: EdgeConfig;
  readonly secrets: GivenSecrets["bySystem"][SystemId];
  readonly backups: NonNullable<RawStack["backups"]>;
  readonly contacts: Contacts;
  readonly maintenance: StackConfig["maintenance"];
}

function resolveSystem(id: SystemId, raw: RawSystem, { domain: stackDomain, edge, secrets, backups: stackBackups, contacts, maintenance }: Surroundings): SystemConfig {
  const spec = systems[id];
  const domain = raw.domain ?? `${id}.${stackDomain}`;
  const services = {
    backend: resolveService(spec.services.backend, raw.services?.backend ?? {}),
    frontend: resolveService(spec.services.frontend, raw.services?.frontend ?? {}),
  } satisfies Record<ServiceName, ServiceConfig>;
  const slot = raw.slot ?? defaults.slot;
  const migration = resolveMigration(id, raw, services.backend.image);
  const backups = resolveSystemBackups(spec, raw, stackBackups, stackBackups.enabled ?? defaults.backups.enabled);
  return {
    spec,
    enabled: raw.enabled ?? defaults.enabled,
    version: raw.version ?? defaults.version,
    slot,
    domain,
    corsOrigins: raw.corsOrigins ?? [edge.httpsPort === 443 ? `https://${domain}` : `https://${domain}:${edge.httpsPort}`],
    // fetms.md, Horizontal Scaling: several backends share their sessions in Redis.
    redis: raw.redis ?? (spec.redis !== undefined && (spec.redis.optional !== true || services.backend.replicas > 1)),
    rateLimit: { requestsPerMinute: raw.rateLimit?.requestsPerMinute ?? edge.rateLimit.requestsPerMinute },
    maxBodyMiB: raw.maxBodyMiB ?? spec.maxBodyMiB,
    services,
    ...(migration === undefined ? {} : { migration }),
    ...(raw.beside === undefined ? {} : { beside: resolveBeside(id, raw, raw.beside, { slot, services }) }),
    ...(backups === undefined ? {} : { backups }),
    ...(raw.restore === undefined ? {} : { restore: resolveRestore(id, raw.restore) }),
    smoke: resolveSmoke(spec.smoke, raw.smoke),
    ...resolveRotations(raw.rotations),
    ...(raw.halted === undefined ? {} : { halted: resolveHalted(raw.halted) }),
    maintenance: [...resolveMaintenance(raw.maintenance), ...maintenance],
    contacts: { ...contacts, ...raw.contacts },
    givenSecrets: secrets.given,
    ...(Object.keys(secrets.settings).length === 0 ? {} : { secretSettings: secrets.settings }),
  };
}

function resolveService(spec: ServiceSpec, raw: RawService): ServiceConfig {
  return {
    image: resolveImage(raw.image),
    replicas: raw.replicas ?? spec.replicas,
    memoryMiB: raw.memoryMiB ?? spec.memoryMiB,
    cpus: raw.cpus ?? spec.cpus,
    settings: raw.settings ?? {},
  };
}
