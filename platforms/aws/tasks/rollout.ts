import * as pulumi from "@pulumi/pulumi";
import { between, ecsOf, logOf, pause } from "./run";

export interface RolloutArgs {
  readonly region: string;
  readonly cluster: pulumi.Input<string>;
  readonly service: pulumi.Input<string>;
  /** ARN with its revision. */
  readonly taskDefinition: pulumi.Input<string>;
  readonly logGroup: pulumi.Input<string>;
  readonly container: string;
  /** For messages: `motel backend 1.4.2`. */
  readonly title: string;
  readonly timeoutSeconds: number;
}

interface RolloutInputs {
  region: string;
  cluster: string;
  service: string;
  taskDefinition: string;
  logGroup: string;
  container: string;
  title: string;
  timeoutSeconds: number;
}

interface Seen {
  /** What is rolled out, or was. */
  readonly taskDefinition: string;
  readonly state: string;
  readonly reason: string;
  readonly events: readonly string[];
}

async function look({ cluster, region, service }: RolloutInputs): Promise<Seen> {
  const { client, sdk } = ecsOf(region);
  const { services = [] } = await client.send(new sdk.DescribeServicesCommand({ cluster, services: [service] }));
  const [found] = services;
  if (found === undefined || found.status === "INACTIVE") throw new Error(`ECS has no service ${service} in ${cluster}`);
  const primary = found.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    taskDefinition: primary?.taskDefinition ?? found.taskDefinition ?? "",
    state: primary?.rolloutState ?? "",
    reason: primary?.rolloutStateReason ?? "",
    events: (found.events ?? []).slice(0, 5).map(({ message = "" }) => message),
  };
}

/** What the tasks that didn't stay said last. */
async function lastWords(inputs: RolloutInputs): Promise<string> {
  const { client, sdk } = ecsOf(inputs.region);
  const { taskArns = [] } = await client.send(new sdk.ListTasksCommand({ cluster: inputs.cluster, serviceName: inputs.service, desiredStatus: "STOPPED" }));
  if (taskArns.length === 0) return "";
  const { tasks = [] } = await client.send(new sdk.DescribeTasksCommand({ cluster: inputs.cluster, tasks: taskArns.slice(0, 20) }));
  const fallen = tasks.find(({ taskDefinitionArn }) => taskDefinitionArn === inputs.taskDefinition);
  if (fallen?.taskArn === undefined) return "";
  const log = await logOf(inputs, fallen.taskArn, 2);
  return [`${fallen.stoppedReason ?? "it stopped"}${log === "" ? "" : "; its last lines:"}`, log].filter((part) => part !== "").join("\n");
}

async function refuse(inputs: RolloutInputs, how: string, { events }: Seen): Promise<never> {
  const words = await lastWords(inputs);
  throw new Error([`${inputs.title} ${how}`, ...(words === "" ? events : [words])].join("\n"));
}

/** The service is asked once more for what it has taken back in an update before: the provider believes that it has it. */
async function settle(inputs: RolloutInputs): Promise<void> {
  const { client, sdk } = ecsOf(inputs.region);
  let seen = await look(inputs);
  if (seen.taskDefinition !== inputs.taskDefinition) {
    await client.send(new sdk.UpdateServiceCommand({ cluster: inputs.cluster, service: inputs.service, taskDefinition: inputs.taskDefinition }));
    seen = await look(inputs);
  }
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  for (;;) {
    if (seen.taskDefinition !== inputs.taskDefinition) return refuse(inputs, "did not get healthy, and ECS went back to the version before, which serves", seen);
    if (seen.state === "COMPLETED") return;
    if (seen.state === "FAILED") return refuse(inputs, `did not get healthy (${seen.reason})`, seen);
    if (Date.now() > deadline) return refuse(inputs, `is not there after ${inputs.timeoutSeconds} s`, seen);
    await pause(between());
    seen = await look(inputs);
  }
}

const provider: pulumi.dynamic.ResourceProvider<RolloutInputs, RolloutInputs> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: olds.taskDefinition !== news.taskDefinition || olds.service !== news.service || olds.cluster !== news.cluster }),
  async create(inputs) {
    await settle(inputs);
    return { id: inputs.service, outs: inputs };
  },
  async update(_id, _olds, news) {
    await settle(news);
    return { outs: news };
  },
};

/**
 * Done when the task definition that runs is the one that was asked for. ECS takes back by itself what doesn't get healthy,
 * and the provider calls that done (pulumi/pulumi-awsx#1848); this fails the update, and every further one until it is true.
 */
export class Rollout extends pulumi.dynamic.Resource {
  constructor(name: string, args: RolloutArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "stackbook", "Rollout");
  }
}
