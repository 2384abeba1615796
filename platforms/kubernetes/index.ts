import * as pulumi from "@pulumi/pulumi";
import type { LogicalImage, StackConfig } from "../../config/types";
import type { SystemId } from "../../systems";
import { agentImage } from "../images";
import type * as contract from "../platform";
import { createFolder } from "./claim";
import { KubernetesContext } from "./context";
import { createCache, createDatabase } from "./database";
import { createConfig, createDaemon, Daemons } from "./daemon";
import { createEdge, writeRoutes } from "./edge";
import { retireLogins } from "./retire";
import { runExclusively, runTask } from "./runTask";
import { createSite } from "./site";
import { createSidecar, createWorkload } from "./workload";

/**
 * One cluster. What `config/kubernetes-checks.ts` refuses yet (monitoring), the program never asks for; should it all the
 * same, it is told so here.
 */
export class KubernetesPlatform implements contract.Platform {
  readonly name = "kubernetes";
  private readonly context: KubernetesContext;

  constructor(config: StackConfig, tasks: pulumi.ProviderResource) {
    this.context = new KubernetesContext(config, tasks);
  }

  createSite(args: contract.SiteArgs, opts: pulumi.ComponentResourceOptions): contract.Site {
    return createSite(this.context, args, opts);
  }

  createDatabase(args: contract.DatabaseArgs, opts: pulumi.ComponentResourceOptions): contract.Database {
    return createDatabase(this.context, args, opts);
  }

  createCache(args: contract.CacheArgs, opts: pulumi.ComponentResourceOptions): contract.Endpoint {
    return createCache(this.context, args, opts);
  }

  createFolder(system: SystemId | "stack", folder: contract.DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): contract.DataFolderRef {
    return createFolder(this.context, system, folder, protect, opts);
  }

  /** A reference, which the cluster pulls itself; nothing is built for it, see `config/kubernetes-checks.ts`. */
  createImage({ service, source, system }: contract.AppImageArgs): contract.AppImage {
    if (source.kind !== "registry") throw new Error(`systems.${system}.services.${service}.image: on Kubernetes it must be an image reference, as nothing is built for a cluster`);
    return { reference: pulumi.output(source.reference) };
  }

  image(name: LogicalImage): pulumi.Output<string> {
    return pulumi.output(this.context.image(name));
  }

  lacks(): undefined {
    return undefined;
  }

  createWorkload(args: contract.WorkloadArgs, opts: pulumi.ComponentResourceOptions): contract.Workload {
    return createWorkload(this.context, args, opts);
  }

  createSidecar(args: contract.SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return createSidecar(this.context, args, opts);
  }

  runTask(name: string, args: contract.RunTaskArgs, opts: pulumi.ComponentResourceOptions): contract.TaskRun {
    return runTask(this.context, name, args, opts);
  }

  retireLogins(args: contract.RetireArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource[] {
    return retireLogins(this.context, args, opts);
  }

  createEdge(args: contract.EdgeArgs, opts: pulumi.ComponentResourceOptions): contract.Edge {
    return createEdge(this.context, args, opts);
  }

  writeRoutes(args: contract.RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return writeRoutes(this.context, args, opts);
  }

  containers(): readonly contract.ContainerName[] {
    return [];
  }

  /** Named by the stack file, as nothing is built for a cluster. */
  createAgentImage(name: string, _opts: pulumi.ComponentResourceOptions, bases?: Readonly<Record<string, LogicalImage>>): contract.AppImage {
    const key = agentImage(name, bases);
    if (key === undefined) throw new Error(`agents/${name}: nothing by this name can be named under images`);
    return { reference: this.image(key) };
  }

  createConfig(args: contract.SharedConfigArgs, opts: pulumi.ComponentResourceOptions): contract.SharedConfig {
    return createConfig(this.context, args, opts);
  }

  createDaemon(args: contract.DaemonArgs, opts: pulumi.ComponentResourceOptions): contract.Daemon {
    return createDaemon(this.context, args, opts);
  }

  joinSites(): never {
    return notYet("monitoring");
  }

  addConfig(): never {
    return notYet("files of configuration");
  }

  runBeside(): never {
    return notYet("monitoring");
  }

  awaitDaemons(what: "monitoring" | "backups", daemons: readonly contract.Daemon[], opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return new Daemons(what, daemons, opts);
  }

  runExclusively(name: string, args: contract.ExclusiveTaskArgs, opts: pulumi.ComponentResourceOptions): contract.ExclusiveTask {
    return runExclusively(this.context, name, args, opts);
  }
}

function notYet(what: string): never {
  throw new Error(`${what}: on Kubernetes Stackbook has none yet; docs/kubernetes.md says what there is`);
}
