import * as pulumi from "@pulumi/pulumi";
import { firstOf, type Database, type DatabaseArgs, type Site } from "../platform";
import { applicationLogin, monitorUser } from "../stores/databaseRoles";
import { engines } from "../stores/engines";
import type { DockerContext } from "./context";
import { joinNetworks } from "./context";
import { retireDatabaseLogins } from "./databaseRetired";
import { createRole, type RoleArgs } from "./databaseRoles";
import { HealthGate } from "./tasks/healthGate";

/** With what is needed to end logins in it. */
interface DockerDatabase extends Database {
  readonly roles: RoleArgs;
}

/** A database server on a volume of its own, reachable by name `database` on its system's database network only. */
export function createDatabase(context: DockerContext, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions): Database {
  const { system, spec, site } = args;
  const engine = engines[spec.engine];
  const server = context.container(
    `${system}-database`,
    {
      image: context.image(engine.image),
      labels: context.labels(system, "database", "database", { version: spec.version }),
      command: engine.command(spec),
      env: engine.env(spec.name, firstOf(args.adminPassword)),
      user: "999:999",
      networks: joinNetworks(site, ["database"], "database"),
      volumes: [{ volume: args.data.volume, path: engine.dataPath }],
      tmpfs: engine.tmpfs,
      healthcheck: engine.healthcheck,
      memoryMiB: spec.memoryMiB,
      cpus: spec.cpus,
      stopSignal: engine.stopSignal,
      stopSeconds: 60,
    },
    // Deleted before it is replaced (the provider's default): no two servers on one volume, ever.
    context.options({ parent: opts.parent }),
  );
  const gate = new HealthGate(
    `${system}-database-healthy`,
    { host: context.host, containers: [server.id], title: `${system} database (${spec.engine})`, timeoutSeconds: 180, ...context.idle(system) },
    context.taskOptions({ parent: opts.parent }),
  );
  const host = pulumi.output("database");
  const roles: RoleArgs = { ...args, image: context.image(engine.image), adminUser: engine.adminUser, network: databaseNetwork(site) };
  const role = createRole(context, `${system}-database-role`, roles, context.taskOptions({ parent: opts.parent, dependsOn: [gate] }));
  const { port, adminUser } = engine;
  const { monitorPassword: password } = args;
  const database: DockerDatabase = {
    host,
    port,
    adminUser,
    user: applicationLogin(spec, args.rolePassword.generation),
    ready: [gate, role],
    roles,
    ...(password === undefined ? {} : { monitor: { user: monitorUser, password, host, port } }),
  };
  return database;
}

function databaseNetwork(site: Site): pulumi.Input<string> {
  return joinNetworks(site, ["database"])[0]?.name ?? "";
}

export function retireDatabase(context: DockerContext, database: Database, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  return retireDatabaseLogins(context, (database as DockerDatabase).roles, context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }));
}
