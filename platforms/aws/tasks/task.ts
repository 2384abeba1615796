import * as pulumi from "@pulumi/pulumi";
import { run, type TaskInputs } from "./run";

/** A task of ECS that runs to its end as part of the update. */
export interface EcsTaskInputs {
  readonly region: string;
  readonly cluster: pulumi.Input<string>;
  /** ARN with its revision: another one is another run. */
  readonly taskDefinition: pulumi.Input<string>;
  readonly container: string;
  readonly logGroup: pulumi.Input<string>;
  readonly subnets: readonly pulumi.Input<string>[];
  readonly securityGroups: readonly pulumi.Input<string>[];
  /** Of the task, unique in its cluster. */
  readonly name: string;
  readonly timeoutSeconds: number;
  /** What the task is, for messages. */
  readonly title: string;
  /** Runs again when one of these changes, besides the inputs above. */
  readonly triggers?: readonly pulumi.Input<string>[];
  /** True: runs again for these alone. @default false */
  readonly onlyOnTriggers?: boolean;
  /** Environment variable that gets the first trigger with which it last succeeded. */
  readonly previousTrigger?: string;
}

interface Done {
  readonly result: string;
  readonly answer: string;
}

/** True when both would be the same request. */
function isDone(olds: TaskInputs, news: TaskInputs): boolean {
  const text = ({ container, securityGroups, taskDefinition, triggers }: TaskInputs): string =>
    JSON.stringify(news.onlyOnTriggers === true ? (triggers ?? []) : [taskDefinition, container, [...securityGroups].sort(), triggers ?? []]);
  return text(olds) === text(news);
}

const provider: pulumi.dynamic.ResourceProvider<TaskInputs, TaskInputs & Done> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: !isDone(olds, news) }),
  async create(inputs) {
    const done = await run(inputs);
    return { id: `${inputs.name}-${done.result}`, outs: { ...inputs, ...done } };
  },
  async update(_id, olds, news) {
    return { outs: { ...news, ...(await run(news, olds.triggers?.[0])) } };
  },
};

/**
 * Runs a task to its end. An error fails the update with the last lines of its log, and the next update runs it again:
 * nothing that failed is ever taken as done.
 */
export class EcsTask extends pulumi.dynamic.Resource {
  /** When it last succeeded, ISO 8601. */
  declare readonly result: pulumi.Output<string>;
  /** Last line of its log. */
  declare readonly answer: pulumi.Output<string>;

  constructor(name: string, args: EcsTaskInputs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, result: undefined, answer: undefined }, opts, "stackbook", "EcsTask");
  }
}
