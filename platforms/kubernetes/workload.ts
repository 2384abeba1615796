import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceSpec } from "../../systems";
import { loginsLabel, type SidecarArgs, type Workload, type WorkloadArgs } from "../platform";
import { scaleOf, type Scale } from "../scale";
import { createSecret, createServiceAccount } from "./content";
import { namespaceOf, notAwaited, withForce, type KubernetesContext } from "./context";
import { settled } from "./environment";
import { accessLabels, labelMap, selectorOf, sharingDisks } from "./labels";
import { hardenedPod, spread, together } from "./pod";

/** Who the process is: static artefacts run on the web server's user, servers on `node`'s. */
export const users = { server: "1000:1000", static: "101:101" } as const;

/** Seconds from the moment a pod is taken off its Service until every node knows. */
const unlistedSeconds = 5;
/** Longer than a start may take, in which a rollout that makes no headway is given up, seconds. */
const rolloutSeconds = 300;

/**
 * A version in its slot: a Deployment behind a Service of its own. Another image is rolled in, each new pod before an old
 * one goes; one that doesn't get ready fails the update, and the old ones serve on.
 */
export function createWorkload(context: KubernetesContext, args: WorkloadArgs, opts: pulumi.ComponentResourceOptions): Workload {
  const { access, image, logins, memoryMiB, replicas, restore, service, site, slot, system, version } = args;
  const namespace = namespaceOf(site);
  const name = `${service.name}-${slot}`;
  const resource = `${system}-${name}`;
  const rolled = logins === undefined ? undefined : loginsLabel(logins);
  const labels = context.labels(system, service.name, "app", { version, slot, ...(restore === undefined ? {} : { restore }), ...(rolled === undefined ? {} : { logins: rolled }) });
  const selector = selectorOf(labels);
  // Of what another version doesn't change.
  const steady = context.labels(system, service.name, "app", { slot });
  const plain = context.labels(system, service.name, "app");
  const child = { parent: opts.parent };
  const environment = createSecret(context, `${resource}-settings`, { name, namespace, labels: steady, data: settled(args.settings) }, child);
  const account = createServiceAccount(context, `${system}-${service.name}`, namespace, plain, child);
  const scale = scaleOf(args);
  const deployment = new Deployment(
    resource,
    {
      metadata: context.metadata(name, labels, { namespace, annotations: withForce }),
      spec: {
        // Beside an autoscaler a number here would undo its work at every update; a restore has left none, from which it never begins.
        ...(scale === undefined || restore !== undefined || context.halted(system) !== undefined ? { replicas: context.replicas(system, replicas) } : {}),
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        progressDeadlineSeconds: rolloutSeconds,
        revisionHistoryLimit: 2,
        template: {
          metadata: { labels: { ...labelMap(labels), ...accessLabels(access), ...(args.folders.length === 0 ? {} : sharingDisks) } },
          spec: hardenedPod({
            name: service.name,
            image: image.reference,
            environment,
            user: users[service.kind],
            serviceAccount: account,
            claims: args.folders.map(({ path, volume }) => ({ claim: volume, path })),
            // The official nginx image writes to both.
            scratch: ["/tmp", ...(service.kind === "static" ? ["/var/cache/nginx"] : [])],
            ports: [{ name: "http", containerPort: service.port }],
            probes: probesOf(service),
            memoryMiB,
            cpus: args.cpus,
            // What the autoscaler calls 70 % is a part of the request.
            ...(scale === undefined ? {} : { cpuShare: 1 }),
            stopSeconds: args.stopSeconds + unlistedSeconds,
            preStop: { sleep: { seconds: unlistedSeconds } },
            placement: args.folders.length === 0 ? spread(selector) : together(sharingDisks),
          }),
        },
      },
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }, { dependsOn: service.name === "frontend" ? context.backendOf(system, slot) : [], ...context.frozen(system) }),
  );
  if (service.name === "backend") context.keepBackend(system, slot, deployment);
  createServices(context, args, child);
  if (scale !== undefined) createAutoscaler(context, resource, name, namespace, steady, scale, { parent: opts.parent });
  new PodDisruptionBudget(`${resource}-budget`, { metadata: context.metadata(name, steady, { namespace }), spec: { maxUnavailable: 1, selector: { matchLabels: selector } } }, context.options(child));
  // One for all pods of the slot: which of them answers is the Service's business.
  return { servers: [{ name: `${slot}-0`, host: context.host(name, namespace) }], ready: [deployment] };
}

/** One for the slot, which the edge weighs; and one for all pods by their addresses, under the service's plain name. */
function createServices(context: KubernetesContext, { service, site, slot, system }: WorkloadArgs, opts: pulumi.CustomResourceOptions): void {
  const namespace = namespaceOf(site);
  const ports = [{ name: "http", port: service.port, targetPort: "http", protocol: "TCP" }];
  const labels = context.labels(system, service.name, "app", { slot });
  new Service(
    `${system}-${service.name}-${slot}-service`,
    { metadata: context.metadata(`${service.name}-${slot}`, labels, { namespace, annotations: notAwaited }), spec: { type: "ClusterIP", selector: selectorOf(labels), ports } },
    context.options(opts),
  );
  const all = context.labels(system, service.name, "app");
  context.oneOf(
    `${system}-${service.name}-pods`,
    () =>
      new Service(
        `${system}-${service.name}-pods`,
        { metadata: context.metadata(service.name, all, { namespace, annotations: notAwaited }), spec: { type: "ClusterIP", clusterIP: "None", selector: selectorOf(all), ports } },
        context.options(opts),
      ),
  );
}

function createAutoscaler(
  context: KubernetesContext,
  resource: string,
  name: string,
  namespace: pulumi.Output<string>,
  labels: ReturnType<KubernetesContext["labels"]>,
  { cpuPercent, from, memoryPercent, to }: Scale,
  opts: pulumi.CustomResourceOptions,
): void {
  const metric = (of: "cpu" | "memory", averageUtilization: number): inputs.autoscaling.v2.MetricSpec => ({ type: "Resource", resource: { name: of, target: { type: "Utilization", averageUtilization } } });
  new HorizontalPodAutoscaler(
    `${resource}-autoscaler`,
    {
      metadata: context.metadata(name, labels, { namespace }),
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name }, minReplicas: from, maxReplicas: to, metrics: [metric("cpu", cpuPercent), metric("memory", memoryPercent)] },
    },
    context.options(opts),
  );
}

/** A start may take as long as on Docker, two minutes and a half; then readiness decides on traffic, and liveness on a restart. */
function probesOf({ health, port }: ServiceSpec): Pick<inputs.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const ask = (path: string): inputs.core.v1.Probe => ({ httpGet: { path, port, scheme: "HTTP" }, timeoutSeconds: 4 });
  const ready = ask(health.ready ?? health.path);
  return {
    startupProbe: { ...ready, periodSeconds: 2, failureThreshold: 75 },
    readinessProbe: { ...ready, periodSeconds: 5, failureThreshold: 2 },
    // A process that hangs is started anew after a minute; one whose database is away is not.
    livenessProbe: { ...ask(health.live ?? health.path), periodSeconds: 10, failureThreshold: 6 },
  };
}

export function createSidecar(context: KubernetesContext, args: SidecarArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  const namespace = namespaceOf(args.site);
  const labels = context.labels(args.system, args.name, "demo");
  const resource = `${args.system}-${args.name}`;
  const child = { parent: opts.parent };
  const environment = createSecret(context, `${resource}-settings`, { name: args.name, namespace, labels, data: settled(args.settings) }, child);
  return new Deployment(
    resource,
    {
      metadata: context.metadata(args.name, labels, { namespace }),
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorOf(labels) },
        template: {
          metadata: { labels: { ...labelMap(labels), ...accessLabels(args.access) } },
          spec: hardenedPod({
            name: args.name,
            image: args.image.reference,
            args: args.command,
            environment,
            user: users.server,
            serviceAccount: createServiceAccount(context, resource, namespace, labels, child),
            memoryMiB: args.memoryMiB,
            cpus: 0.25,
          }),
        },
      },
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }),
  );
}
