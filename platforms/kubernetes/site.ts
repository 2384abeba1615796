import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { SiteArgs } from "../platform";
import { engines } from "../stores/engines";
import type { KubernetesContext, KubernetesSite, Tenant } from "./context";
import { reachingNet } from "./labels";

type Spec = inputs.networking.v1.NetworkPolicySpec;
type Peer = inputs.networking.v1.NetworkPolicyPeer;

/** Names are asked of the cluster's DNS, wherever it runs. */
const dns: inputs.networking.v1.NetworkPolicyEgressRule = { ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP", port: 53 }] };
const reaching = (place: string): Peer => ({ podSelector: { matchLabels: { [`stackbook.reaches-${place}`]: "yes" } } });
const being = (role: string): Peer => ({ podSelector: { matchLabels: { "stackbook.role": role } } });

/**
 * One namespace, in which nobody reaches anybody but by these: who may reach a store is what its label says, and only the
 * system's own backend and helpers have it (X2).
 */
export function createSite(context: KubernetesContext, { hasCache, system }: SiteArgs, opts: pulumi.ComponentResourceOptions): KubernetesSite {
  const namespace = context.namespace(system);
  const policy = policies(context, system, opts);
  const isCutOff = context.halted(system)?.isolated === true;
  const closed = policy("closed", { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...(isCutOff ? {} : { egress: [dns] }) });
  // Nothing else opens anything.
  if (isCutOff) return { system, web: closed, namespace };
  const fromEdge: Peer = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `${context.settings.namespacePrefix}-edge` } }, podSelector: { matchLabels: { "stackbook.role": "edge", "stackbook.stack": context.stack } } };
  const web = policy("web", {
    podSelector: { matchLabels: { "stackbook.reaches-web": "yes" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [fromEdge, reaching("web")] }],
    // As on Docker: an application may call services in the net. Where it may not go, nobody lets it in.
    egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }] }, { to: [reaching("web")] }],
  });
  const { engine } = context.database(system);
  store(policy, "database", engines[engine].port);
  if (hasCache) store(policy, "cache", 6379);
  return { system, web, namespace };
}

/** Its server, and the way there of those who may go it. */
function store(policy: ReturnType<typeof policies>, place: "database" | "cache", port: number): void {
  const ports = [{ protocol: "TCP", port }];
  policy(place, { podSelector: { matchLabels: { "stackbook.role": place } }, policyTypes: ["Ingress"], ingress: [{ from: [reaching(place)], ports }] });
  policy(`to-${place}`, { podSelector: { matchLabels: { [`stackbook.reaches-${place}`]: "yes" } }, policyTypes: ["Egress"], egress: [{ to: [being(place)], ports }] });
}

/** The edge: reached by everybody, and reaching what systems show. */
export function createEdgePolicies(context: KubernetesContext, opts: pulumi.ComponentResourceOptions): void {
  const policy = policies(context, "edge", opts);
  policy("closed", { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [dns] });
  policy("edge", {
    podSelector: { matchLabels: { "stackbook.role": "edge" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ protocol: "TCP", port: 8080 }, { protocol: "TCP", port: 8443 }] }],
    egress: [{ to: [{ namespaceSelector: { matchLabels: { "stackbook.stack": context.stack } }, podSelector: { matchLabels: { "stackbook.reaches-web": "yes" } } }] }],
  });
}

/** Of those who keep something elsewhere: a store of backups may be anywhere. Made when the first one asks. */
export function openWayOut(context: KubernetesContext, tenant: Tenant, opts: pulumi.CustomResourceOptions): void {
  if (context.halted(tenant)?.isolated === true) return;
  context.oneOf(`${tenant}-to-net`, () =>
    policies(context, tenant, opts)("to-net", { podSelector: { matchLabels: { ...reachingNet } }, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }] }] }),
  );
}

function policies(context: KubernetesContext, tenant: Tenant, opts: Pick<pulumi.CustomResourceOptions, "parent">): (name: string, spec: Spec) => NetworkPolicy {
  const system = tenant === "edge" ? "stack" : tenant;
  return (name, spec) =>
    new NetworkPolicy(
      `${tenant}-${name}-policy`,
      { metadata: context.metadata(name, context.labels(system, name, "network"), { namespace: context.namespace(tenant) }), spec },
      context.options({ parent: opts.parent }),
    );
}
