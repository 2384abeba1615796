import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { Daemon, Platform } from "../../platforms/platform";
import type { RunningSystem } from "../outputs";
import { ports } from "./facts";
import { renderPostgresQueries } from "./postgresQueries";

/** Users of the official images. */
const users = { postgres: "65534:65534", mongodb: "65535:65535", redis: "59000:59000" } as const;

/** What asks a system's stores for their figures, from inside their private networks. */
export function createExporters(platform: Platform, stack: StackConfig, { config, data, system }: RunningSystem, opts: pulumi.ComponentResourceOptions): Daemon[] {
  const { id } = config.spec;
  const { monitor } = system.database;
  const daemons: Daemon[] = [];
  if (monitor !== undefined && config.spec.database.engine === "postgres") {
    const directory = "/etc/postgres-exporter";
    daemons.push(
      platform.createDaemon(
        {
          name: "postgres-exporter",
          system: id,
          image: platform.image("postgresExporter"),
          command: [`--extend.query-path=${directory}/queries.yaml`, "--disable-default-metrics", "--disable-settings-metrics"],
          env: {
            DATA_SOURCE_URI: pulumi.interpolate`${monitor.host}:${monitor.port}/postgres?sslmode=disable`,
            DATA_SOURCE_USER: monitor.user,
            DATA_SOURCE_PASS: monitor.password,
          },
          user: users.postgres,
          places: [{ site: system.site, access: "database" }],
          config: { directory, files: { "queries.yaml": renderPostgresQueries(config.spec.database.name) }, onChange: "replace" },
          memoryMiB: 64,
          cpus: 0.25,
        },
        opts,
      ),
    );
  }
  if (monitor !== undefined && config.spec.database.engine === "mongodb" && platform.lacks("mongodbExporter") === undefined) {
    daemons.push(
      platform.createDaemon(
        {
          name: "mongodb-exporter",
          system: id,
          image: platform.image("mongodbExporter"),
          // The profiler's window is the scrape's twice, so that no slow operation falls between two readings.
          command: [
            "--collector.diagnosticdata",
            "--collector.dbstats",
            "--collector.profile",
            `--collector.profile-time-ts=${2 * stack.monitoring.scrapeSeconds}`,
            `--web.listen-address=:${ports.mongodbExporter}`,
          ],
          env: { MONGODB_URI: pulumi.interpolate`mongodb://${monitor.host}:${monitor.port}/admin`, MONGODB_USER: monitor.user, MONGODB_PASSWORD: monitor.password },
          user: users.mongodb,
          places: [{ site: system.site, access: "database" }],
          memoryMiB: 96,
          cpus: 0.25,
        },
        opts,
      ),
    );
  }
  if (system.cache !== undefined && data.cache !== undefined) {
    daemons.push(
      platform.createDaemon(
        {
          name: "redis-exporter",
          system: id,
          image: platform.image("redisExporter"),
          env: { REDIS_ADDR: pulumi.interpolate`redis://${system.cache.host}:${system.cache.port}`, REDIS_PASSWORD: data.cache.password.current },
          user: users.redis,
          places: [{ site: system.site, access: "cache" }],
          memoryMiB: 48,
          cpus: 0.25,
        },
        opts,
      ),
    );
  }
  return daemons;
}
