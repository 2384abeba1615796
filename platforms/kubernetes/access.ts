import { ConfigError, type Problem } from "../../config/errors";
import type { StackConfig } from "../../config/types";
import { call, connect, kubeconfigFiles, messageOf, type Cluster, type ClusterRef } from "./api/client";

/** What an update does to what, by API group; "" is the core. */
const needed: readonly { readonly group: string; readonly resources: readonly string[]; readonly verbs: readonly string[] }[] = [
  { group: "", resources: ["namespaces", "services", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"], verbs: ["get", "create", "patch", "delete"] },
  { group: "", resources: ["pods", "events"], verbs: ["list"] },
  { group: "", resources: ["pods/log"], verbs: ["get"] },
  { group: "apps", resources: ["deployments", "statefulsets"], verbs: ["get", "list", "create", "patch", "delete"] },
  { group: "batch", resources: ["jobs"], verbs: ["get", "list", "create", "delete"] },
  { group: "networking.k8s.io", resources: ["networkpolicies"], verbs: ["get", "create", "patch", "delete"] },
  { group: "policy", resources: ["poddisruptionbudgets"], verbs: ["get", "create", "patch", "delete"] },
  { group: "autoscaling", resources: ["horizontalpodautoscalers"], verbs: ["get", "create", "patch", "delete"] },
];

/** The oldest version whose probes and lifecycle hooks are all that is used here. */
const oldest = { major: 1, minor: 30 };

/** @throws ConfigError before anything is made: no kubeconfig, no such context, nobody answers, too old, or what may not be done, each named */
export async function checkAccess({ kubernetes, stack }: Pick<StackConfig, "kubernetes" | "stack">): Promise<void> {
  const source = `Pulumi.${stack}.yaml`;
  const refuse = (...problems: Problem[]): never => {
    throw new ConfigError(problems, source);
  };
  const ref: ClusterRef = kubernetes ?? {};
  const at = ref.kubeconfig === undefined ? kubeconfigFiles(ref).join(":") : ref.kubeconfig;
  const cluster = await connect(ref).catch((error: unknown) =>
    refuse({
      path: ref.context === undefined ? "kubernetes.kubeconfig" : "kubernetes.context",
      given: `of no use (${textOf(error)})`,
      allowed: "a kubeconfig's file and context",
      fix: "name the file by kubernetes.kubeconfig, and the context by kubernetes.context; `kubectl config get-contexts` shows what there is",
    }),
  );
  const version = await call(cluster, "GET", "/version", undefined, { timeoutSeconds: 10 }).catch((error: unknown) => textOf(error));
  if (typeof version === "string" || version.status !== 200) {
    const why = typeof version === "string" ? version : messageOf(version);
    refuse({ path: "kubernetes", given: `a cluster that doesn't answer (${cluster.server}: ${why})`, allowed: "a cluster that answers", fix: `see that \`kubectl version\` works with ${at}${ref.context === undefined ? "" : ` and context ${ref.context}`} on this machine: address, network, certificate, login` });
    return;
  }
  const { gitVersion = "", major = "0", minor = "0" } = JSON.parse(version.text) as { readonly gitVersion?: string; readonly major?: string; readonly minor?: string };
  if (Number.parseInt(major, 10) < oldest.major || (Number.parseInt(major, 10) === oldest.major && Number.parseInt(minor, 10) < oldest.minor)) {
    refuse({ path: "kubernetes", given: `a cluster of version ${gitVersion}`, allowed: `${oldest.major}.${oldest.minor} or newer`, fix: `use ${oldest.major}.${oldest.minor} or newer` });
  }
  const missing = await missingPermissions(cluster);
  if (missing.length > 0) {
    refuse(
      ...missing.map((what) => ({ path: "kubernetes.context", given: `without permission to ${what}`, allowed: "permission", fix: "have a role with it bound to who logs in, or name another context; docs/kubernetes.md has the whole role" })),
    );
  }
}

/** `create jobs.batch`, each that is refused. */
async function missingPermissions(cluster: Cluster): Promise<string[]> {
  // Who may do everything is asked once.
  if (await allowed(cluster, "*", "*", "*")) return [];
  const wanted = needed.flatMap(({ group, resources, verbs }) => resources.map((resource) => ({ group, resource, verbs })));
  const refused = await Promise.all(
    wanted.map(async ({ group, resource, verbs }) => {
      const answers = await Promise.all(verbs.map((verb) => allowed(cluster, verb, group, resource)));
      const lacking = verbs.filter((_, i) => answers[i] === false);
      return lacking.length === 0 ? [] : [`${lacking.join(", ")} ${resource}${group === "" ? "" : `.${group}`}`];
    }),
  );
  return refused.flat();
}

async function allowed(cluster: Cluster, verb: string, group: string, named: string): Promise<boolean> {
  const [resource = "", subresource] = named.split("/");
  const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) } } };
  const answer = await call(cluster, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
  if (answer.status >= 300) throw new Error(`the cluster doesn't say what may be done there: ${messageOf(answer)}`);
  return (JSON.parse(answer.text) as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
