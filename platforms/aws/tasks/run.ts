/**
 * One run of a task on ECS, and the look at a rollout. These functions are serialised into the state, so they are small,
 * capture nothing but each other, and require their modules inside. The login is this machine's own, as the provider's is.
 */
import type * as logsSdk from "@aws-sdk/client-cloudwatch-logs";
import type * as ecsSdk from "@aws-sdk/client-ecs";

export interface TaskInputs {
  region: string;
  cluster: string;
  taskDefinition: string;
  container: string;
  logGroup: string;
  subnets: string[];
  securityGroups: string[];
  name: string;
  title: string;
  timeoutSeconds: number;
  triggers?: string[];
  onlyOnTriggers?: boolean;
  previousTrigger?: string;
}

export function ecsOf(region: string): { readonly client: ecsSdk.ECSClient; readonly sdk: typeof ecsSdk } {
  const sdk = require("@aws-sdk/client-ecs") as typeof ecsSdk;
  return { sdk, client: new sdk.ECSClient({ region, maxAttempts: 5 }) };
}

export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Between two looks: seconds on AWS, and no time at all where a test answers. */
export function between(): number {
  return process.env["AWS_ENDPOINT_URL"] === undefined ? 5000 : 50;
}

interface LogPlace {
  readonly region: string;
  readonly logGroup: string;
  readonly container: string;
}

/** The last lines that a task wrote; "" where it never ran. They arrive a little after their task has ended. */
export async function logOf({ container, logGroup, region }: LogPlace, taskArn: string, attempts = 5): Promise<string> {
  const sdk = require("@aws-sdk/client-cloudwatch-logs") as typeof logsSdk;
  const client = new sdk.CloudWatchLogsClient({ region, maxAttempts: 5 });
  const logStreamName = `${container}/${container}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
  for (let left = attempts; left > 0; left--) {
    const { events = [] } = await client.send(new sdk.GetLogEventsCommand({ logGroupName: logGroup, logStreamName, limit: 20, startFromHead: false })).catch(() => ({ events: [] }));
    if (events.length > 0) return events.map(({ message = "" }) => message.trimEnd()).join("\n");
    if (left > 1) await pause(between());
  }
  return "";
}

/** Of an update that was cut off: never two runs at once. */
async function clear({ cluster, name, region }: TaskInputs): Promise<void> {
  const { client, sdk } = ecsOf(region);
  const running = async (): Promise<string[]> => (await client.send(new sdk.ListTasksCommand({ cluster, startedBy: name, desiredStatus: "RUNNING" }))).taskArns ?? [];
  const left = await running();
  if (left.length === 0) return;
  for (const task of left) await client.send(new sdk.StopTaskCommand({ cluster, task, reason: "the update that had started it was cut off" }));
  for (let i = 0; i < 60; i++) {
    const { tasks = [] } = await client.send(new sdk.DescribeTasksCommand({ cluster, tasks: left }));
    if (tasks.every(({ lastStatus }) => lastStatus === "STOPPED")) return;
    await pause(between());
  }
}

/** @returns how it ended, in words; undefined: well */
async function end(inputs: TaskInputs, task: string): Promise<string | undefined> {
  const { client, sdk } = ecsOf(inputs.region);
  const deadline = Date.now() + inputs.timeoutSeconds * 1000;
  for (;;) {
    const { failures = [], tasks = [] } = await client.send(new sdk.DescribeTasksCommand({ cluster: inputs.cluster, tasks: [task] }));
    const [seen] = tasks;
    if (seen === undefined && failures.length > 0) return "was deleted while it ran";
    if (seen?.lastStatus === "STOPPED") {
      const code = seen.containers?.find(({ name }) => name === inputs.container)?.exitCode;
      if (code === 0) return undefined;
      const why = [seen.stoppedReason, seen.containers?.find(({ name }) => name === inputs.container)?.reason].filter((part) => part !== undefined && part !== "").join("; ");
      return code === undefined ? `could not start (${why === "" ? "no reason given" : why})` : `failed with exit code ${code}`;
    }
    if (Date.now() > deadline) {
      await client.send(new sdk.StopTaskCommand({ cluster: inputs.cluster, task, reason: `it did not end within ${inputs.timeoutSeconds} s` }));
      return `did not end within ${inputs.timeoutSeconds} s`;
    }
    await pause(between());
  }
}

export async function run(inputs: TaskInputs, previous?: string): Promise<{ readonly result: string; readonly answer: string }> {
  const { client, sdk } = ecsOf(inputs.region);
  await clear(inputs);
  const environment = inputs.previousTrigger === undefined || previous === undefined ? [] : [{ name: inputs.previousTrigger, value: previous }];
  const { failures = [], tasks = [] } = await client
    .send(
      new sdk.RunTaskCommand({
        cluster: inputs.cluster,
        taskDefinition: inputs.taskDefinition,
        launchType: "FARGATE",
        count: 1,
        startedBy: inputs.name,
        enableECSManagedTags: true,
        propagateTags: "TASK_DEFINITION",
        networkConfiguration: { awsvpcConfiguration: { subnets: inputs.subnets, securityGroups: inputs.securityGroups, assignPublicIp: "DISABLED" } },
        ...(environment.length === 0 ? {} : { overrides: { containerOverrides: [{ name: inputs.container, environment }] } }),
      }),
    )
    .catch((error: unknown) => {
      throw new Error(`${inputs.title} could not be started: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    });
  const arn = tasks[0]?.taskArn;
  if (arn === undefined) throw new Error(`${inputs.title} could not be started: ${failures.map(({ detail, reason }) => [reason, detail].filter((part) => part !== undefined).join(", ")).join("; ") || "ECS gave no reason"}`);
  const trouble = await end(inputs, arn);
  const log = await logOf(inputs, arn);
  if (trouble !== undefined) throw new Error(`${inputs.title} ${trouble}${log === "" ? "; it left no log" : `; its last lines:\n${log}`}`);
  return { result: new Date().toISOString(), answer: log.slice(log.lastIndexOf("\n") + 1) };
}
