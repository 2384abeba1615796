import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesContext } from "./context";
import type { Labels } from "./labels";

export interface ContentArgs {
  /** `backend-a`; the content's digest comes after it. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly labels: Labels;
  readonly data: pulumi.Input<Readonly<Record<string, string>>>;
}

/**
 * Named by its content, and never changed: pods that use it are rolled when it is another one, those before still find
 * theirs, and it goes when the last of them has gone.
 * @returns its name
 */
export function createSecret(context: KubernetesContext, resource: string, args: ContentArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const secret = new Secret(resource, { metadata: metadataOf(context, args), type: "Opaque", immutable: true, stringData: pulumi.secret(args.data) }, context.options(opts));
  return secret.metadata.name;
}

export function createConfigMap(context: KubernetesContext, resource: string, args: ContentArgs, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const map = new ConfigMap(resource, { metadata: metadataOf(context, args), immutable: true, data: args.data }, context.options(opts));
  return map.metadata.name;
}

function metadataOf(context: KubernetesContext, { data, labels, name, namespace }: ContentArgs): pulumi.Input<ReturnType<KubernetesContext["metadata"]>> {
  // No secret itself: forty bits of a digest of content that holds at least one long random password.
  const named = pulumi.unsecret(pulumi.output(data).apply((content) => `${name}-${digestOf(content)}`));
  return context.metadata(named, labels, { namespace });
}

/** The same for the same content, whatever the order of its names. */
export function digestOf(content: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 10);
}

/** Of one service, without permissions and without a token. @returns its name */
export function createServiceAccount(context: KubernetesContext, resource: string, namespace: pulumi.Input<string>, labels: Labels, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const account = context.oneOf(
    `${resource}-account`,
    () => new ServiceAccount(`${resource}-account`, { metadata: context.metadata(labels.service, labels, { namespace }), automountServiceAccountToken: false }, context.options(opts)),
  );
  return account.metadata.name;
}
