import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { SiteArgs } from "../platform";
import type { DockerContext, DockerSite } from "./context";
import { labelList } from "./labels";

/**
 * One network per secret kept: `web` for what the edge may reach, `database` and `cache` (without a way
 * out) for the backend and its store alone. Membership is the access rule (X2).
 */
export function createSite(context: DockerContext, args: SiteArgs, edgeNetwork: docker.Network, opts: pulumi.ComponentResourceOptions): DockerSite {
  const network = (place: string, internal: boolean): docker.Network =>
    new docker.Network(
      `${args.system}-${place}`,
      {
        driver: "bridge",
        internal,
        labels: labelList(context.labels(args.system, place, "network")),
      },
      context.options({ parent: opts.parent }),
    );
  const web = network("web", false);
  return {
    system: args.system,
    web,
    networks: {
      web,
      database: network("database", true),
      ...(args.hasCache ? { cache: network("cache", true) } : {}),
      edge: edgeNetwork,
    },
  };
}
