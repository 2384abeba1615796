import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { edgeUser, filesOf, passFile, renderHaproxy, type EdgeModel } from "../../components/edge";
import type { Edge, EdgeArgs, RoutesArgs } from "../platform";
import { createConfigMap, createSecretFiles, createServiceAccount, itemsOf, keyed, ownersAndGroups } from "./content";
import type { KubernetesContext } from "./context";
import { labelMap, selectorOf } from "./labels";
import { hardenedPod, spread } from "./pod";
import { createEdgePolicies } from "./site";

interface KubernetesEdge extends Edge {
  readonly args: EdgeArgs;
  readonly namespace: pulumi.Output<string>;
  readonly account: pulumi.Output<string>;
}

/** Where the configuration lies, read-only, with what it loads in folders beside it. */
const directory = "/etc/stackbook-edge";
const configFile = "haproxy.cfg";
const certificateFile = "certs/stackbook.pem";

/** Seconds from the moment a pod is taken off its Service until every node, and the balancer in front, knows. */
const unlistedSeconds = 10;

/** What stands before there is anything to route: its pods come with their configuration, see `writeRoutes`. */
export function createEdge(context: KubernetesContext, args: EdgeArgs, opts: pulumi.ComponentResourceOptions): Edge {
  const namespace = context.namespace("edge");
  createEdgePolicies(context, opts);
  const account = createServiceAccount(context, "edge", namespace, context.labels("stack", "edge", "edge"), { parent: opts.parent });
  const edge: KubernetesEdge = {
    args,
    namespace,
    account,
    container: pulumi.output("edge"),
    internalUrl: `https://edge.${context.settings.namespacePrefix}-edge.svc.${context.settings.clusterDomain}:${args.httpsPort}`,
    get log(): never {
      throw new Error("on Kubernetes nobody reads the edge's log but the cluster yet");
    },
    ready: [],
  };
  return edge;
}

/**
 * HAProxy with its configuration in a ConfigMap and a Secret that are named by their content: other routes are other names,
 * which are rolled in, each new pod before an old one goes. HAProxy checks the text as it starts: a pod that it doesn't
 * start in gets no visitors, fails the update, and the old ones serve on.
 */
export function writeRoutes(context: KubernetesContext, args: RoutesArgs, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
  // Every edge comes from this platform's `createEdge`.
  const edge = args.edge as KubernetesEdge;
  const { account, namespace } = edge;
  const { annotations, replicas } = context.settings.edge;
  const labels = context.labels("stack", "edge", "edge");
  const selector = selectorOf(labels);
  const child = { parent: opts.parent };
  // It is made from passwords, and holds their hashes alone, which are no secret: they are long and random (see EdgeDoor).
  const files = pulumi.unsecret(args.model).apply((model) => filesByPath(model));
  const secrets = pulumi.all([args.certificate ?? pulumi.output(undefined), args.pass ?? pulumi.output(undefined)]).apply(([certificate, pass]) => secretsByPath(certificate, pass));
  const config = createConfigMap(context, "edge-config", { name: "edge", namespace, labels, data: files.apply(keyed) }, child);
  const keys = createSecretFiles(context, "edge-keys", { name: "edge", namespace, labels, data: secrets }, child);
  const drain = args.drainSeconds;
  const deployment = new Deployment(
    "edge",
    {
      metadata: context.metadata("edge", labels, { namespace }),
      spec: {
        replicas,
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        progressDeadlineSeconds: 180,
        revisionHistoryLimit: 2,
        template: {
          metadata: { labels: labelMap(labels) },
          spec: hardenedPod({
            name: "haproxy",
            image: context.image("haproxy"),
            command: ["haproxy", "-W", "-db", "-f", `${directory}/${configFile}`],
            user: edgeUser,
            serviceAccount: account,
            mounted: [{ path: directory, volume: { projected: { defaultMode: ownersAndGroups, sources: [{ configMap: { name: config, items: files.apply((content) => itemsOf(Object.keys(content))) } }, { secret: { name: keys.secret, items: keys.items } }] } } }],
            ports: [
              { name: "http", containerPort: 8080 },
              { name: "https", containerPort: 8443 },
              { name: "admin", containerPort: 8404 },
            ],
            probes: edgeProbes,
            memoryMiB: 256,
            cpus: 1,
            // The balancer lets go, then HAProxy closes its doors and ends what it still carries.
            preStop: { exec: { command: ["/bin/sh", "-c", `sleep ${unlistedSeconds}; kill -USR1 1; sleep ${drain}`] } },
            stopSeconds: unlistedSeconds + drain + 5,
            placement: spread(selector),
          }),
        },
      },
    },
    context.options({ parent: opts.parent, dependsOn: opts.dependsOn }),
  );
  new PodDisruptionBudget("edge-budget", { metadata: context.metadata("edge", labels, { namespace }), spec: { maxUnavailable: 1, selector: { matchLabels: selector } } }, context.options(child));
  return new Service(
    "edge-service",
    {
      metadata: context.metadata("edge", labels, { namespace, annotations }),
      spec: {
        type: "LoadBalancer",
        // Keeps visitors' addresses, by which they are counted and blocked.
        externalTrafficPolicy: "Local",
        selector,
        ports: [
          { name: "http", port: edge.args.httpPort, targetPort: "http", protocol: "TCP" },
          { name: "https", port: edge.args.httpsPort, targetPort: "https", protocol: "TCP" },
        ],
      },
    },
    context.options({ parent: opts.parent, dependsOn: [deployment] }),
  );
}

/** On the port that nobody is let through to but the node that asks. */
const asked: inputs.core.v1.Probe = { httpGet: { path: "/healthz", port: "admin", scheme: "HTTP" }, timeoutSeconds: 3 };
const edgeProbes = {
  startupProbe: { ...asked, periodSeconds: 1, failureThreshold: 60 },
  readinessProbe: { ...asked, periodSeconds: 2, failureThreshold: 2 },
  livenessProbe: { ...asked, periodSeconds: 10, failureThreshold: 6 },
};

/** The same text as on Docker; its servers are Services, whose names the cluster's DNS knows. */
function filesByPath(model: EdgeModel): Record<string, string> {
  const here: EdgeModel = { ...model, directory, resolver: "system" };
  return { [configFile]: renderHaproxy(here), ...Object.fromEntries(filesOf(here).map(({ path, text }) => [path, text])) };
}

function secretsByPath(certificate: string | undefined, pass: { readonly id: string; readonly key: string } | undefined): Record<string, string> {
  if (certificate === undefined) throw new Error("the edge has no certificate: on Kubernetes it is given or made here");
  return { [certificateFile]: `${certificate.trim()}\n`, ...(pass === undefined ? {} : { [passFile(pass.id)]: `key ${pass.key}\n` }) };
}
