import { createHash } from "node:crypto";
import type { ChangeKind, CheckFailure, ResourceKind, Target } from "../rpc/plugin";
import { containsUnknown, isBag, sameValue, text, word, type Bag, type Value } from "../rpc/values";
import type { ClusterApi } from "./cluster";
import { folderOf, type Kind } from "./kinds";
import { untilGone, untilReady } from "./wait";

/** One kind of object, applied on the server's side under a manager of its own. */
export function objectKind(api: ClusterApi, kind: Kind): ResourceKind {
  const apply = async (target: Target, news: Bag, say: Parameters<ResourceKind["create"]>[2]): Promise<{ id: string; outputs: Bag }> => {
    const { name, namespace } = placeOf(news);
    const path = `${folderOf(kind, namespace)}/${name}`;
    const applied = await api.apply(path, managerOf(target), { ...news, apiVersion: kind.apiVersion, kind: kind.kind }).catch((error: unknown) => {
      throw new Error(`${kind.kind} ${kind.isNamespaced ? `${namespace}/` : ""}${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    const live = (await untilReady(api, kind, path, applied, say)) ?? applied;
    return { id: kind.isNamespaced ? `${namespace}/${name}` : name, outputs: outputsOf(news, live) };
  };

  return {
    check(_target, _olds, news) {
      // As the official plugin: both stand in the inputs.
      return { inputs: { ...news, apiVersion: kind.apiVersion, kind: kind.kind }, failures: failuresOf(kind, news) };
    },
    diff(_target, _id, oldInputs, _oldOutputs, news) {
      const paths = [...differences(oldInputs, news, "")];
      const isChanged = kind.kind === "Secret" && api.changesSecrets && oldInputs.immutable !== true && news.immutable !== true;
      const isReplaced = (path: string): boolean => [...["apiVersion", "kind", "metadata.name", "metadata.namespace"], ...(isChanged ? ["type"] : kind.replaces)].some((start) => path === start || path.startsWith(`${start}.`));
      const [before, after] = [placeOf(oldInputs), placeOf(news)];
      return {
        changes: Object.fromEntries(paths.map((path): [string, ChangeKind] => [path, isReplaced(path) ? "updateReplace" : "update"])),
        deleteBeforeReplace: before.name === after.name && before.namespace === after.namespace,
      };
    },
    preview: (news, olds) => ({ ...olds, ...news }),
    create: (target, news, say) => apply(target, news, say),
    update: async (target, _id, _olds, news, say) => (await apply(target, news, say)).outputs,
    async read(_target, id, inputs, outputs) {
      const [namespace, name] = kind.isNamespaced ? id.split("/") : ["", id];
      const live = await api.get(`${folderOf(kind, namespace ?? "")}/${name ?? ""}`);
      if (live === undefined) return undefined;
      return { inputs, outputs: { ...outputs, ...outputsOf(inputs, live) } };
    },
    async delete(_target, id) {
      const [namespace, name] = kind.isNamespaced ? id.split("/") : ["", id];
      const path = `${folderOf(kind, namespace ?? "")}/${name ?? ""}`;
      if (await api.delete(path)) await untilGone(api, `${kind.kind} ${id}`, path);
    },
  };
}

function failuresOf({ isNamespaced, kind }: Kind, news: Bag): CheckFailure[] {
  const metadata = isBag(news.metadata) ? news.metadata : {};
  const missing = ["name", ...(isNamespaced ? ["namespace"] : [])].filter((key) => metadata[key] === undefined && !containsUnknown(news.metadata));
  return missing.map((key) => ({ property: `metadata.${key}`, reason: `metadata.${key} of this ${kind} is missing: the stand-in plugin makes up no names; give one, or use the official plugin` }));
}

function placeOf(inputs: Bag): { readonly name: string; readonly namespace: string } {
  const metadata = isBag(inputs.metadata) ? inputs.metadata : {};
  return { name: word(metadata.name), namespace: text(metadata.namespace) ?? "default" };
}

/** One manager for each resource of the program, the same at every update. */
function managerOf({ urn }: Target): string {
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

/** What was asked for, and what the cluster knows besides; never a Secret's content in another form. */
function outputsOf(news: Bag, live: Bag): Bag {
  const { managedFields: _managed, ...metadata } = isBag(live.metadata) ? live.metadata : {};
  return { ...news, metadata, ...(live.status === undefined ? {} : { status: live.status }) };
}

/** Paths of what differs, as deep as both are maps. */
function* differences(olds: Value | undefined, news: Value | undefined, at: string): Generator<string> {
  if (isBag(olds) && isBag(news)) {
    for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
      if (!key.startsWith("__")) yield* differences(olds[key], news[key], at === "" ? key : `${at}.${key}`);
    }
  } else if (!sameValue(olds, news)) yield at;
}
