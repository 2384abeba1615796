import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { Site } from "../platform";
import { storeUser } from "../stores/engines";
import { namespaceOf, type KubernetesContext } from "./context";
import { createServiceAccount } from "./content";
import { settled } from "./environment";
import { accessLabels, labelMap } from "./labels";
import { Job } from "./tasks/job";

export interface StoreTaskArgs {
  readonly system: SystemId;
  readonly site: Site;
  readonly name: string;
  /** The store that it talks to. */
  readonly place: "database" | "cache";
  readonly image: string;
  readonly command: readonly string[];
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly title: string;
  readonly triggers: readonly pulumi.Input<string>[];
  readonly onlyOnTriggers?: boolean;
}

/** A task in a store's own image, that reaches this store and nothing else. */
export function storeTask(context: KubernetesContext, args: StoreTaskArgs, opts: pulumi.CustomResourceOptions): Job {
  const namespace = namespaceOf(args.site);
  const labels = context.labels(args.system, args.name, "task");
  return new Job(
    `${args.system}-${args.name}`,
    {
      cluster: context.cluster,
      namespace,
      name: args.name,
      image: args.image,
      command: [...args.command],
      env: settled(args.settings),
      user: storeUser,
      serviceAccount: createServiceAccount(context, `${args.system}-${args.place}`, namespace, context.labels(args.system, args.place, args.place), { parent: opts.parent }),
      labels: { ...labelMap(labels), ...accessLabels([args.place]) },
      memoryMiB: 512,
      timeoutSeconds: 120,
      title: args.title,
      ...context.idle(args.system),
      triggers: [...args.triggers],
      ...(args.onlyOnTriggers === undefined ? {} : { onlyOnTriggers: args.onlyOnTriggers }),
    },
    context.taskOptions(opts),
  );
}
