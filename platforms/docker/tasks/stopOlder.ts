import * as pulumi from "@pulumi/pulumi";
import { connect, sameInputs } from "../engine";
import { stopAll } from "./quiesce";

export interface StopOlderArgs {
  readonly host?: pulumi.Input<string | undefined>;
  /** Labels, `name=value`, of all versions' containers. */
  readonly labels: readonly string[];
  /** The label by which the present ones are told from older ones. */
  readonly label: string;
  readonly present: string;
  /** What they are, for messages: `motel backend`. */
  readonly title: string;
  /** True: their system is halted, so nothing is done now, but when it runs again. @default false */
  readonly idle?: boolean;
}

interface StopInputs {
  host?: string;
  labels: string[];
  label: string;
  present: string;
  title: string;
  idle?: boolean;
}

async function stopOlder(inputs: StopInputs): Promise<void> {
  if (inputs.idle === true) return;
  const docker = connect(inputs.host);
  const running = await docker.listContainers({ filters: { label: inputs.labels, status: ["running", "restarting"] } });
  const older = running.filter(({ Labels }) => Labels[inputs.label] !== inputs.present);
  if (older.length === 0) return;
  if (older.length === running.length) throw new Error(`${inputs.title}: all that runs is older than what this update made, so nothing was stopped; run the update again`);
  await stopAll(docker, older.map(({ Id }) => Id));
}

const provider: pulumi.dynamic.ResourceProvider<StopInputs, StopInputs> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: news.idle !== true && !sameInputs(olds, news) }),
  async create(inputs) {
    await stopOlder(inputs);
    return { id: `older-${inputs.title.replace(/[^A-Za-z0-9]+/g, "-")}`, outs: inputs };
  },
  async update(_id, _olds, news) {
    await stopOlder(news);
    return { outs: news };
  },
};

/**
 * Stops containers that nobody asks any more, and lets them finish what they do: Pulumi removes them at the end of the
 * update, which is too late for what ends before, such as the login that they hold.
 */
export class StopOlder extends pulumi.dynamic.Resource {
  constructor(name: string, args: StopOlderArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "stackbook", "StopOlder");
  }
}
