import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  acmeCommand,
  acmeEnvironment,
  edgeCommand,
  edgeHealthcheck,
  edgeUser,
  edgeDirectory,
  edgeLogDirectory,
  edgeLogVolume,
  filesOf,
  renderHaproxy,
  waitForServers,
  writeRoutesCommand,
  writeRoutesEnvironment,
} from "../../components/edge";
import type { Edge, EdgeArgs, RoutesArgs } from "../platform";
import type { DockerContext } from "./context";
import { environment } from "./container";
import { labelMap } from "./labels";
import { Attachment } from "./tasks/attachment";
import { HealthGate } from "./tasks/healthGate";
import { Task } from "./tasks/task";
import { createVolume } from "./volume";

interface DockerEdge extends Edge {
  readonly server: docker.Container;
  readonly volume: pulumi.Output<string>;
  readonly network: docker.Network;
}

/** HAProxy on a volume that holds its configuration; started on a built-in one, never replaced by a deploy. */
export function createEdge(context: DockerContext, args: EdgeArgs, network: docker.Network, opts: pulumi.ComponentResourceOptions): Edge {
  // Certificates from a public authority are limited in number, so those are data, and data has no parent that goes.
  const volume = createVolume(context, "stack", "edge", args.protect && args.tls.kind === "acme", {});
  // Always there, as the edge is never replaced for somebody who begins to watch it.
  const log = createVolume(context, "stack", "edge-log", false, { parent: opts.parent }, edgeLogVolume).name;
  const server = context.container(
    "edge",
    {
      image: context.image("haproxy"),
      labels: context.labels("stack", "edge", "edge"),
      ...shell(edgeCommand()),
      user: edgeUser,
      networks: [{ name: network.name, aliases: ["edge"] }],
      volumes: [
        { volume: volume.name, path: edgeDirectory },
        { volume: log, path: edgeLogDirectory },
      ],
      ports: [
        { internal: 8080, external: args.httpPort, ip: args.bindAddress },
        { internal: 8443, external: args.httpsPort, ip: args.bindAddress },
      ],
      healthcheck: { test: edgeHealthcheck, startSeconds: 30 },
      memoryMiB: 256,
      cpus: 1,
      // HAProxy's master must be process 1: the route writer signals it.
      init: false,
      // The image's own signal waits for every open connection, up to the kill.
      stopSignal: "SIGTERM",
      stopSeconds: args.drainSeconds + 5,
    },
    context.options({ parent: opts.parent }),
  );
  const gate = new HealthGate(
    "edge-healthy",
    { host: context.host, containers: [server.id], title: "edge (haproxy)", timeoutSeconds: 90 },
    context.taskOptions({ parent: opts.parent }),
  );
  const edge: DockerEdge = {
    server,
    volume: volume.name,
    network,
    container: server.name,
    internalUrl: "https://edge:8443",
    log: { name: "edge-log", path: edgeLogDirectory, volume: log },
    ...(args.tls.kind === "acme" ? { acme: acmeClient } : {}),
    ready: [gate],
  };
  if (args.tls.kind === "acme") createAcmeClient(context, edge, args, opts);
  return edge;
}

/** A script in place of the image's own entrypoint, whatever that is. */
function shell([program, flag, script]: readonly string[]): { entrypoint: string[]; command: string[] } {
  return { entrypoint: [program ?? "", flag ?? ""], command: [script ?? ""] };
}

/** Where lego answers challenges, inside the edge's network. */
const acmeClient = { host: "acme", port: 8402 } as const;

function createAcmeClient(context: DockerContext, edge: DockerEdge, args: EdgeArgs, opts: pulumi.ComponentResourceOptions): void {
  if (args.tls.kind !== "acme") return;
  const { email, directoryUrl } = args.tls;
  context.container(
    "acme",
    {
      image: context.image("lego"),
      labels: context.labels("stack", "acme", "edge"),
      ...shell(acmeCommand()),
      env: acmeEnvironment({
        email,
        domains: [...args.hosts],
        challengePort: acmeClient.port,
        ...(directoryUrl === undefined ? {} : { directoryUrl }),
      }),
      user: edgeUser,
      networks: [{ name: edge.network.name, aliases: [acmeClient.host] }],
      volumes: [{ volume: edge.volume, path: edgeDirectory }],
      memoryMiB: 128,
      cpus: 0.5,
    },
    context.options({ parent: opts.parent }),
  );
}

/**
 * Joins the edge to every system's web network, then replaces its configuration: new servers must be
 * healthy, HAProxy must accept the text, and the running edge must answer with its stamp.
 */
export function writeRoutes(context: DockerContext, args: RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  const edge = args.edge as DockerEdge;
  const attachments = args.sites.map(
    (site) =>
      new Attachment(
        `edge-in-${site.system}`,
        { host: context.host, network: (site.web as docker.Network).id, container: edge.server.id },
        context.taskOptions({ parent: opts.parent, dependsOn: edge.ready }),
      ),
  );
  const env = pulumi.all([args.model, args.certificate ?? pulumi.output(undefined), args.pass ?? pulumi.output(undefined)]).apply(([model, certificatePem, pass]) =>
    writeRoutesEnvironment({
      config: renderHaproxy(model),
      files: filesOf(model),
      waitFor: waitForServers(model),
      drainSeconds: args.drainSeconds,
      ...(certificatePem === undefined ? {} : { certificatePem }),
      ...(pass === undefined ? {} : { pass }),
    }),
  );
  return new Task(
    "edge-routes",
    {
      host: context.host,
      image: context.image("haproxy"),
      command: writeRoutesCommand(),
      env: env.apply((values) => environment(values)),
      joinContainer: edge.server.id,
      volumes: [pulumi.interpolate`${edge.volume}:${edgeDirectory}`],
      user: edgeUser,
      memoryMiB: 128,
      timeoutSeconds: 300,
      labels: labelMap(context.labels("stack", "routes", "task")),
      title: "routes of the edge",
    },
    context.taskOptions({ parent: opts.parent, dependsOn: [...attachments, ...edge.ready, ...toList(opts.dependsOn)] }),
  );
}

function toList(dependsOn: pulumi.ComponentResourceOptions["dependsOn"]): pulumi.Resource[] {
  return Array.isArray(dependsOn) ? (dependsOn as pulumi.Resource[]) : dependsOn === undefined ? [] : [dependsOn as pulumi.Resource];
}
