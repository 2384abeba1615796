import { dockerContainer, dockerNetwork, dockerVolume, kubernetesKind, type Found, type Props, type Resource, type StackRule } from "../rule";
import { ownLabel } from "../view/labels";
import { dockerLabels } from "../view/docker";
import { at, pairsAt } from "../view/values";

/** Without these nobody finds what belongs to whom: neither `emergency-stop`, nor who pays. */
const own = ["stack", "system", "role"];

export const tagged: StackRule = {
  name: "tagged",
  description: "Every container, network, volume and cloud resource says which stack and system it belongs to, and carries the stack's own tags.",
  why: "Emergencies find what to stop by them, and bills are split by them.",
  source: "P, requirements on tags",
  checkStack: (resources, { tags }) =>
    resources.flatMap((resource): Found[] => {
      const labels = labelsOf(resource);
      if (labels === undefined) return [];
      const missing = [
        ...own.filter((name) => ownLabel(labels, name) === undefined && !(name === "role" && !/^docker:/.test(resource.type))).map((name) => `stackbook.${name}`),
        ...Object.keys(tags).filter((name) => labels[name] === undefined),
      ];
      return missing.length === 0 ? [] : [{ resource: resource.name, problem: `it lacks ${missing.join(", ")}; add them to its ${resource.type.startsWith("aws:") ? "tags (defaultTags of the provider)" : "labels"}` }];
    }),
};

/** Kinds that Kubernetes makes others of; what only belongs to one of them is told by its owner. */
const kinds = ["Namespace", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "Ingress", "ConfigMap", "Secret", "PersistentVolumeClaim", "NetworkPolicy"];

/** AWS types whose tags are worth money or are acted upon. */
const cloud = /^aws:(ecs\/(cluster|service|taskDefinition)|rds\/(instance|cluster)|docdb\/cluster|elasticache\/replicationGroup|s3\/bucket|lb\/loadBalancer|efs\/fileSystem|ebs\/volume|ec2\/(instance|vpc|subnet|securityGroup)|kms\/key|secretsmanager\/secret|cloudwatch\/logGroup):/;

/** Undefined: it has none, or they are known only later. */
function labelsOf({ type, props }: Resource): Readonly<Record<string, string>> | undefined {
  if (type === dockerContainer || type === dockerVolume || type === dockerNetwork) return typeof props["labels"] === "symbol" ? undefined : dockerLabels(props);
  if (kinds.includes(kubernetesKind(type) ?? "")) return typeof at(props, "metadata", "labels") === "symbol" ? undefined : { ...Object.fromEntries(pairsAt(props, "metadata", "labels")), ...annotatedTags(props) };
  if (!cloud.test(type) || typeof at(props, "tags") === "symbol") return undefined;
  return Object.fromEntries([...pairsAt(props, "tagsAll"), ...pairsAt(props, "tags")]);
}

/** A label of Kubernetes can't hold what a tag may, so there the stack's own are an annotation. */
function annotatedTags(props: Props): Readonly<Record<string, string>> {
  const [, text = "{}"] = pairsAt(props, "metadata", "annotations").find(([name]) => name === "stackbook.dev/tags") ?? [];
  try {
    const tags = JSON.parse(text) as unknown;
    return typeof tags === "object" && tags !== null ? Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])) : {};
  } catch {
    return {};
  }
}
