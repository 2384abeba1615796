import { z } from "zod";
import { defaults } from "./defaults";
import { documented, looseText, text, wholeNumber } from "./fields";
import { checkHostName } from "./texts";
import type { KubernetesConfig } from "./types";

/** The keys of `stackbook:kubernetes`. */

const { kubernetes } = defaults;

/** A label of DNS, short enough for `-<system>` after it. */
const isPrefix = (value: string): boolean => /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/.test(value);
const isObjectName = (value: string): boolean => value.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value);

export const kubernetesSchema = z.strictObject({
  kubeconfig: text((value) => value.trim() !== "" && !/\p{Cc}/u.test(value), {
    about: "File with the cluster's address and how to log in; what is in it goes into no state",
    allowed: "a file's path",
    example: "/etc/stackbook/kubeconfig",
    default: "`KUBECONFIG`, or `~/.kube/config`",
  }).optional(),
  context: text((value) => value.trim() !== "" && value.length <= 253 && !/\p{Cc}/u.test(value), {
    about: "Context of that file; to be given where the file has several clusters, so that nobody's own choice decides",
    allowed: "a context's name",
    example: "production",
    default: "the file's current one",
  }).optional(),
  namespacePrefix: text(isPrefix, {
    about: "Each system has a namespace of its own, `<prefix>-<system>`; the edge has `<prefix>-edge`. Another prefix is another place, so it never changes while there is data",
    allowed: "small letters, digits and -, at most 50, beginning with a letter",
    example: "web",
    default: "`stackbook-<stack>`",
  }).optional(),
  storageClass: text(isObjectName, {
    about: "Storage class of claims; a claim that exists keeps its own",
    allowed: "a storage class's name",
    example: "fast-ssd",
    default: "the cluster's default",
  }).optional(),
  clusterDomain: text(checkHostName, { about: "Domain of the cluster's own names", allowed: "a host name", example: "cluster.example", default: kubernetes.clusterDomain }).optional(),
  edge: z
    .strictObject({
      replicas: wholeNumber(1, 20, {
        about: "Edges side by side. Each counts a client's requests for itself, so a client that is spread over all may make as many more",
        example: "3",
        default: String(kubernetes.edgeReplicas),
      }).optional(),
      annotations: documented(
        z.record(
          z.string().regex(/^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/),
          looseText((value) => value.length <= 4096, { about: "An annotation's value", allowed: "text of at most 4096 characters", example: "nlb" }),
        ),
        {
          type: "map of text",
          allowed: "names of annotations, with text",
          about: "Annotations of the edge's LoadBalancer Service, as the cluster's provider wants them",
          example: '{ service.beta.kubernetes.io/aws-load-balancer-type: nlb }',
          default: "none",
        },
      ).optional(),
    })
    .optional(),
});

type RawKubernetes = z.output<typeof kubernetesSchema>;

export function resolveKubernetes(stack: string, raw: RawKubernetes = {}): KubernetesConfig {
  return {
    ...(raw.kubeconfig === undefined ? {} : { kubeconfig: raw.kubeconfig }),
    ...(raw.context === undefined ? {} : { context: raw.context }),
    namespacePrefix: raw.namespacePrefix ?? prefixOf(stack),
    ...(raw.storageClass === undefined ? {} : { storageClass: raw.storageClass }),
    clusterDomain: raw.clusterDomain ?? kubernetes.clusterDomain,
    edge: { replicas: raw.edge?.replicas ?? kubernetes.edgeReplicas, annotations: raw.edge?.annotations ?? {} },
  };
}

/** A stack's name may hold what a namespace's may not. */
function prefixOf(stack: string): string {
  return `stackbook-${stack.toLowerCase().replace(/[^a-z0-9-]/g, "-")}`.slice(0, 50).replace(/-+$/, "");
}
