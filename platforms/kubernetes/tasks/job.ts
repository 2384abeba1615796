import * as pulumi from "@pulumi/pulumi";
import type { ClusterRef } from "../api/client";
import { run, startWhatStands, type JobInputs } from "./run";
import { leftBehind } from "./scale";

/** A Job that runs to its end as part of the update. */
export interface JobArgs {
  readonly cluster: ClusterRef;
  readonly namespace: pulumi.Input<string>;
  /** Of the task; each run's Job has a digest after it. */
  readonly name: string;
  readonly image: pulumi.Input<string>;
  readonly command: readonly string[];
  /** May hold secrets: it lies in a Secret while the Job runs. */
  readonly env: pulumi.Input<Record<string, string>>;
  readonly claims?: readonly { readonly claim: pulumi.Input<string>; readonly path: string; readonly readOnly: boolean }[];
  /** Files of Secrets that are there, each below a folder of its own; read-only. */
  readonly files?: readonly { readonly secret: pulumi.Input<string>; readonly items: pulumi.Input<{ key: string; path: string }[]>; readonly path: string }[];
  /** `uid:gid`. */
  readonly user: string;
  readonly serviceAccount: pulumi.Input<string>;
  /** Of the Job and its pod; network policies go by them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whose disks it shares, itself among them: all of these are on one node. */
  readonly together?: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** What the task is, for messages. */
  readonly title: string;
  /** Runs again when one of these changes, besides the inputs above. */
  readonly triggers?: readonly pulumi.Input<string>[];
  /** True: runs again for these alone. @default false */
  readonly onlyOnTriggers?: boolean;
  /** Environment variable that gets the first trigger with which it last succeeded. */
  readonly previousTrigger?: string;
  /** Labels of Deployments that have no pods while it runs, nor after it; they start again if it fails. */
  readonly stops?: Readonly<Record<string, string>>;
  /** With `stops`: nothing runs; what an update that was cut off has stopped is started. @default false */
  readonly isResting?: boolean;
  /** True: its system is halted, so it runs at no change now, and catches up when the system runs again. @default false */
  readonly idle?: boolean;
}

interface Done {
  readonly result: string;
  readonly answer: string;
}

/** True when both would be the same request; the provider's own text and its answer are no part of it. */
function sameInputs(olds: object, news: object): boolean {
  const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = (value: object): string =>
    // Where the cluster's login lies on this machine changes nothing that was done.
    JSON.stringify({ ...value, __provider: undefined, cluster: undefined, result: undefined, answer: undefined }, (_key, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner) ? sorted(inner) : inner,
    );
  return text(olds) === text(news);
}

function isDone(olds: JobInputs, news: JobInputs): boolean {
  if (olds.idle === true) return false;
  return news.onlyOnTriggers === true ? sameInputs(olds.triggers ?? [], news.triggers ?? []) : sameInputs(olds, news);
}

const provider: pulumi.dynamic.ResourceProvider<JobInputs, JobInputs & Done> = {
  // Besides what changed: Deployments that an update which was cut off has stopped.
  diff: async (_id, olds, news) => ({ changes: news.idle !== true && (!isDone(olds, news) || (news.stops !== undefined && (await leftBehind(news.cluster, { namespace: news.namespace, stops: news.stops })))) }),
  async create(inputs) {
    const done = await run(inputs);
    return { id: `${inputs.title.replace(/[^A-Za-z0-9]+/g, "-")}-${done.result}`, outs: { ...inputs, ...done } };
  },
  async update(_id, olds, news) {
    if (!isDone(olds, news)) return { outs: { ...news, ...(await run(news, olds.triggers?.[0])) } };
    await startWhatStands(news);
    return { outs: { ...news, result: olds.result, answer: olds.answer } };
  },
};

/**
 * Runs a Job to its end. An error fails the update with the last lines of its log, leaves no Job behind, and the next
 * update runs it again: nothing that failed is ever taken as done.
 */
export class Job extends pulumi.dynamic.Resource {
  /** When it last succeeded, ISO 8601. */
  declare readonly result: pulumi.Output<string>;
  /** Last line of its log. */
  declare readonly answer: pulumi.Output<string>;

  constructor(name: string, args: JobArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, env: pulumi.secret(args.env), result: undefined, answer: undefined }, { ...opts, additionalSecretOutputs: ["env"] }, "stackbook", "Job");
  }
}
