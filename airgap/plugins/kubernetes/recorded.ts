import { recorder } from "../recorder/recorder";
import type { Plugin } from "../rpc/plugin";
import { isBag, text } from "../rpc/values";

/** For tests: what is "created" exists in their state alone. */
export function recorded(version: string): Plugin {
  return recorder({
    name: "kubernetes",
    version,
    // A change of name or kind makes another object; the rest is applied to the one there is.
    replaces: (path) => path === "kind" || path === "apiVersion",
    madeUp({ name }, digest, inputs) {
      const metadata = isBag(inputs.metadata) ? inputs.metadata : {};
      const namespace = text(metadata.namespace) ?? "default";
      const called = text(metadata.name) ?? `${name}-${digest.slice(0, 7)}`;
      const uid = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      return { id: `${namespace}/${called}`, outputs: { metadata: { ...metadata, name: called, namespace, uid } } };
    },
  });
}
