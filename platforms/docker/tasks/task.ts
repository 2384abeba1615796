import type Docker from "dockerode";
import * as pulumi from "@pulumi/pulumi";
import { connect, lastLogLines, sameInputs } from "../engine";

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
}

async function run(inputs: TaskInputs): Promise<{ finishedAt: string }> {
  const docker = connect(inputs.host);
  const [first, ...others] = inputs.networks ?? [];
  const options = {
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: [],
    Env: inputs.env,
    User: inputs.user,
    Labels: inputs.labels,
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
    return { finishedAt: new Date().toISOString() };
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

const provider: pulumi.dynamic.ResourceProvider<TaskInputs, TaskInputs & { result: string }> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: !sameInputs(olds, news) }),
  async create(inputs) {
    const { finishedAt } = await run(inputs);
    return { id: `${inputs.title.replace(/[^A-Za-z0-9]+/g, "-")}-${finishedAt}`, outs: { ...inputs, result: finishedAt } };
  },
  async update(_id, _olds, news) {
    const { finishedAt } = await run(news);
    return { outs: { ...news, result: finishedAt } };
  },
};

/**
 * Runs a container to its end. An error fails the update with the container's last lines, leaves no
 * container behind, and the next update runs it again: nothing that failed is ever taken as done.
 */
export class Task extends pulumi.dynamic.Resource {
  /** When it last succeeded, ISO 8601. */
  declare readonly result: pulumi.Output<string>;

  constructor(name: string, args: TaskArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args, result: undefined }, { ...opts, additionalSecretOutputs: ["env"] }, "stackbook", "Task");
  }
}
