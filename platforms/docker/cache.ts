import * as pulumi from "@pulumi/pulumi";
import type { CacheArgs, Endpoint } from "../platform";
import { joinNetworks, type DockerContext } from "./context";
import { HealthGate } from "./tasks/healthGate";

/**
 * Redis behind a password, on its system's cache network only. The password reaches it by standard
 * input, so that no process list shows it.
 */
export function createCache(context: DockerContext, args: CacheArgs, opts: pulumi.ComponentResourceOptions): Endpoint {
  const { system, spec } = args;
  const image = context.image("redis");
  const maxMemoryMiB = Math.floor(spec.memoryMiB * 0.75); // the rest is for the copy-on-write of a snapshot
  const settings = [
    "--dir /data",
    `--appendonly ${spec.appendOnly ? "yes" : "no"}`,
    `--maxmemory ${maxMemoryMiB}mb`,
    // Sessions are not evicted silently: a full store is an error that is seen.
    "--maxmemory-policy noeviction",
  ].join(" ");
  const server = context.container(
    `${system}-cache`,
    {
      image,
      labels: context.labels(system, "cache", "cache", { version: spec.version }),
      entrypoint: ["sh", "-c"],
      // Not by a pipe: the shell that feeds it would take the stop signal, and Redis none.
      command: [`exec redis-server - ${settings} <<END\nrequirepass "$REDIS_PASSWORD"\nEND\n`],
      env: { REDIS_PASSWORD: args.password, REDISCLI_AUTH: args.password },
      user: "999:999",
      networks: joinNetworks(args.site, ["cache"], "cache"),
      volumes: [{ volume: args.data.volume, path: "/data" }],
      healthcheck: { test: ["CMD-SHELL", "redis-cli ping | grep -q PONG"], startSeconds: 60 },
      memoryMiB: spec.memoryMiB,
      cpus: spec.cpus,
      stopSeconds: 30,
    },
    context.options({ parent: opts.parent }),
  );
  const gate = new HealthGate(
    `${system}-cache-healthy`,
    { host: context.host, containers: [server.id], title: `${system} cache (redis)`, timeoutSeconds: 120, ...context.idle(system) },
    context.taskOptions({ parent: opts.parent }),
  );
  return { host: pulumi.output("cache"), port: 6379, ready: [gate] };
}
