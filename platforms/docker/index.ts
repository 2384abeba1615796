import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/types";
import type { SystemId } from "../../systems";
import type * as contract from "../platform";
import { createAgentImage, createAppImage } from "./appImage";
import { createCache } from "./cache";
import { DockerContext } from "./context";
import { addConfig, awaitDaemons, createConfig, createDaemon, joinSites, runBeside } from "./daemon";
import { createDatabase } from "./database";
import { createEdge, writeRoutes } from "./edge";
import { agentImage, type LogicalImage } from "../images";
import { labelList } from "./labels";
import { createSite } from "./site";
import { retireLogins } from "./retire";
import { runExclusively, runTask } from "./runTask";
import { createFolder, createSidecar, createWorkload } from "./workload";

/** One Docker host, local or over SSH. */
export class DockerPlatform implements contract.Platform {
  readonly name = "docker";
  private readonly context: DockerContext;
  private readonly networks = new Map<string, docker.Network>();

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

  createFolder(
    system: SystemId | "stack",
    folder: contract.DataFolder,
    protect: boolean,
    opts: pulumi.ComponentResourceOptions,
  ): contract.DataFolderRef {
    return createFolder(this.context, system, folder, protect, opts);
  }

  createImage(args: contract.AppImageArgs, opts: pulumi.ComponentResourceOptions): contract.AppImage {
    return createAppImage(this.context, args, opts);
  }

  createAgentImage(name: string, opts: pulumi.ComponentResourceOptions, bases?: Readonly<Record<string, LogicalImage>>): contract.AppImage {
    const key = agentImage(name, bases);
    const given = key === undefined ? undefined : this.context.reference(key);
    return given === undefined ? createAgentImage(this.context, name, opts, bases) : { reference: this.context.pulled(given) };
  }

  image(name: LogicalImage): pulumi.Output<string> {
    return this.context.reference(name) === undefined ? createAgentImage(this.context, name, {}).reference : this.context.image(name);
  }

  lacks(name: LogicalImage): string | undefined {
    return this.context.lacks(name);
  }

  createWorkload(args: contract.WorkloadArgs, opts: pulumi.ComponentResourceOptions): contract.Workload {
    return createWorkload(this.context, args, opts);
  }

  createSidecar(args: contract.SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return createSidecar(this.context, args, opts);
  }

  createConfig(args: contract.SharedConfigArgs, opts: pulumi.ComponentResourceOptions): contract.SharedConfig {
    return createConfig(this.context, args, opts);
  }

  createDaemon(args: contract.DaemonArgs, opts: pulumi.ComponentResourceOptions): contract.Daemon {
    return createDaemon(this.context, args, { monitoring: this.commonNetwork("monitoring"), edge: this.edgeNetwork() }, opts);
  }

  joinSites(daemon: contract.Daemon, sites: readonly contract.Site[], opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
    return joinSites(this.context, daemon, sites, opts);
  }

  addConfig(
    daemon: contract.Daemon,
    name: string,
    files: Omit<contract.ConfigFilesArgs, "directory" | "secretFiles">,
    opts: pulumi.ComponentResourceOptions,
  ): pulumi.Resource {
    return addConfig(this.context, daemon, name, files, opts);
  }

  runBeside(daemon: contract.Daemon, name: string, args: contract.BesideArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return runBeside(this.context, daemon, name, args, { monitoring: this.commonNetwork("monitoring") }, opts);
  }

  containers(): readonly contract.ContainerName[] {
    return this.context.containers();
  }

  awaitDaemons(what: "monitoring" | "backups", daemons: readonly contract.Daemon[], opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return awaitDaemons(this.context, what, daemons, opts);
  }

  runTask(name: string, args: contract.RunTaskArgs, opts: pulumi.ComponentResourceOptions): contract.TaskRun {
    return runTask(this.context, name, args, () => this.commonNetwork("monitoring"), opts);
  }

  runExclusively(name: string, args: contract.ExclusiveTaskArgs, opts: pulumi.ComponentResourceOptions): contract.ExclusiveTask {
    return runExclusively(this.context, name, args, () => this.commonNetwork("monitoring"), opts);
  }

  retireLogins(args: contract.RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
    return retireLogins(this.context, args, opts);
  }

  createEdge(args: contract.EdgeArgs, opts: pulumi.ComponentResourceOptions): contract.Edge {
    return createEdge(this.context, args, this.edgeNetwork(), opts);
  }

  writeRoutes(args: contract.RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return writeRoutes(this.context, args, opts);
  }

  /** Where the edge is at home; systems' own processes that ask it (demo traffic, probes) join it too. */
  private edgeNetwork(): docker.Network {
    return this.commonNetwork("edge");
  }

  /** Of the whole stack, made when somebody first asks; with a way out, for notifications and probes. */
  private commonNetwork(name: "edge" | "monitoring"): docker.Network {
    let network = this.networks.get(name);
    if (network === undefined) {
      const labels = labelList(this.context.labels("stack", name, "network"));
      network = new docker.Network(name, { driver: "bridge", internal: false, labels }, { provider: this.context.provider });
      this.networks.set(name, network);
    }
    return network;
  }
}
