import * as pulumi from "@pulumi/pulumi";
import type { LogicalImage, StackConfig } from "../../config/types";
import type { SystemId } from "../../systems";
import type * as contract from "../platform";
import { AwsContext } from "./context";
import { createCache, createDatabase, retireLogins } from "./database";
import { createEdge, writeRoutes } from "./edge";
import { createFolder } from "./folder";
import { runApplicationTask } from "./runTask";
import { createSite } from "./site";
import { createSidecar, createWorkload } from "./workload";

/**
 * One region of AWS. What `config/aws-checks.ts` refuses yet (the backup agent, restores, daemons), the program never asks
 * for; should it all the same, it is told so here.
 */
export class AwsPlatform implements contract.Platform {
  readonly name = "aws";
  /** Its inventory is for who watches what was made. */
  readonly context: AwsContext;

  constructor(config: StackConfig, tasks: pulumi.ProviderResource) {
    this.context = new AwsContext(config, tasks);
  }

  createSite(args: contract.SiteArgs, opts: pulumi.ComponentResourceOptions): contract.Site {
    return createSite(this.context, args, opts);
  }

  createDatabase(args: contract.DatabaseArgs, opts: pulumi.ComponentResourceOptions): contract.Database {
    return createDatabase(this.context, args, opts);
  }

  createCache(args: contract.CacheArgs): contract.Endpoint {
    return createCache(args);
  }

  createFolder(system: SystemId | "stack", folder: contract.DataFolder, protect: boolean, opts: pulumi.ComponentResourceOptions): contract.DataFolderRef {
    return createFolder(this.context, system, folder, protect, opts);
  }

  /** A reference, which ECS pulls itself; nothing is built for it, see `config/aws-checks.ts`. */
  createImage({ service, source, system }: contract.AppImageArgs): contract.AppImage {
    if (source.kind !== "registry") throw new Error(`systems.${system}.services.${service}.image: on AWS it must be an image reference, as nothing is built for it`);
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
    return runApplicationTask(this.context, name, args, opts);
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

  async watch({ catalogue, closed }: contract.WatchStackArgs, opts: pulumi.ComponentResourceOptions): Promise<contract.Watched> {
    const { watchStack } = await import("./watch/stack");
    return watchStack(this.context, catalogue, closed, opts);
  }

  containers(): readonly contract.ContainerName[] {
    return [];
  }

  createAgentImage(name: string): never {
    return notYet(`the program ${name} beside systems`);
  }

  createConfig(): never {
    return notYet("files of configuration");
  }

  createDaemon({ name }: contract.DaemonArgs): never {
    return notYet(name);
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

  awaitDaemons(what: "monitoring" | "backups"): never {
    return notYet(what);
  }

  runExclusively(name: string): never {
    return notYet(name);
  }
}

function notYet(what: string): never {
  throw new Error(`${what}: on AWS Stackbook has none yet; docs/aws.md says what there is`);
}
