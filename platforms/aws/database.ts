import type * as pulumi from "@pulumi/pulumi";
import type { CacheArgs, Database, DatabaseArgs, Endpoint, RetireArgs, RotatingSecret } from "../platform";
import { mongoRetired, postgresRetired } from "../stores/databaseRetired";
import { applicationLogin, inOne, mongoRoles, postgresRoles, rolesEnvironment } from "../stores/databaseRoles";
import { engines, storeUser } from "../stores/engines";
import type { AwsContext } from "./context";
import { runTask } from "./runTask";
import { documentDbAdmin, type StoreRef } from "./stores";
import type { EcsTask } from "./tasks/task";

/** With what is needed to end logins in it. */
interface AwsDatabase extends Database {
  readonly args: DatabaseArgs;
}

/**
 * What a client of DocumentDB must know. AWS's own authority signs for it, which no image knows by itself: connections are
 * encrypted, and who is at the other end is what the security groups say.
 */
const mongoOptions = { tls: "true", tlsAllowInvalidCertificates: "true", replicaSet: "rs0", retryWrites: "false" };

/** The application's role in the server that `createFolder` has made. */
export function createDatabase(context: AwsContext, args: DatabaseArgs, opts: pulumi.ComponentResourceOptions): Database {
  const { data, rolePassword, spec } = args;
  // Every folder of a database is one of stores.ts.
  const { host, server } = data as StoreRef;
  const adminUser = adminOf(args);
  const roles = storeTask(
    context,
    args,
    {
      name: "database-role",
      script: spec.engine === "postgres" ? postgresRoles : mongoRoles,
      settings: rolesEnvironment(args, adminUser),
      title: `${args.system}: roles in ${spec.name}`,
      triggers: [data.volume],
    },
    { parent: opts.parent, dependsOn: [server] },
  );
  const database: AwsDatabase = {
    host,
    port: engines[spec.engine].port,
    adminUser,
    user: applicationLogin(spec, rolePassword.generation),
    ready: [server, roles],
    isEncrypted: true,
    options: spec.engine === "postgres" ? { sslmode: "require" } : mongoOptions,
    args,
  };
  return database;
}

const adminOf = ({ spec }: DatabaseArgs): string => (spec.engine === "postgres" ? engines.postgres.adminUser : documentDbAdmin);

export function createCache({ data }: CacheArgs): Endpoint {
  // Every folder of a cache is one of stores.ts.
  const { host, server } = data as StoreRef;
  return { host, port: 6379, ready: [server], isEncrypted: true };
}

interface StoreTaskArgs {
  readonly name: string;
  readonly script: string;
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly title: string;
  readonly triggers: readonly pulumi.Input<string>[];
  readonly onlyOnTriggers?: boolean;
}

/** In the database's own image, which has its client. */
function storeTask(context: AwsContext, { data, site, spec, system }: DatabaseArgs, { script, settings, ...task }: StoreTaskArgs, opts: pulumi.ComponentResourceOptions): EcsTask {
  const { host } = data as StoreRef;
  const options = Object.entries(mongoOptions).map(([name, value]) => `${name}=${value}`).join("&");
  return runTask(
    context,
    {
      system,
      site,
      role: "task",
      user: storeUser,
      image: context.image(engines[spec.engine].image),
      command: ["bash", "-euc", script],
      settings: {
        ...settings,
        HOME: "/tmp",
        DATABASE_HOST: host,
        // Settings of sessions that AWS's administrator may not change; the server's own say as much.
        ...(spec.engine === "postgres" ? { PGSSLMODE: "require", SILENCE: "" } : { DATABASE_OPTIONS: `?${options}` }),
      },
      access: ["database"],
      memoryMiB: 512,
      timeoutSeconds: 300,
      ...task,
    },
    opts,
  );
}

/** The last of an exchange, when nobody holds the login any more: a rollout is done when the tasks before it have gone. */
export function retireLogins(context: AwsContext, { database }: RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
  // Every database comes from this platform's own `createDatabase`.
  const { args } = database as AwsDatabase;
  const { adminPassword, rolePassword, spec } = args;
  return [
    ...retire(context, args, { name: "login", user: applicationLogin(spec, rolePassword.generation - 1), secret: rolePassword }, opts),
    ...retire(context, args, { name: "admin", user: adminOf(args), secret: adminPassword }, opts),
  ];
}

interface Going {
  readonly name: string;
  readonly user: string;
  readonly secret: RotatingSecret;
}

function retire(context: AwsContext, args: DatabaseArgs, { name, secret, user }: Going, opts: pulumi.ComponentResourceOptions): EcsTask[] {
  if (secret.generation === 0) return [];
  const { adminPassword, data, spec, system } = args;
  return [
    storeTask(
      context,
      args,
      {
        name: `database-${name}-retired`,
        script: spec.engine === "postgres" ? postgresRetired : mongoRetired,
        settings: { ADMIN_USER: adminOf(args), ADMIN_PASSWORD: adminPassword.current, DATABASE: spec.name, GOES: user, GOES_PASSWORDS: inOne(secret.earlier) },
        title: `${system}: the end of the ${name === "admin" ? "administrator's" : "application's"} earlier login in ${spec.name}`,
        // And not when the administrator's password changes.
        triggers: [String(secret.generation), data.volume],
        onlyOnTriggers: true,
      },
      { parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    ),
  ];
}

