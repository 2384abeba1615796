import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { Access, DataFolderRef, RunTaskArgs, Site } from "../platform";
import type { AwsContext } from "./context";
import { groupsOf } from "./site";
import { createTask } from "./taskDefinition";
import { EcsTask } from "./tasks/task";
import { users } from "./workload";

export interface EcsTaskArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly name: string;
  readonly slot?: "a" | "b";
  readonly role: "task";
  readonly user: string;
  readonly image: pulumi.Input<string>;
  readonly command: readonly string[];
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly access: readonly Access[];
  readonly folders?: readonly { readonly folder: DataFolderRef; readonly readOnly: boolean }[];
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly title: string;
  readonly triggers?: readonly pulumi.Input<string>[];
  readonly onlyOnTriggers?: boolean;
  readonly previousTrigger?: string;
}

/** A task definition, and its one run as part of the update. */
export function runTask(context: AwsContext, args: EcsTaskArgs, opts: pulumi.ComponentResourceOptions): EcsTask {
  const { access, folders = [], memoryMiB, previousTrigger, slot, system } = args;
  const name = `${system}-${args.name}${slot === undefined ? "" : `-${slot}`}`;
  const task = createTask(
    context,
    {
      name,
      system,
      service: args.name,
      role: args.role,
      ...(slot === undefined ? {} : { slot }),
      image: args.image,
      // Whatever the image's own does first: on every platform a task is its command.
      entrypoint: [args.command[0] ?? ""],
      command: args.command.slice(1),
      settings: args.settings,
      user: args.user,
      memoryMiB,
      cpus: 0.25,
      folders,
      logs: "system",
    },
    { parent: opts.parent },
  );
  return new EcsTask(
    `${name}-run`,
    {
      region: context.settings.region,
      cluster: context.cluster.name,
      taskDefinition: task.definition.arn,
      container: task.container,
      logGroup: task.logGroup.name,
      subnets: context.network.subnets.private.map(({ id }) => id),
      securityGroups: groupsOf(context, system, access, folders.length > 0).map(({ id }) => id),
      name,
      title: args.title,
      timeoutSeconds: args.timeoutSeconds,
      ...(args.triggers === undefined ? {} : { triggers: args.triggers }),
      ...(args.onlyOnTriggers === undefined ? {} : { onlyOnTriggers: args.onlyOnTriggers }),
      ...(previousTrigger === undefined ? {} : { previousTrigger }),
    },
    context.taskOptions({ parent: opts.parent, dependsOn: [...context.network.ready, ...(opts.dependsOn === undefined ? [] : [opts.dependsOn].flat())] as pulumi.Resource[] }),
  );
}

/** What components ask for. */
export function runApplicationTask(context: AwsContext, name: string, args: RunTaskArgs, opts: pulumi.ComponentResourceOptions): EcsTask {
  const { access, command, folders, image, memoryMiB, onlyOnTriggers, previousTrigger, settings, shared = [], site, slot, system, timeoutSeconds = 600, title, triggers } = args;
  if (args.config !== undefined || args.hasWayOut === true) throw new Error(`${system}: ${name}: on AWS a task has no files of configuration and no way out yet`);
  return runTask(
    context,
    {
      system,
      site,
      name,
      role: "task",
      user: users.server,
      image: image.reference,
      command,
      settings,
      access,
      folders: [...folders.map((folder) => ({ folder, readOnly: false })), ...shared.map((folder) => ({ folder, readOnly: true }))],
      memoryMiB,
      timeoutSeconds,
      title: title ?? `${system}: ${name}`,
      ...(slot === undefined ? {} : { slot }),
      ...(triggers === undefined ? {} : { triggers }),
      ...(onlyOnTriggers === undefined ? {} : { onlyOnTriggers }),
      ...(previousTrigger === undefined ? {} : { previousTrigger }),
    },
    opts,
  );
}
