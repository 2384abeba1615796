import { configFiles, dockerContainer, dockerTask, kubernetesKind, type Resource } from "../rule";
import { containersOf } from "./container";
import { pairsAt } from "./values";

/** A file that a program reads, as the stack writes it. */
export interface WrittenText {
  /** `prometheus.yml`, `HAPROXY_CFG` */
  readonly name: string;
  readonly text: string;
}

/** Configuration that a resource holds: files of a volume, of a ConfigMap, and what a task is told. */
export function textsOf(resource: Resource): readonly WrittenText[] {
  const { type, props } = resource;
  const named = (...path: string[]): WrittenText[] => pairsAt(props, ...path).map(([name, text]) => ({ name, text }));
  if (type === configFiles) return named("files");
  const kind = kubernetesKind(type);
  if (kind === "ConfigMap") return named("data");
  if (kind === "Secret") return [...named("stringData"), ...pairsAt(props, "data").map(([name, text]) => ({ name, text: Buffer.from(text, "base64").toString("utf8") }))];
  if (type === dockerTask || type === dockerContainer) {
    return containersOf(resource).flatMap(({ env }) => env.flatMap(({ name, value }) => (typeof value === "string" ? [{ name, text: value }] : [])));
  }
  return [];
}

/** HAProxy's configuration, cut into its sections. */
export interface EdgeText {
  /** `global`, `frontend https from web`, ... with the lines under it. */
  readonly sections: readonly { readonly head: string; readonly lines: readonly string[] }[];
}

export function edgesOf(resource: Resource): readonly EdgeText[] {
  const read = edges.get(resource) ?? readEdges(resource);
  edges.set(resource, read);
  return read;
}

/** Five rules look at each. */
const edges = new WeakMap<Resource, readonly EdgeText[]>();

function readEdges(resource: Resource): readonly EdgeText[] {
  return textsOf(resource).filter(({ text }) => /^global\b/m.test(text) && /^frontend\s/m.test(text)).map(({ text }) => ({ sections: sectionsOf(text) }));
}

function sectionsOf(text: string): EdgeText["sections"] {
  const sections: { head: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    if (/^\S/.test(line)) sections.push({ head: line.trim(), lines: [] });
    else sections.at(-1)?.lines.push(line.trim());
  }
  return sections;
}

/** What answers visitors with TLS: its port for probes alone counts as well, as it is the same section. */
export const encrypted = ({ sections }: EdgeText): EdgeText["sections"] => sections.filter(({ head, lines }) => head.startsWith("frontend ") && lines.some((line) => /^bind\b.*\sssl(\s|$)/.test(line)));

/** What answers them without, less the edge's own page for probes and figures, whose port nobody publishes. */
export const plain = ({ sections }: EdgeText): EdgeText["sections"] =>
  sections.filter(({ head, lines }) => head.startsWith("frontend ") && !/^frontend (admin|stats|metrics|status)\b/.test(head) && lines.some((line) => /^bind\b/.test(line) && !/\sssl(\s|$)/.test(line)));

/** Systems that it serves. */
export function servedSystems({ sections }: EdgeText): readonly string[] {
  return [...new Set(sections.flatMap(({ lines }) => lines.flatMap((line) => /set-var\(txn\.system\) str\(([a-z0-9-]+)\)/.exec(line)?.[1] ?? [])))];
}
