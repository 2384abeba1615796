import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../config/types";
import type { EdgeSite } from "./edgeSite";
import type { System } from "./system";

/** What a stack tells: operations and people read nothing else. */
export function stackOutputs(stack: StackConfig, edge: EdgeSite, systems: ReadonlyMap<SystemConfig, System>): Record<string, pulumi.Input<unknown>> {
  const entries = [...systems.entries()];
  return {
    environment: stack.environment,
    platform: stack.platform,
    edge: { httpPort: stack.edge.httpPort, httpsPort: stack.edge.httpsPort, container: edge.edge.container },
    systems: Object.fromEntries(entries.map(([config, system]) => [config.spec.id, describe(stack, config, system)])),
    ...(edge.caCertificate === undefined ? {} : { caCertificate: edge.caCertificate }),
    credentials: pulumi.secret(Object.fromEntries(entries.map(([config, system]) => [config.spec.id, credentials(config, system)]))),
    release: Object.fromEntries(
      entries
        .filter(([, system]) => system.running !== undefined)
        .map(([config, system]) => [
          config.spec.id,
          {
            version: config.version,
            slot: config.slot,
            images: Object.fromEntries(Object.entries(system.running?.images ?? {}).map(([name, image]) => [name, image.reference])),
          },
        ]),
    ),
  };
}

function describe(stack: StackConfig, config: SystemConfig, { running }: System): Record<string, pulumi.Input<unknown>> {
  const { spec } = config;
  const url = `https://${config.domain}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`;
  const stopped = running === undefined;
  return {
    title: spec.title,
    version: config.version,
    enabled: !stopped,
    url,
    // The edge routes by path: the health path answers outside only where a route leads to the backend.
    paths: spec.routes.map((route) => route.path),
    ...(stopped
      ? {}
      : {
          services: Object.fromEntries(
            Object.entries(running.workloads).map(([name, workload]) => [name, { containers: workload.servers.map((server) => server.host) }]),
          ),
        }),
  };
}

function credentials(config: SystemConfig, system: System): Record<string, pulumi.Input<unknown>> {
  const login = system.running?.login;
  return {
    ...(login === undefined ? {} : { login }),
    database: { name: config.spec.database.name, user: config.spec.database.role, password: system.secrets.databasePassword },
    databaseAdminPassword: system.secrets.databaseAdminPassword,
    ...(system.secrets.cachePassword === undefined ? {} : { cachePassword: system.secrets.cachePassword }),
  };
}
