import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSpec } from "../../systems";
import type { Healthcheck } from "./healthcheck";

export interface DatabaseEngine {
  readonly image: "postgres" | "mongodb";
  readonly port: number;
  readonly adminUser: string;
  readonly dataPath: string;
  readonly tmpfs: readonly string[];
  readonly stopSignal: string;
  readonly healthcheck: Healthcheck;
  /** The server's own settings: what the monitoring and the person who reads the log must know. */
  command(spec: DatabaseSpec): string[];
  env(database: string, adminPassword: pulumi.Output<string>): Record<string, pulumi.Input<string>>;
}

/** How each engine's official image is run; the package-built ones keep the same contract. */
export const engines: Readonly<Record<DatabaseSpec["engine"], DatabaseEngine>> = {
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

/** Redis, and the databases alike: who their images run as. */
export const storeUser = "999:999";
