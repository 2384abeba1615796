import { spawn } from "node:child_process";
import type { Ended } from "../engine";
import { Problem } from "../problem";

/** How a stack's cluster is reached, and how its namespaces begin. */
export interface Cluster {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespacePrefix: string;
}

export interface KubectlOptions {
  readonly input?: string;
  readonly timeoutSeconds?: number;
  readonly onProgress?: (line: string) => void;
}

/** Runs kubectl as its user would: it knows every way to log in to a cluster. */
export async function kubectl(cluster: Cluster, args: readonly string[], { input = "", onProgress, timeoutSeconds = 60 }: KubectlOptions = {}): Promise<Ended> {
  const where = [...(cluster.kubeconfig === undefined ? [] : ["--kubeconfig", cluster.kubeconfig]), ...(cluster.context === undefined ? [] : ["--context", cluster.context])];
  return new Promise<Ended>((done, failed) => {
    const child = spawn("kubectl", [...where, ...args], { stdio: "pipe" });
    const said = { out: "", err: "", told: 0 };
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      failed(new Problem(`kubectl ${args.slice(0, 4).join(" ")} gave no answer within ${timeoutSeconds} s`, ["See that the cluster answers: kubectl version"]));
    }, timeoutSeconds * 1000);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.err += text;
      const whole = said.err.lastIndexOf("\n") + 1;
      if (onProgress !== undefined && whole > said.told) for (const line of said.err.slice(said.told, whole - 1).split("\n")) onProgress(line);
      said.told = Math.max(said.told, whole);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      failed(error.code === "ENOENT" ? new Problem("there is no kubectl on this machine, by which a stack on Kubernetes is reached", ["Install it: https://kubernetes.io/docs/tasks/tools/"]) : error);
    });
    child.on("close", (code) => {
      clearTimeout(late);
      done({ code: code ?? 1, out: said.out, err: said.err });
    });
    // Who ends without reading it says so by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** The same, for what must succeed. */
export async function must(cluster: Cluster, args: readonly string[], options?: KubectlOptions): Promise<string> {
  const { code, err, out } = await kubectl(cluster, args, options);
  if (code !== 0) throw new Problem(`kubectl ${args.slice(0, 4).join(" ")} failed`, err.trim().split("\n").slice(-5));
  return out;
}
