import { kubernetesKind, later, type Resource, type Rule } from "../rule";
import { containersOf, isStore } from "../view/container";
import { ownWords } from "../view/labels";
import { cloudDatabases, storePorts } from "../view/stores";
import { at, listAt, mapsAt, pairsAt, textAt } from "../view/values";

export const storePrivate: Rule = {
  name: "store-private",
  description: "A database or cache is published on no port and public to nobody; only the edge has doors.",
  why: "An open store is found by scanners within hours, and its password is then all that is left.",
  source: "X2",
  check: (resource) => [...published(resource), ...kubernetesServices(resource), ...clouds(resource), ...groups(resource)],
};

function published(resource: Resource): string[] {
  return containersOf(resource).filter(({ role }) => role !== "edge").flatMap(({ at: place, published: ports, role = "container without role" }) =>
    ports.map((port) => `${place}port ${port} of a ${role} is published; remove it and let the edge route`));
}

function kubernetesServices({ type, props }: Resource): string[] {
  if (kubernetesKind(type) !== "Service") return [];
  const { role } = ownWords(Object.fromEntries([...pairsAt(props, "spec", "selector"), ...pairsAt(props, "metadata", "labels")]));
  const kind = textAt(props, "spec", "type");
  const isOpen = kind === "LoadBalancer" || kind === "NodePort" || listAt(props, "spec", "externalIPs").length > 0;
  const isOne = isStore(role) || mapsAt(props, "spec", "ports").some(({ port }) => storePorts.includes(Number(port)));
  return isOpen && isOne ? [`a ${role ?? "store"} is open by a Service of type ${String(kind)}; use ClusterIP`] : [];
}

function clouds({ type, props }: Resource): string[] {
  if ((cloudDatabases.includes(type) || type === "aws:rds/clusterInstance:ClusterInstance") && at(props, "publiclyAccessible") === true) return ["publiclyAccessible is true; set it to false"];
  return [];
}

/** Security groups: whoever is named by address and not by group is from outside. */
function groups({ type, props }: Resource): string[] {
  const rules =
    type === "aws:ec2/securityGroup:SecurityGroup" ? mapsAt(props, "ingress")
    : type === "aws:ec2/securityGroupRule:SecurityGroupRule" && at(props, "type") === "ingress" ? [props]
    : type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" ? [{ ...props, cidrBlocks: [props["cidrIpv4"], props["cidrIpv6"]] }] : [];
  return rules.flatMap((rule) => {
    const everybody = [...listAt(rule, "cidrBlocks"), ...listAt(rule, "ipv6CidrBlocks")].filter((range) => range === "0.0.0.0/0" || range === "::/0");
    const [from, to] = [at(rule, "fromPort"), at(rule, "toPort")];
    if (everybody.length === 0 || from === later || to === later) return [];
    const all = String(at(rule, "protocol") ?? at(rule, "ipProtocol")) === "-1";
    const open = storePorts.filter((port) => all || (Number(from) <= port && port <= Number(to)));
    return open.length === 0 ? [] : [`port ${open.join(", ")} is open to ${String(everybody[0])}; name the security group of the backend as source`];
  });
}
