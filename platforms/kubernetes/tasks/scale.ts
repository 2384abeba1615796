/**
 * Stopping Deployments while a task exchanges what they use. How many pods each had is written on itself, so that an update
 * that is cut off leaves the cluster knowing, and the next one starts what still stands.
 * These functions are serialised into the state, like those of `api/client.ts`.
 */
import { call, connect, messageOf, type Cluster, type ClusterRef } from "../api/client";

export interface Stopping {
  readonly namespace: string;
  /** Labels of the Deployments, which are their pods' as well. */
  readonly stops: Readonly<Record<string, string>>;
}

interface Found {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly replicas?: number };
}

function heldAnnotation(): string {
  return "stackbook.dev/held";
}

async function listed(cluster: Cluster, path: string, { stops }: Stopping): Promise<readonly Found[]> {
  const selector = Object.entries(stops).map(([label, value]) => `${label}=${value}`).join(",");
  const answer = await call(cluster, "GET", `${path}?labelSelector=${encodeURIComponent(selector)}`);
  if (answer.status !== 200) throw new Error(`what is to be stopped can't be listed: ${messageOf(answer)}`);
  return (JSON.parse(answer.text) as { readonly items?: readonly Found[] }).items ?? [];
}

function deploymentsOf({ namespace }: Stopping): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments`;
}

async function patch(cluster: Cluster, stopping: Stopping, name: string, held: string | null, replicas: number | undefined): Promise<void> {
  const body = { metadata: { annotations: { [heldAnnotation()]: held } }, ...(replicas === undefined ? {} : { spec: { replicas } }) };
  const answer = await call(cluster, "PATCH", `${deploymentsOf(stopping)}/${name}?fieldManager=stackbook`, body, { contentType: "application/merge-patch+json" });
  // One that has gone needs neither.
  if (answer.status >= 300 && answer.status !== 404) throw new Error(`Deployment ${name} could not be scaled: ${messageOf(answer)}`);
}

async function heldOnes(cluster: Cluster, stopping: Stopping): Promise<readonly Found[]> {
  const found = await listed(cluster, deploymentsOf(stopping), stopping);
  return found.filter(({ metadata }) => metadata.annotations?.[heldAnnotation()] !== undefined);
}

/** All of them, to their last pod: what still runs must not be worked beside. */
export async function stopAll(cluster: Cluster, stopping: Stopping): Promise<void> {
  for (const { metadata, spec } of await listed(cluster, deploymentsOf(stopping), stopping)) {
    // Of an update that was cut off: the number it had is written down already.
    const held = metadata.annotations?.[heldAnnotation()] ?? String(spec?.replicas ?? 1);
    await patch(cluster, stopping, metadata.name, held, 0);
  }
  const deadline = Date.now() + 180_000;
  for (;;) {
    const pods = await listed(cluster, `/api/v1/namespaces/${stopping.namespace}/pods`, stopping);
    if (pods.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${pods.map(({ metadata }) => metadata.name).join(", ")} did not end within 180 s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** As many as can be: each one serves somebody. */
export async function startAgain(cluster: Cluster, stopping: Stopping): Promise<void> {
  const held = await heldOnes(cluster, stopping);
  const ended = await Promise.allSettled(held.map(({ metadata }) => patch(cluster, stopping, metadata.name, null, Number(metadata.annotations?.[heldAnnotation()] ?? 1))));
  const reasons = ended.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []));
  if (reasons.length > 0) throw new Error(`what was stopped could not be started again: ${reasons.join("; ")}`);
}

/** They stay as they are: what comes next brings the number of its pods along. */
export async function letGo(cluster: Cluster, stopping: Stopping): Promise<void> {
  for (const { metadata } of await heldOnes(cluster, stopping)) await patch(cluster, stopping, metadata.name, null, undefined);
}

/** False also where the cluster can't be asked: a preview needs none, and an update says so by itself. */
export async function leftBehind(ref: ClusterRef, stopping: Stopping): Promise<boolean> {
  const found = connect(ref).then((cluster) => heldOnes(cluster, stopping)).then((held) => held.length > 0, () => false);
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 3000).unref());
  return Promise.race([found, late]);
}
