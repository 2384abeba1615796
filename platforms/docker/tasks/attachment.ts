import * as pulumi from "@pulumi/pulumi";
import { connect, sameInputs } from "../engine";

export interface AttachmentArgs {
  readonly host?: pulumi.Input<string | undefined>;
  readonly network: pulumi.Input<string>;
  readonly container: pulumi.Input<string>;
}

interface AttachmentInputs {
  host?: string;
  network: string;
  container: string;
}

async function attach(inputs: AttachmentInputs): Promise<void> {
  const docker = connect(inputs.host);
  const { NetworkSettings } = await docker.getContainer(inputs.container).inspect();
  const { Id } = (await docker.getNetwork(inputs.network).inspect()) as { Id: string };
  if (Object.values(NetworkSettings.Networks).some((joined) => joined.NetworkID === Id)) return;
  await docker.getNetwork(Id).connect({ Container: inputs.container });
}

async function detach(inputs: AttachmentInputs): Promise<void> {
  await connect(inputs.host)
    .getNetwork(inputs.network)
    .disconnect({ Container: inputs.container, Force: true })
    .catch((error: { statusCode?: number; message?: string }) => {
      // The container or the network has gone already, or was never joined; of a container that keeps restarting
      // the engine says so as an error of its own (500).
      const notJoined = /is not connected to (the )?network/.test(error.message ?? "");
      if (error.statusCode !== 404 && error.statusCode !== 403 && !notJoined) throw error;
    });
}

const provider: pulumi.dynamic.ResourceProvider<AttachmentInputs, AttachmentInputs> = {
  diff: (_id, olds, news) => Promise.resolve({ changes: !sameInputs(olds, news) }),
  async create(inputs) {
    await attach(inputs);
    return { id: `${inputs.container.slice(0, 12)}@${inputs.network.slice(0, 12)}`, outs: inputs };
  },
  async update(_id, olds, news) {
    await attach(news);
    if (olds.container === news.container && olds.network !== news.network) await detach(olds);
    return { outs: news };
  },
  async delete(_id, inputs) {
    await detach(inputs);
  },
};

/**
 * Joins a running container to one more network. The edge reaches each system by a network of its
 * own this way and is not restarted when a system comes or goes.
 */
export class Attachment extends pulumi.dynamic.Resource {
  constructor(name: string, args: AttachmentArgs, opts: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "stackbook", "Attachment");
  }
}
