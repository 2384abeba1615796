import type * as pulumi from "@pulumi/pulumi";
import type { ExclusiveTask, ExclusiveTaskArgs, RunTaskArgs } from "../platform";
import { createServiceAccount } from "./content";
import { namespaceOf, type KubernetesContext } from "./context";
import type { KubernetesConfig } from "./daemon";
import { settled } from "./environment";
import { accessLabels, labelMap, reachingNet, selectorOf, sharingDisks } from "./labels";
import { openWayOut } from "./site";
import { Job, type JobArgs } from "./tasks/job";
import { users } from "./workload";

export function runTask(context: KubernetesContext, name: string, args: RunTaskArgs, opts: pulumi.ComponentResourceOptions): Job {
  return create(context, name, args, {}, opts);
}

/** The backend's Deployments go to no pods before it, and stay there: whatever was brought back, others start from it. */
export function runExclusively(context: KubernetesContext, name: string, args: ExclusiveTaskArgs, opts: pulumi.ComponentResourceOptions): ExclusiveTask {
  const stops = selectorOf(context.labels(args.system, args.stops, "app"));
  const done = create(context, name, args, { stops, ...(args.isResting ? { isResting: true } : {}) }, opts);
  return { done, answer: done.answer };
}

function create(context: KubernetesContext, name: string, args: RunTaskArgs, more: Pick<JobArgs, "stops" | "isResting">, opts: pulumi.ComponentResourceOptions): Job {
  const { access, config, folders, hasWayOut, image, onlyOnTriggers, previousTrigger, site, slot, system, triggers } = args;
  const namespace = namespaceOf(site);
  const task = slot === undefined ? name : `${name}-${slot}`;
  const labels = context.labels(system, name, "task", slot === undefined ? {} : { slot });
  const mounted = [...folders.map((folder) => ({ folder, readOnly: false })), ...(args.shared ?? []).map((folder) => ({ folder, readOnly: true }))];
  if (hasWayOut === true) openWayOut(context, system, { parent: opts.parent });
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
      ...(config === undefined ? {} : { files: [filesOf(config as KubernetesConfig)] }),
      user: users.server,
      serviceAccount: createServiceAccount(context, `${system}-tasks`, namespace, context.labels(system, "tasks", "task"), { parent: opts.parent }),
      labels: { ...labelMap(labels), ...accessLabels(access), ...(hasWayOut === true ? reachingNet : {}), ...(mounted.length === 0 ? {} : sharingDisks) },
      ...(mounted.length === 0 ? {} : { together: sharingDisks }),
      memoryMiB: args.memoryMiB,
      timeoutSeconds: args.timeoutSeconds ?? 600,
      title: args.title ?? `${system}: ${name}`,
      ...context.idle(system),
      ...(triggers === undefined ? {} : { triggers }),
      ...(onlyOnTriggers === undefined ? {} : { onlyOnTriggers }),
      ...(previousTrigger === undefined ? {} : { previousTrigger }),
      ...more,
    },
    context.taskOptions({ parent: opts.parent, ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) }),
  );
}

/** Every configuration comes from this platform's `createConfig`; its Secret's name is what a Job comes after. */
function filesOf({ directory, files: { items, secret } }: KubernetesConfig): NonNullable<JobArgs["files"]>[number] {
  return { secret, items, path: directory };
}
