import type Docker from "dockerode";
import * as pulumi from "@pulumi/pulumi";
import { connect, lastLine, lastLogLines, sameInputs } from "../engine";
import { leftBehind, quiescedLabel, runningBy, startAgain, stopAll, takeAway } from "./quiesce";

/** A container that runs to its end as part of the update. */
export interface TaskArgs {
  /** Engine address; undefined: DOCKER_HOST or the local socket. */
  readonly host?: pulumi.Input<string | undefined>;
  /** Image ID or reference; must be on the engine already. */
  readonly image: pulumi.Input<string>;
  readonly command: pulumi.Input<readonly string[]>;
  /** NAME=value; may hold secrets, is never logged and not part of the command line. */
  readonly env: pulumi.Input<readonly string[]>;
  /** Names of networks to join, or of one container whose network and process namespaces to share. */
  readonly networks?: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly joinContainer?: pulumi.Input<string>;
  /** `volume:path` pairs, writable. */
  readonly volumes?: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly user?: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What the task is, for messages: `migration of motel 2.0.0`. */
  readonly title: string;
  /** Runs again when one of these changes, besides the inputs above. */
  readonly triggers?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** True: runs again for these alone. @default false */
  readonly onlyOnTriggers?: boolean;
  /** Environment variable that gets the first trigger with which it last succeeded. */
  readonly previousTrigger?: string;
  /** Labels, `name=value`, of the containers that are stopped while it runs, and started again when it fails. */
  readonly quiesce?: readonly string[];
  /** With `quiesce`: nothing runs; what an update that was cut off has stopped is started. @default false */
  readonly resting?: boolean;
  /** True: its system is halted, so it runs at no change now, and catches up when the system runs again. @default false */
  readonly idle?: boolean;
}

interface TaskInputs {
  host?: string;
  image: string;
  command: string[];
  env: string[];
  networks?: string[];
  joinContainer?: string;
  volumes?: string[];
  user?: string;
  memoryMiB: number;
  timeoutSeconds: number;
  labels: Record<string, string>;
  title: string;
  triggers?: string[];
  onlyOnTriggers?: boolean;
  previousTrigger?: string;
  quiesce?: string[];
  resting?: boolean;
  idle?: boolean;
}

interface Done {
  readonly result: string;
  readonly answer: string;
}

async function run(inputs: TaskInputs, previous?: string): Promise<Done> {
  if (inputs.idle === true) return { result: "", answer: "" };
  const docker = connect(inputs.host);
  const { quiesce } = inputs;
  // Of an update that was cut off: its container may still run, and what it has stopped still stands.
  const held = quiesce === undefined ? [] : await takeAway(docker, inputs.labels);
  if (inputs.resting === true) {
    await startAgain(docker, held);
    return { result: new Date().toISOString(), answer: "" };
  }
  const stopped = quiesce === undefined ? [] : [...new Set([...held, ...(await runningBy(docker, quiesce))])];
  const [first, ...others] = inputs.networks ?? [];
  const options = {
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: [],
    Env: [...inputs.env, ...(inputs.previousTrigger === undefined || previous === undefined ? [] : [`${inputs.previousTrigger}=${previous}`])],
    User: inputs.user,
    // Written down where it outlives this process.
    Labels: { ...inputs.labels, ...(stopped.length === 0 ? {} : { [quiescedLabel()]: stopped.join(",") }) },
    HostConfig: {
      NetworkMode: inputs.joinContainer !== undefined ? `container:${inputs.joinContainer}` : (first ?? "none"),
      PidMode: inputs.joinContainer !== undefined ? `container:${inputs.joinContainer}` : "",
      Binds: inputs.volumes,
      Memory: inputs.memoryMiB * 1024 * 1024,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "rw,mode=1777" },
      Init: inputs.joinContainer === undefined,
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
    },
  };
  // As `_body`: given plainly, dockerode repeats every option, secrets included, in the request's URL.
  const container = await docker.createContainer({ _query: {}, _body: options } as Docker.ContainerCreateOptions);
  try {
    for (const network of others) await docker.getNetwork(network).connect({ Container: container.id });
    await stopAll(docker, stopped);
    await container.start();
    const late = Symbol("late");
    let timer: NodeJS.Timeout | undefined;
    const clock = new Promise<typeof late>((resolve) => {
      timer = setTimeout(() => resolve(late), inputs.timeoutSeconds * 1000);
    });
    const ended = await Promise.race([container.wait() as Promise<{ StatusCode: number }>, clock]);
    clearTimeout(timer);
    if (ended === late || ended.StatusCode !== 0) {
      const how = ended === late ? `did not end within ${inputs.timeoutSeconds} s` : `failed with exit code ${ended.StatusCode}`;
      throw new Error(`${inputs.title} ${how}; its last lines:\n${await lastLogLines(container, 20)}`);
    }
    return { result: new Date().toISOString(), answer: await lastLine(container) };
  } catch (error) {
    // Never both at once: what has not ended goes first.
    await container.remove({ force: true, v: true }).catch(() => undefined);
    const trouble = await startAgain(docker, stopped).then(() => "", String);
    throw trouble === "" ? error : new Error(`${String(error)}\n${trouble}`);
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

function isDone(olds: TaskInputs, news: TaskInputs): boolean {
  if (olds.idle === true) return false;
  return news.onlyOnTriggers === true ? sameInputs(olds.triggers ?? [], news.triggers ?? []) : sameInputs(olds, news);
}

const provider: pulumi.dynamic.ResourceProvider<TaskInputs, TaskInputs & Done> = {
  // Besides what changed: containers that an update which was cut off has stopped.
  diff: async (_id, olds, news) => ({ changes: news.idle !== true && (!isDone(olds, news) || (news.quiesce !== undefined && (await leftBehind(news.host, news.labels)))) }),
  async create(inputs) {
    const done = await run(inputs);
    return { id: `${inputs.title.replace(/[^A-Za-z0-9]+/g, "-")}-${done.result}`, outs: { ...inputs, ...done } };
  },
  async update(_id, olds, news) {
    if (!isDone(olds, news)) return { outs: { ...news, ...(await run(news, olds.triggers?.[0])) } };
    const docker = connect(news.host);
    await startAgain(docker, await takeAway(docker, news.labels));
    return { outs: { ...news, result: olds.result, answer: olds.answer } };
  },
};

/**
 * Runs a container to its end. An error fails the update with the container's last lines, leaves no
 * container behind, and the next update runs it again: nothing that failed is ever taken as done.
 */
export class Task extends pulumi.dynamic.Resource {
  /** When it last succeeded, ISO 8601. */
  declare readonly result: pulumi.Output<string>;
  /** Last line of its standard output. */
  declare readonly answer: pulumi.Output<string>;

  constructor(name: string, args: TaskArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, result: undefined, answer: undefined }, { ...opts, additionalSecretOutputs: ["env"] }, "stackbook", "Task");
  }
}
