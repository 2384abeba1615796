import type { LogStream, SlotName } from "../../config/types";
import type { ServiceName, SystemId } from "../../systems";

/** What the renderers of this folder know of a stack: plain values, read off the systems that run. */
export interface WatchedSystem {
  readonly id: SystemId;
  /** Where visitors find it: host name, and `https://host[:port]`. */
  readonly domain: string;
  readonly publicUrl: string;
  readonly engine: "postgres" | "mongodb";
  readonly redis: boolean;
  readonly services: readonly WatchedService[];
  readonly probes: readonly Probe[];
  readonly auditLog: boolean;
  /** Its backup agents, by host name; absent: it is not backed up. */
  readonly backup?: { readonly agent: string; /** Absent: no drills here. */ readonly drill?: string };
}

export interface WatchedService {
  readonly name: ServiceName;
  readonly port: number;
  /** Where its metrics are, in Prometheus's format; absent: it has none. */
  readonly metricsPath?: string;
  readonly replicas: readonly WatchedReplica[];
}

/** A container, by name. */
export interface WatchedReplica {
  readonly slot: SlotName;
  readonly host: string;
}

/** An address that is asked through the edge, as a visitor would. */
export interface Probe {
  readonly check: "page" | "health";
  readonly service: ServiceName;
  readonly path: string;
}

/** Parts of the monitoring that may be missing: switched off, or without an image on this machine. */
export type OptionalPart = "cadvisor" | "mongodbExporter" | "loki" | "collector" | "grafana" | "status";

/** A container as the kernel knows it, and as people do. */
export interface WatchedContainer {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly system: SystemId | "stack";
  readonly service: string;
}

export interface StackFacts {
  readonly stack: string;
  readonly environment: string;
}

export type RetentionDays = Readonly<Record<LogStream, number>>;

/** Ports of the daemons, on the monitoring's network. */
export const ports = {
  prometheus: 9090,
  alertmanager: 9093,
  nodeExporter: 9100,
  blackbox: 9115,
  cadvisor: 8080,
  mtail: 3903,
  postgresExporter: 9187,
  mongodbExporter: 9216,
  redisExporter: 9121,
  loki: 3100,
  collectorHealth: 13133,
  collectorMetrics: 8888,
  grafana: 3000,
  status: 8080,
  backup: 8080,
} as const;
