import type * as pulumi from "@pulumi/pulumi";
import { loginsLabel, type DataFolder, type DataFolderRef, type SidecarArgs, type Workload, type WorkloadArgs } from "../platform";
import type { SystemId } from "../../systems";
import { joinNetworks, type DockerContext } from "./context";
import { httpHealthcheck } from "../stores/healthcheck";
import { HealthGate } from "./tasks/healthGate";
import { createVolume } from "./volume";

/** Who the process is: static artefacts run on the web server's user, servers on `node`'s. */
export const users = { server: "1000:1000", static: "101:101" } as const;

export function createFolder(
  context: DockerContext,
  system: SystemId | "stack",
  folder: DataFolder,
  protect: boolean,
  opts: pulumi.ComponentResourceOptions,
): DataFolderRef {
  // The engine mounts the host's folder when a container starts, and says so when it isn't there.
  const bind = folder.hostPath === undefined ? undefined : { type: "none", o: "bind", device: folder.hostPath };
  return { ...folder, volume: createVolume(context, system, folder.name, protect, opts, bind).name };
}

/**
 * n containers of one version. A new version's are created beside the old ones; these go at the very end
 * of the update, after the edge has let go of them (`deleteBeforeReplace: false`).
 */
export function createWorkload(context: DockerContext, args: WorkloadArgs, opts: pulumi.ComponentResourceOptions): Workload {
  const { system, service, slot } = args;
  const readyPath = service.health.ready ?? service.health.path;
  const logins = args.logins === undefined ? undefined : loginsLabel(args.logins);
  const containers = Array.from({ length: args.replicas }, (_, i) => ({
    name: `${slot}-${i}`,
    container: context.container(
      `${system}-${service.name}-${slot}-${i}`,
      {
        image: args.image.reference,
        labels: context.labels(system, service.name, "app", { version: args.version, slot, ...(args.restore === undefined ? {} : { restore: args.restore }), ...(logins === undefined ? {} : { logins }) }),
        env: args.settings,
        user: users[service.kind],
        networks: joinNetworks(args.site, args.access, service.name),
        volumes: args.folders.map((folder) => ({ volume: folder.volume, path: folder.path })),
        healthcheck: httpHealthcheck(service.port, readyPath),
        memoryMiB: args.memoryMiB,
        cpus: args.cpus,
        stopSeconds: args.stopSeconds,
      },
      context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, { deleteBeforeReplace: false }),
    ),
  }));
  const gate = new HealthGate(
    `${system}-${service.name}-${slot}-healthy`,
    {
      host: context.host,
      containers: containers.map(({ container }) => container.id),
      title: `${system} ${service.name} ${args.version}`,
      timeoutSeconds: 180,
      ...context.idle(system),
    },
    context.taskOptions({ parent: opts.parent }),
  );
  return {
    servers: containers.map(({ name, container }) => ({ name, host: container.name })),
    ready: [gate],
  };
}

export function createSidecar(context: DockerContext, args: SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  return context.container(
    `${args.system}-${args.name}`,
    {
      image: args.image.reference,
      labels: context.labels(args.system, args.name, "demo"),
      command: args.command,
      env: args.settings,
      user: users.server,
      networks: joinNetworks(args.site, args.access),
      memoryMiB: args.memoryMiB,
      cpus: 0.25,
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, { deleteBeforeReplace: false }),
  );
}
