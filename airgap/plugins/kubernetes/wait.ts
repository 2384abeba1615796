import { setTimeout as pause } from "node:timers/promises";
import type { Say } from "../rpc/plugin";
import { bags, isBag, number, text, word, type Bag, type Value } from "../rpc/values";
import type { ClusterApi } from "./cluster";
import type { Kind } from "./kinds";

/** As the official plugin's own. */
const READY_SECONDS = 600;
const GONE_SECONDS = 600;
const BETWEEN_MS = 500;

/** A map within one; empty where there is none. */
const part = (value: Value | undefined, key: string): Bag => {
  const inner = isBag(value) ? value[key] : undefined;
  return isBag(inner) ? inner : {};
};

/** Waits as the official plugin does. @returns the object as it is then; undefined: there is nothing to wait for */
export async function untilReady(api: ClusterApi, kind: Kind, path: string, applied: Bag, say: Say): Promise<Bag | undefined> {
  if (word(part(part(applied, "metadata"), "annotations")["pulumi.com/skipAwait"]) === "true") return undefined;
  const waits = verdicts[kind.kind];
  if (waits === undefined) return undefined;
  const deadline = Date.now() + READY_SECONDS * 1000;
  for (;;) {
    const live = await api.get(path);
    const name = word(part(applied, "metadata").name);
    if (live === undefined) throw new Error(`${kind.kind} ${name} was deleted while it was waited for`);
    const { failed, missing } = waits(live);
    if (failed === undefined && missing === undefined) return live;
    if (failed !== undefined || Date.now() > deadline) {
      const why = await podsSay(api, live);
      throw new Error(`${kind.kind} ${name} ${failed ?? `is not ready after ${READY_SECONDS} s: ${missing ?? ""}`}${why === "" ? "" : `\n${why}`}`);
    }
    say(missing ?? "");
    await pause(BETWEEN_MS);
  }
}

export async function untilGone(api: ClusterApi, what: string, path: string): Promise<void> {
  const deadline = Date.now() + GONE_SECONDS * 1000;
  while ((await api.get(path)) !== undefined) {
    if (Date.now() > deadline) throw new Error(`${what} is still there after ${GONE_SECONDS} s: something keeps it (kubectl describe says what)`);
    await pause(BETWEEN_MS);
  }
}

/** Neither: it is ready. */
interface Verdict {
  readonly failed?: string;
  readonly missing?: string;
}

const verdicts: Readonly<Record<string, (live: Bag) => Verdict>> = {
  Namespace: ({ status }) => (isBag(status) && status.phase === "Active" ? {} : { missing: "not active yet" }),
  PersistentVolumeClaim: ({ status }) => (isBag(status) && status.phase === "Bound" ? {} : { missing: "not bound yet" }),
  Service: (live) => {
    const spec = part(live, "spec");
    if (spec.type !== "LoadBalancer") return spec.clusterIP === "None" ? {} : { failed: "of this kind is waited for by the official plugin alone: add it in airgap/plugins/kubernetes/wait.ts" };
    return bags(part(part(live, "status"), "loadBalancer").ingress).length > 0 ? {} : { missing: "the balancer has no address yet" };
  },
  Deployment: (live) => {
    const [wanted, seen] = counts(live);
    const status = part(live, "status");
    const late = bags(status.conditions).find(({ reason, type }) => type === "Progressing" && reason === "ProgressDeadlineExceeded");
    const { availableReplicas: available = 0, replicas = 0, updatedReplicas: updated = 0 } = status;
    if (seen && updated === wanted && available === wanted && replicas === wanted) return {};
    // Of the generation before, it is no news.
    if (seen && late !== undefined) return { failed: `makes no headway: ${word(late.message)}; what ran before serves on` };
    return { missing: `${word(updated)} of ${wanted} pods are new, ${word(available)} available` };
  },
  StatefulSet: (live) => {
    const [wanted, seen] = counts(live);
    const { currentRevision, readyReplicas: ready = 0, updateRevision } = part(live, "status");
    if (seen && ready === wanted && currentRevision === updateRevision) return {};
    return { missing: `${word(ready)} of ${wanted} pods are ready` };
  },
};

/** Pods that are wanted, and whether the controller knows of this generation. */
function counts(live: Bag): [number, boolean] {
  const seen = number(part(live, "status").observedGeneration) ?? 0;
  return [number(part(live, "spec").replicas) ?? 1, seen >= (number(part(live, "metadata").generation) ?? 0)];
}

/** Of the pods that aren't ready: why not, and their last words. */
async function podsSay(api: ClusterApi, live: Bag): Promise<string> {
  const namespace = word(part(live, "metadata").namespace);
  const labels = part(part(live, "spec"), "selector").matchLabels;
  if (!isBag(labels)) return "";
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${word(value)}`).join(",");
  const pods = await api.list(`/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`).catch(() => []);
  const unready = pods.filter((pod) => !bags(part(pod, "status").conditions).some(({ status, type }) => type === "Ready" && status === "True"));
  const said = await Promise.all(
    unready.slice(0, 3).map(async (pod) => {
      const name = word(part(pod, "metadata").name);
      const conditions = bags(part(pod, "status").conditions).flatMap(({ message }) => text(message) ?? []);
      const waiting = bags(part(pod, "status").containerStatuses).map(({ state }) => part(state, "waiting")).flatMap(({ message, reason }) => (reason === undefined ? [] : [`${word(reason)} ${word(message)}`.trim()]));
      return [`${name}: ${[...waiting, ...conditions].join("; ")}`, await api.log(namespace, name).catch(() => "")].filter((line) => line !== "").join("\n");
    }),
  );
  // A quota, or Pod Security: no pod ever came.
  const reasons = pods.length > 0 ? [] : bags(part(live, "status").conditions).flatMap(({ message, status }) => (status === "True" || text(message) === undefined ? [] : [word(message)]));
  return [...said, ...reasons].join("\n");
}
