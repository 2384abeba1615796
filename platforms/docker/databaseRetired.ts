import type * as pulumi from "@pulumi/pulumi";
import type { RotatingSecret } from "../platform";
import { mongoRetired, postgresRetired } from "../stores/databaseRetired";
import { applicationLogin, inOne } from "../stores/databaseRoles";
import { environment } from "./container";
import type { DockerContext } from "./context";
import type { RoleArgs } from "./databaseRoles";
import { labelMap } from "./labels";
import { Task } from "./tasks/task";

/** One Task for each login that was ever exchanged. */
export function retireDatabaseLogins(context: DockerContext, args: RoleArgs, opts: pulumi.CustomResourceOptions): Task[] {
  const { adminPassword, rolePassword, spec } = args;
  return [
    ...retire(context, args, { name: "login", user: applicationLogin(spec, rolePassword.generation - 1), secret: rolePassword }, opts),
    ...retire(context, args, { name: "admin", user: args.adminUser, secret: adminPassword }, opts),
  ];
}

interface Going {
  readonly name: string;
  readonly user: string;
  readonly secret: RotatingSecret;
}

function retire(context: DockerContext, args: RoleArgs, { name, secret, user }: Going, opts: pulumi.CustomResourceOptions): Task[] {
  if (secret.generation === 0) return [];
  const { adminPassword, adminUser, spec, system } = args;
  const task = new Task(
    `${system}-database-${name}-retired`,
    {
      host: context.host,
      image: args.image,
      command: ["bash", "-euc", spec.engine === "postgres" ? postgresRetired : mongoRetired],
      env: environment({ ADMIN_USER: adminUser, ADMIN_PASSWORD: adminPassword.current, DATABASE: spec.name, GOES: user, GOES_PASSWORDS: inOne(secret.earlier), HOME: "/tmp" }),
      networks: [args.network],
      user: "999:999",
      memoryMiB: 512,
      timeoutSeconds: 120,
      labels: labelMap(context.labels(system, `database-${name}-retired`, "task")),
      title: `${system}: the end of the ${name === "admin" ? "administrator's" : "application's"} earlier login in ${spec.name}`,
      // And not when the administrator's password changes.
      triggers: [String(secret.generation), args.data.volume],
      onlyOnTriggers: true,
      ...context.idle(system),
    },
    opts,
  );
  return [task];
}
