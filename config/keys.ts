import { systemIds, systems, type SystemId } from "../systems";
import { formatPath, type Path, type Problem } from "./errors";
import { unknownKey, type Located } from "./issues";
import { stackSchema } from "./schema";
import { nearest } from "./suggest";
import { isStructured, keysOf, step } from "./walk";

/** What Pulumi hands over: the stack's configuration as text, before anything is known about it. */
export interface RawConfig {
  readonly project: string;
  readonly stack: string;
  /** Full keys, `stackbook:systems`, with text; maps and lists as JSON. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: ReadonlySet<string>;
  /** Where the values come from, for messages: `Pulumi.prod.yaml`. */
  readonly source: string;
}

export interface SortedKeys {
  /** `stackbook:` keys without their namespace, decoded. */
  readonly stack: Record<string, unknown>;
  /** The other keys that are ours: `<system>:<name>`, `edge:<name>`, `alerts:<name>`, `backups:<name>` and `registry:<name>`. */
  readonly others: { readonly namespace: SystemId | "edge" | "alerts" | "backups" | "registry"; readonly key: string; readonly full: string }[];
  readonly problems: Located[];
}

/** Namespaces that other programs read: Pulumi itself and its providers. */
const foreign = new Set(["pulumi", "pulumi-nodejs", "docker", "aws", "kubernetes", "random"]);
const own = ["stackbook", "edge", "alerts", "backups", "registry", ...systemIds] as const;

/** No setting is nested deeper than 7; JSON from elsewhere may be. */
const maxDepth = 16;

/** Names that mean something to JavaScript itself, and never to us. */
const prototypeNames = new Set(["__proto__", "constructor", "prototype"]);

/** Sorts the keys by who reads them, and decodes ours. */
export function sortKeys(raw: RawConfig): SortedKeys {
  const sorted: SortedKeys = { stack: {}, others: [], problems: [] };
  for (const full of Object.keys(raw.values).sort()) {
    const colon = full.indexOf(":");
    const namespace = full.slice(0, Math.max(colon, 0));
    const key = full.slice(colon + 1);
    if (foreign.has(namespace)) continue;
    if (namespace === "stackbook") decodeInto(sorted, raw, full, key);
    else if (namespace === "edge" || namespace === "alerts" || namespace === "backups" || namespace === "registry" || isSystem(namespace)) sorted.others.push({ namespace, key, full });
    else sorted.problems.push({ at: [full], ...unknownNamespace(raw, full, namespace, key) });
  }
  return sorted;
}

function isSystem(name: string): name is SystemId {
  return Object.hasOwn(systems, name);
}

function unknownNamespace(raw: RawConfig, full: string, namespace: string, key: string): Problem {
  const path = formatPath([full]);
  const known = keysOf(stackSchema);
  // `pulumi config set domain ...` takes the project's name for a namespace.
  const close = namespace === raw.project || namespace === "" ? "stackbook" : nearest(namespace, own);
  const name = close === "stackbook" ? (nearest(key, known) ?? key) : key;
  return {
    path,
    given: "not a known key",
    allowed: `keys of ${own.join(", ")}`,
    fix: close === undefined ? `use keys of ${own.join(", ")}` : `did you mean ${formatPath([`${close}:${name}`])}?`,
  };
}

function decodeInto(sorted: SortedKeys, raw: RawConfig, full: string, key: string): void {
  const problem = (given: string, allowed: string, fix: string): void => {
    sorted.problems.push({ at: [key], path: formatPath([key]), given, allowed, fix });
  };
  const schema = prototypeNames.has(key) ? undefined : step(stackSchema, key)[0];
  if (schema === undefined) {
    const unknown = unknownKey([key]);
    const fix = isSystem(key) ? `systems go under stackbook:systems; did you mean systems.${key}?` : unknown.fix;
    problem("not a known key", unknown.allowed, fix);
    return;
  }
  if (raw.secretKeys.has(full)) {
    // Pulumi marks the whole key when one value in it is a secret, so which one can't be said.
    const where = isStructured(schema) ? "holding a secret value" : "marked as secret";
    problem(where, "plain values only", `secrets are stack secrets of their own: \`pulumi config set --secret <system>:<name>\`; keep ${full} plain`);
    return;
  }
  const text = raw.values[full] ?? "";
  const decoded = decode(text);
  if (!isStructured(schema)) {
    // A map where text belongs arrives as its JSON, which would pass for text.
    sorted.stack[key] = typeof decoded?.value === "object" && decoded.value !== null ? clean(decoded.value, [key], sorted.problems) : text;
    return;
  }
  if (decoded === undefined) {
    problem(text.trim() === "" ? "empty" : "not a map", "a map", `write it as a map under ${full} in ${raw.source}, or set one value at a time: \`pulumi config set --path '${full}.<key>' <value>\``);
    return;
  }
  sorted.stack[key] = clean(decoded.value, [key], sorted.problems);
}

/** JSON.parse's own message quotes what it read, which may be a secret: it is not repeated. */
function decode(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** A copy without names that would reach into JavaScript's prototypes, and without endless nesting. */
function clean(value: unknown, at: Path, problems: Located[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (at.length > maxDepth) {
    problems.push({ at, path: formatPath(at), given: "nested too deeply", allowed: `${maxDepth} levels`, fix: "remove it" });
    return undefined;
  }
  if (Array.isArray(value)) return value.map((item, index) => clean(item, [...at, index], problems));
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const path = [...at, key];
    if (prototypeNames.has(key)) problems.push({ at: path, path: formatPath(path), given: "not a known key", ...unknownKey(path) });
    else copy[key] = clean(inner, path, problems);
  }
  return copy;
}
