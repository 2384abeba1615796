import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { SystemId } from "../../systems";
import type { DockerContext } from "./context";
import { labelList } from "./labels";

/** A named volume; protected ones outlive `pulumi destroy --exclude-protected` and refuse every other deletion. `driverOpts`: Docker's, for a folder that is no disk's. */
export function createVolume(
  context: DockerContext,
  system: SystemId | "stack",
  name: string,
  protect: boolean,
  opts: pulumi.ComponentResourceOptions,
  driverOpts?: Readonly<Record<string, string>>,
): docker.Volume {
  const logical = `${system}-${name}`;
  return new docker.Volume(
    logical,
    { labels: labelList(context.labels(system, name, "volume")), ...(driverOpts === undefined ? {} : { driverOpts }) },
    context.options({ parent: opts.parent }, { protect }),
  );
}
