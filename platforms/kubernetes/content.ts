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
  return secretOf(context, resource, args, opts).metadata.name;
}

function secretOf(context: KubernetesContext, resource: string, args: ContentArgs, opts: pulumi.CustomResourceOptions): Secret {
  return new Secret(resource, { metadata: metadataOf(context, args), type: "Opaque", immutable: true, stringData: pulumi.secret(args.data) }, context.options(opts));
}

/** Files by their paths below one folder. */
export interface SecretFiles {
  readonly secret: pulumi.Output<string>;
  readonly items: pulumi.Output<{ key: string; path: string }[]>;
  readonly written: pulumi.Resource;
}

/**
 * A Secret of files, to be mounted by its items.
 * @param isSteady one name for whatever is in it: pods that have it get what it holds now, within a minute or two
 */
export function createSecretFiles(context: KubernetesContext, resource: string, args: ContentArgs, opts: pulumi.CustomResourceOptions, isSteady = false): SecretFiles {
  const files = pulumi.output(args.data);
  const { labels, name, namespace } = args;
  const data = files.apply(keyed);
  const written = isSteady ? new Secret(resource, { metadata: context.metadata(name, labels, { namespace }), type: "Opaque", stringData: pulumi.secret(data) }, context.options(opts)) : secretOf(context, resource, { ...args, data }, opts);
  // Which they are is no secret, only what is in them.
  return { written, secret: written.metadata.name, items: pulumi.unsecret(files.apply((content) => itemsOf(Object.keys(content)))) };
}

/** A key may have no slash in it. */
const keyOf = (path: string): string => path.replaceAll("/", "_");

/** 0440: keys are among them. */
export const ownersAndGroups = 0o440;

/** Files by the keys that a ConfigMap or Secret has them under. */
export function keyed(content: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(content).map(([path, text]) => [keyOf(path), text]));
}

/** Where each of them is mounted. */
export function itemsOf(paths: readonly string[]): { key: string; path: string }[] {
  return [...paths].sort().map((path) => ({ key: keyOf(path), path }));
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
    () => {
      const pull = pullSecretOf(context, namespace, labels, opts);
      return new ServiceAccount(
        `${resource}-account`,
        { metadata: context.metadata(labels.service, labels, { namespace }), automountServiceAccountToken: false, ...(pull === undefined ? {} : { imagePullSecrets: [{ name: pull }] }) },
        context.options(opts),
      );
    },
  );
  return account.metadata.name;
}

/** One for each namespace, by one name: another login is there for the next pod, and rolls none. */
function pullSecretOf(context: KubernetesContext, namespace: pulumi.Input<string>, { system }: Labels, opts: pulumi.CustomResourceOptions): pulumi.Output<string> | undefined {
  const { pullSecret } = context.settings;
  if (pullSecret === undefined) return undefined;
  const resource = `${system === "stack" ? "edge" : system}-registry`;
  const secret = context.oneOf(
    resource,
    () =>
      new Secret(
        resource,
        { metadata: context.metadata("registry", context.labels(system, "registry", "network"), { namespace }), type: "kubernetes.io/dockerconfigjson", stringData: { ".dockerconfigjson": new pulumi.Config(pullSecret.namespace).requireSecret(pullSecret.key) } },
        context.options(opts),
      ),
  );
  return secret.metadata.name;
}
