import * as pulumi from "@pulumi/pulumi";
import { firstOf, type Database, type DatabaseArgs, type Site } from "../platform";
import type { DockerContext } from "./context";
import { joinNetworks } from "./context";
import type { Healthcheck } from "./container";
import { retireDatabaseLogins } from "./databaseRetired";
import { applicationLogin, createRole, monitorUser, type RoleArgs } from "./databaseRoles";
import { HealthGate } from "./tasks/healthGate";

interface Engine {
  readonly image: "postgres" | "mongodb";
  readonly port: number;
  readonly adminUser: string;
  readonly dataPath: string;
  readonly tmpfs: readonly string[];
  readonly stopSignal: string;
  readonly healthcheck: Healthcheck;
  /** The server's own settings: what the monitoring and the person who reads the log must know. */
  command(spec: DatabaseArgs["spec"]): string[];
  env(database: string, adminPassword: pulumi.Output<string>): Record<string, pulumi.Input<string>>;
}

/** How each engine's official image is run; the package-built ones keep the same contract. */
const engines: Readonly<Record<DatabaseArgs["spec"]["engine"], Engine>> = {
  postgres: {
    image: "postgres",
    port: 5432,
    adminUser: "postgres",
    dataPath: "/var/lib/postgresql/data",
    tmpfs: ["/tmp", "/var/run/postgresql"],
    stopSignal: "SIGINT", // fast shutdown: a checkpoint, no waiting for clients
    healthcheck: { test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], startSeconds: 120 },
    command: ({ slowStatementMs }) => [
      "postgres",
      ...Object.entries({
        shared_preload_libraries: "pg_stat_statements",
        track_io_timing: "on",
        // A wait for a lock longer than deadlock_timeout (1 s); deadlocks themselves are always logged.
        log_lock_waits: "on",
        ...(slowStatementMs === undefined ? {} : { log_min_duration_statement: `${slowStatementMs}ms` }),
        // Values of parameters are people's data; a log of statements has no need of them.
        log_parameter_max_length: "0",
      }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env: (database, adminPassword) => ({
      POSTGRES_USER: "postgres",
      POSTGRES_PASSWORD: adminPassword,
      POSTGRES_DB: database,
      // Code-point order: a restore on another machine's C library can't corrupt an index, as en_US would.
      LANG: "C.UTF-8",
      POSTGRES_INITDB_ARGS: "--encoding=UTF8 --locale=C.UTF-8 --data-checksums --auth-host=scram-sha-256 --auth-local=scram-sha-256",
      PGDATA: "/var/lib/postgresql/data/pgdata",
    }),
  },
  mongodb: {
    image: "mongodb",
    port: 27017,
    adminUser: "root",
    dataPath: "/data/db",
    // The image declares /data/configdb a volume of its own, which would be an anonymous one.
    tmpfs: ["/tmp", "/data/configdb"],
    stopSignal: "SIGTERM",
    healthcheck: {
      // Cheap on purpose: mongosh takes a second of CPU per start.
      test: ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/27017"],
      startSeconds: 120,
    },
    // As options: `setProfilingLevel` lasts until the next restart only.
    command: ({ slowStatementMs }) => ["mongod", ...(slowStatementMs === undefined ? [] : ["--profile", "1", "--slowms", String(slowStatementMs)])],
    env: (_database, adminPassword) => ({
      MONGO_INITDB_ROOT_USERNAME: "root",
      MONGO_INITDB_ROOT_PASSWORD: adminPassword,
    }),
  },
};

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
