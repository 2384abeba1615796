import * as pulumi from "@pulumi/pulumi";
import type { StackConfig, SystemConfig } from "../config/types";
import type { Watched } from "../platforms/platform";
import { factsOf } from "../config/facts";
import type { Backups } from "./backup";
import type { BackupData } from "./backup/data";
import { recoveryOutput } from "./backup/outputs";
import type { Data } from "./data";
import type { EdgeSite } from "./edgeSite";
import type { Ledger } from "./release/ledger";
import type { RunningVersion, System } from "./system";

/** One entry of `stackbook:systems`; a stopped one has data only. */
export interface StackSystem {
  readonly config: SystemConfig;
  readonly data: Data;
  readonly system: System | undefined;
}

export interface RunningSystem extends StackSystem {
  readonly system: System;
}

export function runningSystems(systems: readonly StackSystem[]): RunningSystem[] {
  return systems.flatMap(({ system, ...rest }) => (system === undefined ? [] : [{ ...rest, system }]));
}

/** What a stack is made of besides its systems. */
export interface StackParts {
  readonly edge: EdgeSite;
  readonly backupData: BackupData;
  readonly backups: Backups | undefined;
  readonly monitoring: Watched | undefined;
  readonly ledger: Ledger;
}

/** What a stack tells: operations and people read nothing else. */
export function stackOutputs(stack: StackConfig, systems: readonly StackSystem[], { backupData, backups, edge, ledger, monitoring }: StackParts): Record<string, pulumi.Input<unknown>> {
  const byId = <T>(describe: (entry: StackSystem) => T): Record<string, T> =>
    Object.fromEntries(systems.map((entry) => [entry.config.spec.id, describe(entry)]));
  return {
    environment: stack.environment,
    platform: stack.platform,
    edge: {
      httpPort: stack.edge.httpPort, httpsPort: stack.edge.httpsPort, container: edge.edge.container,
      // An authority of one's own is known to nobody else: commands that ask as visitors do trust this.
      ...(edge.givenCertificate === undefined ? {} : { certificate: edge.givenCertificate }),
    },
    systems: byId((entry) => describe(stack, entry)),
    facts: factsOf(stack),
    ...(edge.caCertificate === undefined ? {} : { caCertificate: edge.caCertificate }),
    ...(monitoring === undefined ? {} : { monitoring: monitoring.outputs }),
    ...(backups === undefined ? {} : { backups: backups.outputs, recovery: recoveryOutput(backupData) }),
    credentials: pulumi.secret({ ...byId(credentials), edge: { passKey: edge.passKey }, ...(monitoring === undefined ? {} : { monitoring: monitoring.credentials }) }),
    release: ledger.current,
    releases: ledger.earlier,
  };
}

function describe(stack: StackConfig, { config, system }: StackSystem): Record<string, pulumi.Input<unknown>> {
  const { spec } = config;
  return {
    title: spec.title,
    version: config.version,
    slot: config.slot,
    enabled: system !== undefined,
    url: `https://${config.domain}${stack.edge.httpsPort === 443 ? "" : `:${stack.edge.httpsPort}`}`,
    // What the edge routes, longest match first; everything else is 404.
    paths: spec.routes.map((route) => route.path),
    ...(system === undefined
      ? {}
      : {
          services: containersOf(system.versions[0]),
          ...besideOutput(system),
        }),
  };
}

function besideOutput({ versions: [, beside] }: System): Record<string, pulumi.Input<unknown>> {
  if (beside === undefined) return {};
  const { percent, slot, version } = beside.config;
  return { beside: { version, percent, slot, services: containersOf(beside) } };
}

function containersOf({ workloads }: RunningVersion): Record<string, { readonly containers: pulumi.Output<string>[] }> {
  return Object.fromEntries(Object.entries(workloads).map(([name, workload]) => [name, { containers: workload.servers.map((server) => server.host) }]));
}

function credentials({ config, data, system }: StackSystem): Record<string, pulumi.Input<unknown>> {
  return {
    ...(system?.login === undefined ? {} : { login: system.login }),
    database: { name: config.spec.database.name, user: system?.database.user ?? config.spec.database.role, password: data.databasePassword.current },
    databaseAdminPassword: data.databaseAdminPassword.current,
    ...(data.cache === undefined ? {} : { cachePassword: data.cache.password.current }),
    ...(Object.keys(data.earlierSecrets).length === 0 ? {} : { earlier: data.earlierSecrets }),
  };
}
