import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../../config/types";
import type { ServiceName, SystemSpec } from "../../systems";
import type { RunningSystem } from "../outputs";
import type { System } from "../system";
import type { Probe, WatchedReplica, WatchedSystem } from "./facts";

/** What the renderers know of the systems that run; their containers' names come with the update. */
export function watchedSystems(stack: StackConfig, systems: readonly RunningSystem[]): pulumi.Output<WatchedSystem[]> {
  return pulumi.all(
    systems.map(({ config, system }) =>
      pulumi
        .all(serviceNames.map((name) => containersOf(system, name)))
        .apply(([backend = [], frontend = []]) => watchedSystem(stack, config, { backend, frontend })),
    ),
  );
}

/** Of all versions, in the order of their slots: which of them is the system's own makes no difference here. */
function containersOf({ versions }: System, service: ServiceName): pulumi.Output<WatchedReplica[]> {
  const servers = versions.flatMap(({ config: { slot }, workloads }) => workloads[service].servers.map(({ host }) => ({ slot, host })));
  return pulumi.all(servers.sort((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0)).map(({ host, slot }) => host.apply((known): WatchedReplica => ({ slot, host: known }))));
}

const serviceNames: readonly ServiceName[] = ["backend", "frontend"];

export function watchedSystem(stack: StackConfig, config: SystemConfig, replicas: Readonly<Record<ServiceName, readonly WatchedReplica[]>>): WatchedSystem {
  const { spec } = config;
  return {
    id: spec.id,
    domain: config.domain,
    publicUrl: `https://${config.domain}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`,
    engine: spec.database.engine,
    redis: config.redis,
    auditLog: spec.auditLog !== undefined,
    ...(config.backups === undefined ? {} : { backup: { agent: `${spec.id}-backup`, ...(stack.backups.drill.enabled ? { drill: `${spec.id}-drill` } : {}) } }),
    services: serviceNames.map((name) => {
      const { metrics, port } = spec.services[name];
      const metricsPath = metrics.find(({ format }) => format === "prometheus")?.path;
      return { name, port, replicas: replicas[name], ...(metricsPath === undefined ? {} : { metricsPath }) };
    }),
    probes: probes(spec),
  };
}

/** The first page, and the backend's own word on its health where the edge lets visitors ask for it. */
function probes(spec: SystemSpec): Probe[] {
  const { path } = spec.services.backend.health;
  const route = spec.routes
    .filter((candidate) => candidate.path === "/" || path === candidate.path || path.startsWith(`${candidate.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return [
    { check: "page", service: "frontend", path: "/" },
    ...(route?.service === "backend" ? [{ check: "health", service: "backend", path } as const] : []),
  ];
}
