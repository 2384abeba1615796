import { serve } from "../rpc/server";
import { isBag, text } from "../rpc/values";
import { recorder } from "./recorder";

serve(
  recorder({
    name: "kubernetes",
    version: "4.34.2",
    // A change of name or kind makes another object; the rest is applied to the one there is.
    replaces: (path) => path === "kind" || path === "apiVersion",
    madeUp({ name }, digest, inputs) {
      const metadata = isBag(inputs.metadata) ? inputs.metadata : {};
      const namespace = text(metadata.namespace) ?? "default";
      const called = text(metadata.name) ?? `${name}-${digest.slice(0, 7)}`;
      const uid = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      return { id: `${namespace}/${called}`, outputs: { metadata: { ...metadata, name: called, namespace, uid } } };
    },
  }),
);
