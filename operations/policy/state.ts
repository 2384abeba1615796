import type { StateResource } from "../../policies/rule";
import { namesSecret } from "../../policies/view/secretNames";
import { isSecret } from "../state";

interface Kept {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly delete?: boolean;
  readonly protect?: boolean;
  readonly created?: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

/** Code of dynamic providers, and what the engine adds. */
const notSettings = new Set(["__provider", "__defaults", "__meta"]);

/**
 * What `pulumi stack export --show-secrets` says a stack is made of, as policies look at it: values in place of secrets, and
 * beside them which of them the state keeps encrypted. Never printed, never written to a file.
 */
export function stateResources(exported: string): readonly StateResource[] {
  const { deployment } = JSON.parse(exported) as { readonly deployment: { readonly resources?: readonly Kept[] } };
  // What is leaving is judged no more; components have no inputs of their own.
  return (deployment.resources ?? []).filter((kept) => kept.custom === true && kept.delete !== true && !kept.type.startsWith("pulumi:")).map((kept) => {
    const clear: { path: string; value: string }[] = [];
    const secrets = new Set<string>();
    const props = open(kept.inputs ?? {}, "inputs", false, clear, secrets);
    open(kept.outputs ?? {}, "outputs", false, clear, secrets);
    return {
      type: kept.type, name: kept.urn.slice(kept.urn.lastIndexOf("::") + 2), props: props as StateResource["props"], protect: kept.protect === true,
      ...(kept.created === undefined ? {} : { created: new Date(kept.created) }), inTheClear: clear, secrets: [...secrets],
    };
  });
}

function open(value: unknown, path: string, isHidden: boolean, clear: { path: string; value: string }[], secrets: Set<string>): unknown {
  if (typeof value === "string") {
    if (isHidden) secretsIn(value, path).forEach((secret) => secrets.add(secret));
    else clear.push({ path, value });
    return value;
  }
  if (Array.isArray(value)) return value.map((inner, index) => open(inner, `${path}[${index}]`, isHidden, clear, secrets));
  if (typeof value !== "object" || value === null) return value;
  const marked = value as Readonly<Record<string, unknown>>;
  if (isSecret(marked)) return open(typeof marked["plaintext"] === "string" ? plain(marked["plaintext"]) : "", path, true, clear, secrets);
  return Object.fromEntries(Object.entries(marked).filter(([key]) => !notSettings.has(key)).map(([key, inner]) => [key, open(inner, `${path}.${key}`, isHidden, clear, secrets)]));
}

/** A provider may mark all of a resource as secret, an image's name with it: what is one is told by what it is called. */
function secretsIn(value: string, path: string): string[] {
  const [, variable, given = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(value) ?? [];
  if (variable !== undefined) return namesSecret(variable) ? [given] : [];
  // What @pulumi/random has made is its result.
  return path === "outputs.result" || namesSecret(path.split(".").at(-1) ?? "") ? [value] : [];
}

function plain(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
