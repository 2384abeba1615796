import type { RulesInput } from "../alerts/types";
import type { AlertsConfig, Channel } from "../alerts/routing/types";
import type { RetentionTable } from "../backups/retention";
import type { BackupStore, ImageSource, MonitoringConfig, StackConfig, SystemConfig } from "./types";
import type { BackupInterval, ServiceName, SmokeFlow, SystemId } from "../systems";
import type { Contacts } from "../systems/contacts";

/**
 * What commands, and the runbook, must know of a stack's configuration: the stack output `facts`, as of its last update.
 * Plain: no secret, and no name of one.
 */
export interface Facts {
  readonly stack: string;
  readonly environment: string;
  /** Absent: the shell's own engine. */
  readonly engineHost?: string;
  readonly domain: string;
  readonly contact?: string;
  readonly contacts: Contacts;
  readonly timeZone: string;
  readonly edge: { readonly httpPort: number; readonly httpsPort: number; readonly bindAddress: string; readonly tls: "self-signed" | "acme" | "given"; readonly requestsPerMinute: number; readonly drainSeconds: number };
  readonly systems: readonly SystemFacts[];
  readonly alerts: AlertFacts;
  /** Absent: nothing is watched. */
  readonly monitoring?: { readonly scrapeSeconds: number; readonly metricsDays: number; readonly operatorPages: boolean; readonly logDays?: MonitoringConfig["logs"]["retentionDays"] };
  /** Absent: nothing is backed up. */
  readonly backups?: BackupFacts;
}

export interface SystemFacts {
  readonly id: SystemId;
  readonly enabled: boolean;
  readonly version: string;
  readonly domain: string;
  readonly url: string;
  readonly redis: boolean;
  readonly services: Readonly<Record<ServiceName, { readonly replicas: number; readonly memoryMiB: number; readonly cpus: number; readonly image: string }>>;
  readonly migration?: string;
  readonly smoke: readonly SmokeFlow[];
  /** Absent: it is not backed up. */
  readonly backup?: { readonly at: string; readonly everyHours: BackupInterval; readonly retention: RetentionTable };
  readonly contacts: Contacts;
  readonly requestsPerMinute: number;
  readonly maxBodyMiB: number;
}

export interface AlertFacts {
  readonly channels: readonly { readonly name: string; readonly kind: Channel["kind"]; readonly to?: string }[];
  readonly routes: AlertsConfig["routes"];
  readonly systemRoutes: AlertsConfig["systemRoutes"];
  readonly notices: readonly string[];
  readonly escalation: AlertsConfig["escalation"];
  readonly digestAt: string;
  readonly deadMansSwitch: boolean;
  readonly windows: AlertsConfig["maintenance"];
  readonly runbookUrl?: string;
}

export interface BackupFacts {
  readonly stores: readonly { readonly name: string; readonly where: string }[];
  readonly encryption: "symmetric" | "publicKey";
  readonly drill?: { readonly day: string; readonly at: string };
}

/** What the monitoring says of itself besides: who looks at what, and with which thresholds. */
export type WatchedFacts = Facts & { /** Absent: no rules. */ readonly rules?: RulesInput };

export function factsOf(stack: StackConfig): Facts {
  const { alerts, backups, domain, edge, environment, monitoring } = stack;
  return {
    stack: stack.stack, environment, domain,
    ...(stack.host === undefined ? {} : { engineHost: stack.host }),
    ...(stack.contact === undefined ? {} : { contact: stack.contact }),
    contacts: stack.contacts,
    timeZone: monitoring.timeZone,
    edge: { httpPort: edge.httpPort, httpsPort: edge.httpsPort, bindAddress: edge.bindAddress, tls: edge.tls.kind, requestsPerMinute: edge.rateLimit.requestsPerMinute, drainSeconds: edge.drainSeconds },
    systems: stack.systems.map((system) => systemFacts(stack, system)),
    alerts: alertFacts(alerts),
    ...(monitoring.enabled
      ? { monitoring: { scrapeSeconds: monitoring.scrapeSeconds, metricsDays: monitoring.metrics.retentionDays, operatorPages: monitoring.operatorPages, ...(monitoring.logs.enabled ? { logDays: monitoring.logs.retentionDays } : {}) } }
      : {}),
    ...(backups.enabled
      ? { backups: { stores: backups.stores.map((store) => ({ name: store.name, where: placeOf(store) })), encryption: backups.encryption.kind, ...(backups.drill.enabled ? { drill: { day: backups.drill.day, at: backups.drill.at } } : {}) } }
      : {}),
  };
}

/** `https://host[:port]` as visitors write it. */
export function addressOf(host: string, { httpsPort }: Pick<Facts["edge"], "httpsPort">): string {
  return `https://${host}${httpsPort === 443 ? "" : `:${httpsPort}`}`;
}

function systemFacts(stack: StackConfig, { backups, contacts, domain, enabled, maxBodyMiB, migration, rateLimit, redis, services, smoke, spec, version }: SystemConfig): SystemFacts {
  const service = (name: ServiceName): SystemFacts["services"][ServiceName] => {
    const { cpus, image, memoryMiB, replicas } = services[name];
    return { replicas, memoryMiB, cpus, image: imageText(image) };
  };
  return {
    id: spec.id, enabled, version, domain, url: addressOf(domain, stack.edge), redis,
    services: { backend: service("backend"), frontend: service("frontend") },
    ...(migration === undefined ? {} : { migration: migration.command.join(" ") }),
    ...(backups === undefined ? {} : { backup: { at: backups.at, everyHours: backups.everyHours, retention: backups.retention } }),
    smoke, contacts, requestsPerMinute: rateLimit.requestsPerMinute, maxBodyMiB,
  };
}

function imageText(image: ImageSource): string {
  switch (image.kind) {
    case "reference-app":
      return "the reference app";
    case "registry":
      return image.reference;
    case "build":
      return `built from ${image.context}`;
  }
}

function alertFacts({ channels, deadMansSwitch, digest, escalation, maintenance, notices, routes, runbookUrl, systemRoutes }: AlertsConfig): AlertFacts {
  return {
    channels: channels.map((channel) => ({ name: channel.name, kind: channel.kind, ...(channel.kind === "email" ? { to: channel.to.join(", ") } : channel.kind === "slack" && channel.channel !== undefined ? { to: channel.channel } : {}) })),
    routes, systemRoutes, notices, escalation, digestAt: digest.at, deadMansSwitch: deadMansSwitch !== undefined, windows: maintenance,
    ...(runbookUrl === undefined ? {} : { runbookUrl }),
  };
}

function placeOf(store: BackupStore): string {
  if (store.kind === "s3") return `s3://${store.bucket}${store.prefix === "" ? "" : `/${store.prefix}`}${store.endpoint === undefined ? "" : ` at ${store.endpoint}`}`;
  return store.hostPath === undefined ? "a volume of the engine, lost with its host" : `${store.hostPath} on the engine's host`;
}
