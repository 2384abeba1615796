import type * as pulumi from "@pulumi/pulumi";
import type { RunTaskArgs } from "../platform";
import { createServiceAccount } from "./content";
import { namespaceOf, type KubernetesContext } from "./context";
import { settled } from "./environment";
import { accessLabels, labelMap, selectorOf } from "./labels";
import { Job } from "./tasks/job";
import { users } from "./workload";

export function runTask(context: KubernetesContext, name: string, args: RunTaskArgs, opts: pulumi.ComponentResourceOptions): Job {
  const { access, folders, image, onlyOnTriggers, previousTrigger, site, slot, system, triggers } = args;
  if (args.config !== undefined || args.hasWayOut === true) throw new Error(`${system}: ${name}: on Kubernetes a task has no files of configuration and no way out yet`);
  const namespace = namespaceOf(site);
  const task = slot === undefined ? name : `${name}-${slot}`;
  const labels = context.labels(system, name, "task", slot === undefined ? {} : { slot });
  const mounted = [...folders.map((folder) => ({ folder, readOnly: false })), ...(args.shared ?? []).map((folder) => ({ folder, readOnly: true }))];
  return new Job(
    `${system}-${task}`,
    {
      cluster: context.cluster,
      namespace,
      name: task,
      image: image.reference,
      command: args.command,
      env: settled(args.settings),
      claims: mounted.map(({ folder, readOnly }) => ({ claim: folder.volume, path: folder.path, readOnly })),
      user: users.server,
      serviceAccount: createServiceAccount(context, `${system}-tasks`, namespace, context.labels(system, "tasks", "task"), { parent: opts.parent }),
      labels: { ...labelMap(labels), ...accessLabels(access) },
      ...(mounted.length === 0 ? {} : { beside: selectorOf(context.labels(system, "backend", "app")) }),
      memoryMiB: args.memoryMiB,
      timeoutSeconds: args.timeoutSeconds ?? 600,
      title: args.title ?? `${system}: ${name}`,
      ...(triggers === undefined ? {} : { triggers }),
      ...(onlyOnTriggers === undefined ? {} : { onlyOnTriggers }),
      ...(previousTrigger === undefined ? {} : { previousTrigger }),
    },
    context.taskOptions({ parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) }),
  );
}
