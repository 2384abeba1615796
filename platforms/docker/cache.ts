import * as pulumi from "@pulumi/pulumi";
import { firstOf, type CacheArgs, type Endpoint } from "../platform";
import { addCachePassword, retireCachePassword, type CachePasswordArgs } from "./cachePasswords";
import { joinNetworks, type DockerContext } from "./context";
import { HealthGate } from "./tasks/healthGate";

/** With what is needed to exchange its password. */
interface DockerCache extends Endpoint {
  readonly passwords: CachePasswordArgs;
}

/**
 * Who may do what, in a file on the data's volume: Redis takes several passwords for one user, and an exchange outlives
 * a restart. The health check has a user of its own, who can ask for a PONG and nothing else.
 */
const users = "/data/users.acl";
const firstUsers = `umask 077
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum)
test -s ${users} || {
  printf 'user default on #%s ~* &* +@all\\nuser stackbook-health on nopass resetkeys resetchannels -@all +ping\\n' "\${hash%% *}" >${users}.new
  mv ${users}.new ${users}
}`;

/**
 * Redis behind a password, on its system's cache network only. The password reaches it as a hash in a file, so that no
 * process list shows it.
 */
export function createCache(context: DockerContext, args: CacheArgs, opts: pulumi.ComponentResourceOptions): Endpoint {
  const { password, site, spec, system } = args;
  const image = context.image("redis");
  const maxMemoryMiB = Math.floor(spec.memoryMiB * 0.75); // the rest is for the copy-on-write of a snapshot
  const settings = [
    `--aclfile ${users}`,
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
      command: [`${firstUsers}\nexec redis-server ${settings}`],
      env: { REDIS_PASSWORD: firstOf(password), REDISCLI_AUTH: firstOf(password) },
      user: "999:999",
      networks: joinNetworks(site, ["cache"], "cache"),
      volumes: [{ volume: args.data.volume, path: "/data" }],
      healthcheck: { test: ["CMD-SHELL", "REDISCLI_AUTH=any redis-cli --user stackbook-health ping | grep -q PONG"], startSeconds: 60 },
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
