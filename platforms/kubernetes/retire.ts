import type * as pulumi from "@pulumi/pulumi";
import type { RetireArgs, RotatingSecret } from "../platform";
import { mongoRetired, postgresRetired } from "../stores/databaseRetired";
import { applicationLogin, inOne } from "../stores/databaseRoles";
import { engines } from "../stores/engines";
import { redisPasswordRetired } from "../stores/redisPasswords";
import type { KubernetesContext } from "./context";
import type { KubernetesCache, KubernetesDatabase } from "./database";
import { storeTask } from "./storeTask";
import type { Job } from "./tasks/job";

/**
 * The last of an exchange: logins that were exchanged end, and each is tried to see that it is dead. Nobody holds them any
 * more: what runs was rolled before, and a rollout is done when the pods before it have gone.
 */
export function retireLogins(context: KubernetesContext, { cache, database }: RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  // Every store comes from this platform's own `createDatabase` and `createCache`.
  const { args } = database as KubernetesDatabase;
  const { adminPassword, rolePassword, spec } = args;
  return [
    ...retireDatabase(context, args, { name: "login", user: applicationLogin(spec, rolePassword.generation - 1), secret: rolePassword }, opts),
    ...retireDatabase(context, args, { name: "admin", user: engines[spec.engine].adminUser, secret: adminPassword }, opts),
    ...(cache === undefined ? [] : retireCache(context, (cache as KubernetesCache).args, opts)),
  ];
}

interface Going {
  readonly name: string;
  readonly user: string;
  readonly secret: RotatingSecret;
}

function retireDatabase(context: KubernetesContext, args: KubernetesDatabase["args"], { name, secret, user }: Going, opts: pulumi.ComponentResourceOptions): Job[] {
  if (secret.generation === 0) return [];
  const { adminPassword, data, site, spec, system } = args;
  const engine = engines[spec.engine];
  return [
    storeTask(
      context,
      {
        system,
        site,
        name: `database-${name}-retired`,
        place: "database",
        image: context.image(engine.image),
        command: ["bash", "-euc", spec.engine === "postgres" ? postgresRetired : mongoRetired],
        settings: { ADMIN_USER: engine.adminUser, ADMIN_PASSWORD: adminPassword.current, DATABASE: spec.name, GOES: user, GOES_PASSWORDS: inOne(secret.earlier), HOME: "/tmp" },
        title: `${system}: the end of the ${name === "admin" ? "administrator's" : "application's"} earlier login in ${spec.name}`,
        // And not when the administrator's password changes.
        triggers: [String(secret.generation), data.volume],
        onlyOnTriggers: true,
      },
      { parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    ),
  ];
}

function retireCache(context: KubernetesContext, { data, password, site, system }: KubernetesCache["args"], opts: pulumi.ComponentResourceOptions): Job[] {
  if (password.generation === 0) return [];
  return [
    storeTask(
      context,
      {
        system,
        site,
        name: "cache-retired",
        place: "cache",
        image: context.image("redis"),
        command: ["sh", "-euc", redisPasswordRetired],
        // A Service without an address of its own: the name gives those of all the backend's pods.
        settings: { PASSWORD: password.current, EARLIER: inOne(password.earlier), STAY: "backend" },
        title: `${system}: the end of Redis' earlier password`,
        triggers: [String(password.generation), data.volume],
      },
      { parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    ),
  ];
}
