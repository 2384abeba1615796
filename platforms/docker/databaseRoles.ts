import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseArgs } from "../platform";
import { mongoRoles, postgresRoles, rolesEnvironment } from "../stores/databaseRoles";
import type { DockerContext } from "./context";
import { environment } from "./container";
import { labelMap } from "./labels";
import { Task } from "./tasks/task";

export interface RoleArgs extends DatabaseArgs {
  readonly image: pulumi.Output<string>;
  readonly adminUser: string;
  readonly network: pulumi.Input<string>;
}

/** The application's login, owner of its one database and nothing else, and the monitoring's. */
export function createRole(context: DockerContext, name: string, args: RoleArgs, opts: pulumi.CustomResourceOptions): Task {
  const script = args.spec.engine === "postgres" ? postgresRoles : mongoRoles;
  return new Task(
    name,
    {
      host: context.host,
      image: args.image,
      command: ["bash", "-euc", script],
      env: environment({
        ...rolesEnvironment(args, args.adminUser),
        HOME: "/tmp",
      }),
      networks: [args.network],
      user: "999:999",
      memoryMiB: 512,
      timeoutSeconds: 120,
      labels: labelMap(context.labels(args.system, "database-role", "task")),
      title: `${args.system}: roles in ${args.spec.name}`,
      ...context.idle(args.system),
      // A new volume is a new database, so the role is made again.
      triggers: [args.data.volume],
    },
    opts,
  );
}
