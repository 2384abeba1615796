import type { Ended, Engine, ExecOptions, Volume } from "../engine";
import { Problem } from "../problem";
import { kubectl, must, type Cluster } from "./kubectl";
import { refusals } from "./refusals";

/**
 * What of an engine a cluster is: commands run in pods, and marks are kept, as ConfigMaps beside the edge. A command that
 * needs more is refused before it does anything, with what does the same by kubectl.
 * @param command `logs`; absent: of none
 */
export function connectCluster(stack: string, cluster: Cluster, command: string | undefined): Engine {
  const instead = command === undefined ? undefined : refusals[command];
  if (instead !== undefined) throw refusal(`stackbook ${command ?? ""} doesn't work on Kubernetes yet`, stack, cluster, instead);
  const no = (what: string) => (): never => {
    throw refusal(`${what} is not to be had on Kubernetes`, stack, cluster, ["kubectl get pods -A -l stackbook.stack={stack}"]);
  };
  const namespace = `${cluster.namespacePrefix}-edge`;
  return {
    exec: (container, words, line, options) => exec(cluster, container, words, line, options),
    volumes: (labels) => marks(cluster, namespace, labels["stackbook.lock"] ?? ""),
    createVolume: (name, labels) => createMark(cluster, namespace, name, labels),
    removeVolume: async (name) => void (await must(cluster, ["--namespace", namespace, "delete", "configmap", name, "--ignore-not-found"])),
    interact: no("a terminal"), tunnel: no("a tunnel"), containers: no("a list of containers"), inspect: no("a look at a container"), logs: no("a container's log"),
    stats: no("what a container uses"), start: no("starting a container"), stop: no("stopping a container"), kill: no("a signal"), restart: no("restarting a container"),
    setRestart: no("a restart policy"), inspectWhole: no("a look at a container"), connect: no("a network"), disconnect: no("a network"),
    image: no("an image of the engine"), pull: no("pulling an image"), registryDigest: no("asking a registry"), archive: no("a container's files"), processes: no("a list of processes"),
  };
}

function refusal(what: string, stack: string, { context, kubeconfig, namespacePrefix }: Cluster, instead: readonly string[]): Problem {
  const where = `${kubeconfig === undefined ? "" : ` --kubeconfig ${kubeconfig}`}${context === undefined ? "" : ` --context ${context}`}`;
  return new Problem(what, instead.map((line) => line.replaceAll("{prefix}", namespacePrefix).replaceAll("{stack}", stack).replaceAll(/\bkubectl (?=-|get|exec|scale)/g, `kubectl${where} `)));
}

/** @param container `<namespace>/<Deployment>`, as stack outputs have it */
async function exec(cluster: Cluster, container: string, command: readonly string[], line: string, options: ExecOptions = {}): Promise<Ended> {
  const [namespace = "", deployment] = container.split("/");
  if (deployment === undefined) throw new Problem(`${container} is no Deployment in a namespace`, ["Run pulumi up with this version of Stackbook: its outputs say where things are."]);
  const { env, onProgress, timeoutSeconds, user } = options;
  if (env !== undefined || user !== undefined) throw new Problem("kubectl runs commands with the container's own user and environment", [`kubectl --namespace ${namespace} exec -it deploy/${deployment} -- sh`]);
  return kubectl(cluster, ["--namespace", namespace, "exec", "--stdin", `deploy/${deployment}`, "--", ...command], {
    input: `${line}\n`,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  });
}

interface Mark {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

async function marks(cluster: Cluster, namespace: string, lock: string): Promise<readonly Volume[]> {
  const { items } = JSON.parse(await must(cluster, ["--namespace", namespace, "get", "configmaps", "--selector", `stackbook.lock=${lock}`, "--output", "json"])) as { readonly items: readonly Mark[] };
  return items.map(({ data = {}, metadata }) => ({ name: metadata.name, labels: data }));
}

/** One of a name however many ask at once; nothing happens where there is one. */
async function createMark(cluster: Cluster, namespace: string, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { "stackbook.lock": labels["stackbook.lock"] ?? "" } }, data: labels };
  const { code, err } = await kubectl(cluster, ["--namespace", namespace, "create", "--filename", "-"], { input: JSON.stringify(map) });
  if (code !== 0 && !err.includes("AlreadyExists")) throw new Problem(`the stack's lock can't be kept in ${namespace}`, err.trim().split("\n").slice(-3));
}
