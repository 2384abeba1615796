import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { firstOf, type CacheArgs, type Database, type DatabaseArgs, type Endpoint, type Site } from "../platform";
import { applicationLogin, inOne, monitorUser, mongoRoles, postgresRoles, rolesEnvironment } from "../stores/databaseRoles";
import { engines, storeUser } from "../stores/engines";
import type { Healthcheck } from "../stores/healthcheck";
import { redisHealthcheck, redisStart } from "../stores/redis";
import { redisPasswordAdded } from "../stores/redisPasswords";
import { createSecret, createServiceAccount } from "./content";
import { namespaceOf, notAwaited, withForce, type KubernetesContext } from "./context";
import { settled } from "./environment";
import { labelMap, selectorOf } from "./labels";
import { hardenedPod, type HardenedPodArgs } from "./pod";
import { storeTask } from "./storeTask";

/** With what is needed to end logins in it. */
export interface KubernetesDatabase extends Database {
  readonly args: DatabaseArgs;
}

export interface KubernetesCache extends Endpoint {
  readonly args: CacheArgs;
}

/** A database server on a claim of its own, known by name `database` in its namespace, where its backend and helpers alone reach it. */
export function createDatabase(context: KubernetesContext, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions): KubernetesDatabase {
  const { data, site, spec, system } = args;
  const engine = engines[spec.engine];
  const server = createStore(
    context,
    {
      place: "database",
      site,
      image: context.image(engine.image),
      args: engine.command(spec),
      environment: engine.env(spec.name, firstOf(args.adminPassword)),
      claim: data.volume,
      path: engine.dataPath,
      scratch: engine.tmpfs,
      port: engine.port,
      healthcheck: engine.healthcheck,
      memoryMiB: spec.memoryMiB,
      cpus: spec.cpus,
      version: spec.version,
      stopSeconds: 60,
    },
    opts,
  );
  const roles = storeTask(
    context,
    {
      system,
      site,
      name: "database-role",
      place: "database",
      image: context.image(engine.image),
      command: ["bash", "-euc", spec.engine === "postgres" ? postgresRoles : mongoRoles],
      settings: { ...rolesEnvironment(args, engine.adminUser), HOME: "/tmp" },
      title: `${system}: roles in ${spec.name}`,
      // A new claim is a new database, so the role is made again.
      triggers: [data.volume],
    },
    { parent: opts.parent, dependsOn: [server] },
  );
  const host = pulumi.output("database");
  const { adminUser, port } = engine;
  const { monitorPassword: password } = args;
  return {
    host,
    port,
    adminUser,
    user: applicationLogin(spec, args.rolePassword.generation),
    ready: [server, roles],
    args,
    ...(password === undefined ? {} : { monitor: { user: monitorUser, password, host, port } }),
  };
}

/** Redis behind a password, known by name `cache` in its namespace. */
export function createCache(context: KubernetesContext, args: CacheArgs, opts: pulumi.ComponentResourceOptions): KubernetesCache {
  const { data, password, site, spec, system } = args;
  const server = createStore(
    context,
    {
      place: "cache",
      site,
      image: context.image("redis"),
      command: ["sh", "-c"],
      args: [redisStart(spec)],
      environment: { REDIS_PASSWORD: firstOf(password), REDISCLI_AUTH: firstOf(password) },
      claim: data.volume,
      path: "/data",
      scratch: ["/tmp"],
      port: 6379,
      healthcheck: { test: ["CMD-SHELL", redisHealthcheck], startSeconds: 60 },
      memoryMiB: spec.memoryMiB,
      cpus: spec.cpus,
      version: spec.version,
      stopSeconds: 30,
    },
    opts,
  );
  // Nothing while it was never exchanged.
  const added =
    password.generation === 0
      ? []
      : [
          storeTask(
            context,
            {
              system,
              site,
              name: "cache-password",
              place: "cache",
              image: context.image("redis"),
              command: ["sh", "-euc", redisPasswordAdded],
              settings: { PASSWORD: password.current, EARLIER: inOne(password.earlier) },
              title: `${system}: the password of Redis`,
              triggers: [String(password.generation), data.volume],
            },
            { parent: opts.parent, dependsOn: [server] },
          ),
        ];
  return { host: pulumi.output("cache"), port: 6379, ready: [server, ...added], args };
}

interface StoreArgs {
  readonly place: "database" | "cache";
  readonly site: Site;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly claim: pulumi.Input<string>;
  readonly path: string;
  readonly scratch: readonly string[];
  readonly port: number;
  readonly healthcheck: Healthcheck;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly version: string;
  readonly stopSeconds: number;
}

/** One pod that goes before the next one comes: no two servers on one claim, ever. */
function createStore(context: KubernetesContext, args: StoreArgs, opts: pulumi.ComponentResourceOptions): StatefulSet {
  const { place, port, site } = args;
  const { system } = site;
  const namespace = namespaceOf(site);
  const labels = context.labels(system, place, place, { version: args.version });
  const plain = context.labels(system, place, place);
  const resource = `${system}-${place}`;
  const child = { parent: opts.parent };
  const environment = createSecret(context, `${resource}-settings`, { name: place, namespace, labels: plain, data: settled(args.environment) }, child);
  const account = createServiceAccount(context, resource, namespace, plain, child);
  const service = new Service(
    `${resource}-service`,
    { metadata: context.metadata(place, plain, { namespace, annotations: notAwaited }), spec: { type: "ClusterIP", selector: selectorOf(plain), ports: [{ name: place, port, targetPort: port, protocol: "TCP" }] } },
    context.options(child),
  );
  return new StatefulSet(
    resource,
    {
      metadata: context.metadata(place, labels, { namespace, annotations: withForce }),
      spec: {
        serviceName: service.metadata.name,
        replicas: context.replicas(system, 1),
        selector: { matchLabels: selectorOf(plain) },
        updateStrategy: { type: "RollingUpdate" },
        template: {
          metadata: { labels: labelMap(labels) },
          spec: hardenedPod({
            name: place,
            image: args.image,
            ...(args.command === undefined ? {} : { command: args.command }),
            args: args.args,
            environment,
            variables: Object.keys(args.environment),
            user: storeUser,
            serviceAccount: account,
            claims: [{ claim: args.claim, path: args.path }],
            scratch: args.scratch,
            ports: [{ name: place, containerPort: port }],
            probes: storeProbes(args.healthcheck, port),
            memoryMiB: args.memoryMiB,
            cpus: args.cpus,
            stopSeconds: args.stopSeconds,
          }),
        },
      },
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, context.frozen(system)),
  );
}

/** Alive is who listens: a server that is busy for a while is not to be killed for it. */
function storeProbes({ startSeconds, test: [kind, ...words] }: Healthcheck, port: number): HardenedPodArgs["probes"] {
  const look: inputs.core.v1.Probe = { exec: { command: kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words }, timeoutSeconds: 5 };
  return {
    startupProbe: { ...look, periodSeconds: 5, failureThreshold: Math.ceil((startSeconds ?? 30) / 5) + 24 },
    readinessProbe: { ...look, periodSeconds: 10, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  };
}
