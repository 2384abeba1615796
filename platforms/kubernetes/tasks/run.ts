/**
 * One run of a task on the cluster. These functions are serialised into the state, like those of `api/client.ts`.
 */
import type * as crypto from "node:crypto";
import { call, connect, messageOf, type Cluster, type ClusterRef } from "../api/client";
import { letGo, startAgain, stopAll, type Stopping } from "./scale";

export interface JobInputs {
  cluster: ClusterRef;
  namespace: string;
  name: string;
  image: string;
  command: string[];
  env: Record<string, string>;
  claims?: { claim: string; path: string; readOnly: boolean }[];
  files?: { secret: string; items: { key: string; path: string }[]; path: string }[];
  user: string;
  serviceAccount: string;
  labels: Record<string, string>;
  together?: Record<string, string>;
  memoryMiB: number;
  timeoutSeconds: number;
  title: string;
  triggers?: string[];
  onlyOnTriggers?: boolean;
  previousTrigger?: string;
  stops?: Record<string, string>;
  isResting?: boolean;
  idle?: boolean;
}

interface Listed<T> {
  readonly items?: readonly T[];
}
interface Named {
  readonly metadata: { readonly name: string };
}
interface Pod extends Named {
  readonly status?: { readonly phase?: string; readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string }; readonly terminated?: { readonly exitCode?: number } } }[] };
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Of the Job and of the Secret that holds its environment. */
function manifests(inputs: JobInputs, name: string, env: Record<string, string>): { job: object; secret: object } {
  const [uid = 0, gid = 0] = inputs.user.split(":").map(Number);
  const metadata = { name, namespace: inputs.namespace, labels: { ...inputs.labels, "stackbook.task": inputs.name } };
  const claims = (inputs.claims ?? []).map((claim, i) => ({ ...claim, volume: `claim-${i}` }));
  const files = (inputs.files ?? []).map((folder, i) => ({ ...folder, volume: `files-${i}` }));
  const affinity = inputs.together === undefined ? {} : { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: inputs.together } }] } } };
  return {
    secret: { apiVersion: "v1", kind: "Secret", metadata, immutable: true, stringData: env },
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata,
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: inputs.timeoutSeconds,
        // Should this process be killed, the cluster clears up after it.
        ttlSecondsAfterFinished: 3600,
        template: {
          metadata: { labels: metadata.labels },
          spec: {
            restartPolicy: "Never",
            serviceAccountName: inputs.serviceAccount,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, fsGroup: gid, fsGroupChangePolicy: "OnRootMismatch", seccompProfile: { type: "RuntimeDefault" } },
            ...affinity,
            containers: [
              {
                name: "task",
                image: inputs.image,
                command: inputs.command,
                envFrom: [{ secretRef: { name } }],
                resources: { requests: { cpu: "50m", memory: `${inputs.memoryMiB}Mi` }, limits: { cpu: "1", memory: `${inputs.memoryMiB}Mi` } },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
                volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...claims.map(({ path, readOnly, volume }) => ({ name: volume, mountPath: path, readOnly })), ...files.map(({ path, volume }) => ({ name: volume, mountPath: path, readOnly: true }))],
              },
            ],
            volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Gi" } }, ...claims.map(({ claim, volume }) => ({ name: volume, persistentVolumeClaim: { claimName: claim } })), ...files.map(({ items, secret, volume }) => ({ name: volume, secret: { secretName: secret, defaultMode: 0o440, items } }))],
          },
        },
      },
    },
  };
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function listed<T>(cluster: Cluster, path: string): Promise<readonly T[]> {
  const answer = await call(cluster, "GET", path);
  if (answer.status !== 200) throw new Error(messageOf(answer));
  return (JSON.parse(answer.text) as Listed<T>).items ?? [];
}

/** Of an update that was cut off: never two runs at once. */
async function clear(cluster: Cluster, inputs: JobInputs): Promise<void> {
  const selector = `?labelSelector=${encodeURIComponent(`stackbook.task=${inputs.name}`)}`;
  const jobs = `/apis/batch/v1/namespaces/${inputs.namespace}/jobs`;
  const secrets = `/api/v1/namespaces/${inputs.namespace}/secrets`;
  for (const { metadata } of await listed<Named>(cluster, jobs + selector)) await call(cluster, "DELETE", `${jobs}/${metadata.name}?propagationPolicy=Foreground`);
  for (let i = 0; i < 120 && (await listed<Named>(cluster, jobs + selector)).length > 0; i++) await pause(500);
  for (const { metadata } of await listed<Named>(cluster, secrets + selector)) await call(cluster, "DELETE", `${secrets}/${metadata.name}`);
}

async function podsOf(cluster: Cluster, inputs: JobInputs, name: string): Promise<readonly Pod[]> {
  return listed<Pod>(cluster, `/api/v1/namespaces/${inputs.namespace}/pods?labelSelector=${encodeURIComponent(`job-name=${name}`)}`);
}

/** The last lines that it wrote; "" where it never ran, or nobody has them. */
async function logOf(cluster: Cluster, inputs: JobInputs, name: string): Promise<string> {
  const pod = (await podsOf(cluster, inputs, name)).at(-1);
  if (pod === undefined) return "";
  const answer = await call(cluster, "GET", `/api/v1/namespaces/${inputs.namespace}/pods/${pod.metadata.name}/log?tailLines=20`);
  return answer.status === 200 ? answer.text.trimEnd() : "";
}

/** Why there is no log: what the cluster says of the pod that didn't come. */
async function eventsOf(cluster: Cluster, inputs: JobInputs, name: string): Promise<string> {
  const names = [name, ...(await podsOf(cluster, inputs, name)).map(({ metadata }) => metadata.name)];
  const found = await listed<{ readonly involvedObject?: { readonly name?: string }; readonly type?: string; readonly message?: string }>(cluster, `/api/v1/namespaces/${inputs.namespace}/events`);
  return [...new Set(found.filter(({ involvedObject, type }) => type === "Warning" && names.includes(involvedObject?.name ?? "")).map(({ message }) => message ?? ""))].slice(-5).join("\n");
}

/** Images that aren't there don't come by waiting. */
function hopeless(pods: readonly Pod[]): string | undefined {
  const waiting = pods.flatMap(({ status }) => status?.containerStatuses ?? []).map(({ state }) => state?.waiting);
  const found = waiting.find((state) => ["ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError"].includes(state?.reason ?? ""));
  return found === undefined ? undefined : `${found.reason ?? ""}: ${found.message ?? ""}`;
}

/** @returns how it ended, in words; undefined: well */
async function end(cluster: Cluster, inputs: JobInputs, name: string): Promise<string | undefined> {
  const deadline = Date.now() + (inputs.timeoutSeconds + 30) * 1000;
  for (;;) {
    const answer = await call(cluster, "GET", `/apis/batch/v1/namespaces/${inputs.namespace}/jobs/${name}`);
    if (answer.status === 404) return "was deleted while it ran";
    const { conditions = [] } = (answer.status === 200 ? (JSON.parse(answer.text) as { readonly status?: { readonly conditions?: readonly Condition[] } }).status : undefined) ?? {};
    if (conditions.some(({ status, type }) => type === "Complete" && status === "True")) return undefined;
    const failed = conditions.find(({ status, type }) => type === "Failed" && status === "True");
    if (failed?.reason === "DeadlineExceeded") return `did not end within ${inputs.timeoutSeconds} s`;
    const pods = await podsOf(cluster, inputs, name);
    if (failed !== undefined) {
      const code = pods.flatMap(({ status }) => status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.exitCode).find((exit) => exit !== undefined);
      return `failed${code === undefined ? ` (${failed.message ?? failed.reason ?? "no reason given"})` : ` with exit code ${code}`}`;
    }
    const never = hopeless(pods);
    if (never !== undefined) return `could not start (${never})`;
    if (Date.now() > deadline) return `did not end within ${inputs.timeoutSeconds} s`;
    await pause(500);
  }
}

function stoppingOf({ namespace, stops }: JobInputs): Stopping | undefined {
  return stops === undefined ? undefined : { namespace, stops };
}

/** Of an update that was cut off: its Job may still run, and what it has stopped still stands. */
export async function startWhatStands(inputs: JobInputs): Promise<void> {
  const cluster = await connect(inputs.cluster);
  const stopping = stoppingOf(inputs);
  await clear(cluster, inputs);
  if (stopping !== undefined) await startAgain(cluster, stopping);
}

export async function run(inputs: JobInputs, previous?: string): Promise<{ readonly result: string; readonly answer: string }> {
  const { createHash } = require("node:crypto") as typeof crypto;
  if (inputs.idle === true) return { result: "", answer: "" };
  if (inputs.isResting === true) {
    await startWhatStands(inputs);
    return { result: new Date().toISOString(), answer: "" };
  }
  const stopping = stoppingOf(inputs);
  const cluster = await connect(inputs.cluster);
  const env = { ...inputs.env, ...(inputs.previousTrigger === undefined || previous === undefined ? {} : { [inputs.previousTrigger]: previous }) };
  const name = `${inputs.name}-${createHash("sha256").update(JSON.stringify([inputs.image, inputs.command, env, inputs.triggers ?? []])).digest("hex").slice(0, 10)}`;
  const { job, secret } = manifests(inputs, name, env);
  const at = { secrets: `/api/v1/namespaces/${inputs.namespace}/secrets`, jobs: `/apis/batch/v1/namespaces/${inputs.namespace}/jobs` };
  await clear(cluster, inputs);
  try {
    if (stopping !== undefined) await stopAll(cluster, stopping);
    for (const [path, body] of [[at.secrets, secret], [at.jobs, job]] as const) {
      const made = await call(cluster, "POST", path, body);
      if (made.status >= 300) throw new Error(`${inputs.title} could not be started: ${messageOf(made)}`);
    }
    const trouble = await end(cluster, inputs, name);
    const log = await logOf(cluster, inputs, name);
    if (trouble !== undefined) {
      const said = log === "" ? await eventsOf(cluster, inputs, name) : log;
      throw new Error(`${inputs.title} ${trouble}${said === "" ? "; it left no log" : `; its last lines:\n${said}`}`);
    }
    if (stopping !== undefined) await letGo(cluster, stopping);
    return { result: new Date().toISOString(), answer: log.slice(log.lastIndexOf("\n") + 1) };
  } catch (error) {
    // Never both at once: what has not ended goes first.
    await clear(cluster, inputs).catch(() => undefined);
    const trouble = stopping === undefined ? "" : await startAgain(cluster, stopping).then(() => "", String);
    throw trouble === "" ? error : new Error(`${String(error)}\n${trouble}`);
  } finally {
    await call(cluster, "DELETE", `${at.jobs}/${name}?propagationPolicy=Background`).catch(() => undefined);
    await call(cluster, "DELETE", `${at.secrets}/${name}`).catch(() => undefined);
  }
}
