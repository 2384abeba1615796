import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { SystemId } from "../../systems";
import type * as contract from "../platform";
import { createAppImage } from "./appImage";
import { createCache } from "./cache";
import { DockerContext } from "./context";
import { createDatabase } from "./database";
import { createEdge, writeRoutes } from "./edge";
import { labelList } from "./labels";
import { createSite } from "./site";
import { createFolder, createSidecar, createWorkload, runTask } from "./workload";

/** One Docker host, local or over SSH. */
export class DockerPlatform implements contract.Platform {
  readonly name = "docker";
  private readonly context: DockerContext;
  private edge: docker.Network | undefined;

  constructor(config: StackConfig, tasks: pulumi.ProviderResource) {
    this.context = new DockerContext(config, tasks);
  }

  createSite(args: contract.SiteArgs, opts: pulumi.ComponentResourceOptions): contract.Site {
    return createSite(this.context, args, this.edgeNetwork(), opts);
  }

  createDatabase(args: contract.DatabaseArgs, opts: pulumi.ComponentResourceOptions): contract.Database {
    return createDatabase(this.context, args, opts);
  }

  createCache(args: contract.CacheArgs, opts: pulumi.ComponentResourceOptions): contract.Endpoint {
    return createCache(this.context, args, opts);
  }

  createFolder(system: SystemId, folder: contract.DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): contract.DataFolderRef {
    return createFolder(this.context, system, folder, protect, opts);
  }

  createImage(args: contract.AppImageArgs, opts: pulumi.ComponentResourceOptions): contract.AppImage {
    return createAppImage(this.context, args, opts);
  }

  createWorkload(args: contract.WorkloadArgs, opts: pulumi.ComponentResourceOptions): contract.Workload {
    return createWorkload(this.context, args, opts);
  }

  createSidecar(args: contract.SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return createSidecar(this.context, args, opts);
  }

  runTask(name: string, args: contract.RunTaskArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return runTask(this.context, name, args, opts);
  }

  createEdge(args: contract.EdgeArgs, opts: pulumi.ComponentResourceOptions): contract.Edge {
    return createEdge(this.context, args, this.edgeNetwork(), opts);
  }

  writeRoutes(args: contract.RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return writeRoutes(this.context, args, opts);
  }

  /** Where the edge is at home; systems' own processes that ask it (demo traffic, probes) join it too. */
  private edgeNetwork(): docker.Network {
    this.edge ??= new docker.Network(
      "edge",
      { driver: "bridge", internal: false, labels: labelList(this.context.labels("stack", "edge", "network")) },
      { provider: this.context.provider },
    );
    return this.edge;
  }
}
