import * as pulumi from "@pulumi/pulumi";
import { firstOf, type CacheArgs, type Endpoint } from "../platform";
import { redisHealthcheck, redisStart } from "../stores/redis";
import { addCachePassword, retireCachePassword, type CachePasswordArgs } from "./cachePasswords";
import { joinNetworks, type DockerContext } from "./context";
import { HealthGate } from "./tasks/healthGate";

/** With what is needed to exchange its password. */
interface DockerCache extends Endpoint {
  readonly passwords: CachePasswordArgs;
}

/**
 * Redis behind a password, on its system's cache network only. The password reaches it as a hash in a file, so that no
 * process list shows it.
 */
export function createCache(context: DockerContext, args: CacheArgs, opts: pulumi.ComponentResourceOptions): Endpoint {
  const { password, site, spec, system } = args;
  const image = context.image("redis");
  const server = context.container(
    `${system}-cache`,
    {
      image,
      labels: context.labels(system, "cache", "cache", { version: spec.version }),
      entrypoint: ["sh", "-c"],
      command: [redisStart(spec)],
      env: { REDIS_PASSWORD: firstOf(password), REDISCLI_AUTH: firstOf(password) },
      user: "999:999",
      networks: joinNetworks(site, ["cache"], "cache"),
      volumes: [{ volume: args.data.volume, path: "/data" }],
      healthcheck: { test: ["CMD-SHELL", redisHealthcheck], startSeconds: 60 },
      memoryMiB: spec.memoryMiB,
      cpus: spec.cpus,
      stopSeconds: 30,
    },
    // A Redis from before November 2026 has its one password in its settings. It stays as it is until the first exchange,
    // which restarts it, once: what changes in these three meanwhile reaches such a one no sooner.
    context.options({ parent: opts.parent }, password.generation === 0 ? { ignoreChanges: ["command", "envs", "healthcheck"] } : {}),
  );
  const gate = new HealthGate(
    `${system}-cache-healthy`,
    { host: context.host, containers: [server.id], title: `${system} cache (redis)`, timeoutSeconds: 120, ...context.idle(system) },
    context.taskOptions({ parent: opts.parent }),
  );
  const passwords: CachePasswordArgs = { system, image, password, volume: args.data.volume, network: joinNetworks(site, ["cache"])[0]?.name ?? "" };
  const added = addCachePassword(context, passwords, context.taskOptions({ parent: opts.parent, dependsOn: [gate] }));
  const cache: DockerCache = { host: pulumi.output("cache"), port: 6379, ready: [gate, ...added], passwords };
  return cache;
}

export function retireCache(context: DockerContext, cache: Endpoint, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  return retireCachePassword(context, (cache as DockerCache).passwords, context.taskOptions({ parent: opts.parent, dependsOn: opts.dependsOn }));
}
