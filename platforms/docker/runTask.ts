import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { DataFolderRef, ExclusiveTask, ExclusiveTaskArgs, RunTaskArgs } from "../platform";
import { environment } from "./container";
import { joinNetworks, type DockerContext } from "./context";
import { labelMap } from "./labels";
import { onceWithoutSlot } from "./slots";
import { Task, type TaskArgs } from "./tasks/task";
import { users } from "./workload";

/** @param wayOut a network from which the net is reached */
export function runTask(context: DockerContext, name: string, args: RunTaskArgs, wayOut: () => docker.Network, opts: pulumi.ComponentResourceOptions): Task {
  const { slot, system } = args;
  const options = taskOptions(context, args, opts);
  if (slot === undefined) return new Task(`${system}-${name}`, taskArgs(context, name, args, wayOut), options);
  return new Task(`${system}-${name}-${slot}`, taskArgs(context, name, args, wayOut), { ...options, ...onceWithoutSlot(`${system}-${name}`, slot) });
}

export function runExclusively(context: DockerContext, name: string, args: ExclusiveTaskArgs, wayOut: () => docker.Network, opts: pulumi.ComponentResourceOptions): ExclusiveTask {
  const stopped = labelMap({ stack: context.stack, system: args.system, service: args.stops, role: "app" });
  const quiesce = Object.entries(stopped).map(([label, value]) => `${label}=${value}`);
  const done = new Task(`${args.system}-${name}`, { ...taskArgs(context, name, args, wayOut), quiesce, resting: args.isResting }, taskOptions(context, args, opts));
  return { done, answer: done.answer };
}

function taskOptions(context: DockerContext, { config }: RunTaskArgs, { dependsOn, parent }: pulumi.ComponentResourceOptions): pulumi.CustomResourceOptions {
  return context.taskOptions(pulumi.mergeOptions({ parent, dependsOn }, { dependsOn: config === undefined ? [] : [config.written] }));
}

function taskArgs(context: DockerContext, name: string, args: RunTaskArgs, wayOut: () => docker.Network): TaskArgs {
  const { config, onlyOnTriggers, previousTrigger, triggers } = args;
  return {
    host: context.host,
    image: args.image.reference,
    command: args.command,
    env: environment(args.settings),
    networks: [...(args.hasWayOut === true ? [wayOut().name] : []), ...joinNetworks(args.site, args.access).map((network) => network.name)],
    volumes: [
      ...args.folders.map((folder) => bindOf(folder)),
      ...(args.shared ?? []).map((folder) => bindOf(folder, ":ro")),
      ...(config === undefined ? [] : [bindOf({ volume: config.volume, path: config.directory }, ":ro")]),
    ],
    user: users.server,
    memoryMiB: args.memoryMiB,
    timeoutSeconds: args.timeoutSeconds ?? 600,
    ...context.idle(args.system),
    labels: labelMap(context.labels(args.system, name, "task")),
    title: args.title ?? `${args.system}: ${name}`,
    ...(triggers === undefined ? {} : { triggers }),
    ...(onlyOnTriggers === undefined ? {} : { onlyOnTriggers }),
    ...(previousTrigger === undefined ? {} : { previousTrigger }),
  };
}

function bindOf({ volume, path }: Pick<DataFolderRef, "volume" | "path">, mode = ""): pulumi.Output<string> {
  return volume.apply((name) => `${name}:${path}${mode}`);
}
